"""The design documents that we install, with Kazoo's names, keys and values."""

import json
from functools import cache

from faxbox_service.documents.names import DatabaseClass
from faxbox_service.documents.types import Document
from faxbox_service.packaged import packaged_folder


@cache
def design_documents(kind: DatabaseClass) -> tuple[Document, ...]:
    """Those for databases of a class, ready to be put: `couchdb/views/<class>-<name>.json`.

    In the files a map function is a list of lines, so that people can read it.
    """
    files = sorted((packaged_folder("couchdb") / "views").glob(f"{kind.value}-*.json"))
    return tuple(_with_joined_lines(json.loads(file.read_text())) for file in files)


def _with_joined_lines(document: Document) -> Document:
    views = {
        name: {**view, "map": "\n".join(view["map"])} for name, view in document["views"].items()
    }
    return {**document, "views": views}
