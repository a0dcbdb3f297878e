"""What a store really holds, read past the service's own code."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Documents: TypeAlias = dict[str, dict[str, Any]]

_ACCOUNT = "account/"
_ALL = """
    SELECT b.name, d.id, d.revision, d.body
    FROM databases b LEFT JOIN documents d ON d.database = b.number AND NOT d.deleted
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """Live documents by their ids: of each account's database, of `faxes` and of `accounts`."""

    accounts: dict[str, Documents]
    faxes: Documents
    account_copies: Documents

    @classmethod
    def of(cls, databases: dict[str, Documents]) -> "Stored":
        """Pick what matters out of all databases."""
        return cls(
            {
                name.removeprefix(_ACCOUNT).replace("/", ""): documents
                for name, documents in databases.items()
                if name.startswith(_ACCOUNT)
            },
            databases.get("faxes", {}),
            databases.get("accounts", {}),
        )

    def only(self, account_ids: Collection[str]) -> "Stored":
        """What belongs to some accounts."""
        return Stored(
            {id: self.accounts[id] for id in account_ids if id in self.accounts},
            {
                id: document
                for id, document in self.faxes.items()
                if document.get("pvt_account_id") in account_ids
            },
            {id: document for id, document in self.account_copies.items() if id in account_ids},
        )


def documents_of_file(path: Path) -> dict[str, Documents]:
    """Every document by its id, by its database, of an embedded store."""
    connection = sqlite3.connect(path, timeout=5)
    try:
        rows = connection.execute(_ALL).fetchall()
    finally:
        connection.close()
    databases: dict[str, Documents] = {}
    for name, document_id, revision, body in rows:
        documents = databases.setdefault(name, {})
        if document_id is not None:
            documents[document_id] = {"_id": document_id, "_rev": revision, **json.loads(body)}
    return databases
