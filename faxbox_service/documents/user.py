"""A user's document and the credential hashes Kazoo logs in with (data model, section 1.6)."""

import hashlib
from dataclasses import dataclass

from .names import encoded_account_database
from .private_fields import alphanum_name
from .types import AccountId, Document, DocumentId

USER = "user"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hex digests of `username:password`, the user name in lower case."""

    md5: str
    sha1: str

    @classmethod
    def of(cls, username: str, password: str) -> "Credentials":
        """Kazoo's hashes of a user name and a password."""
        pair = f"{username.lower()}:{password}".encode()
        return cls(
            md5=hashlib.md5(pair, usedforsecurity=False).hexdigest(),
            sha1=hashlib.sha1(pair, usedforsecurity=False).hexdigest(),
        )


def new_user(
    fields: Document, user_id: DocumentId, account_id: AccountId, credentials: Credentials
) -> Document:
    """The document of a new user, not yet stamped; `fields` holds no password."""
    full_name = f"{fields.get('first_name', '')}{fields.get('last_name', '')}"
    return {
        "_id": user_id,
        **fields,
        "username": fields["username"].lower(),
        "pvt_type": USER,
        "pvt_account_id": account_id,
        "pvt_account_db": encoded_account_database(account_id),
        "pvt_md5_auth": credentials.md5,
        "pvt_sha1_auth": credentials.sha1,
        "pvt_alphanum_name": alphanum_name(full_name),
    }
