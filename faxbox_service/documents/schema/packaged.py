"""The schemas that come with the service: `schemas/<id>.json` of the repository and the wheel."""

from functools import cache

from faxbox_service.documents.json.text import decode_stored_json
from faxbox_service.packaged import packaged_folder

from .schema import Schema


class UnknownSchema(LookupError):
    """No packaged schema has this name."""


def packaged_schema_ids() -> list[str]:
    """The ids of the packaged schemas, sorted."""
    return sorted(file.stem for file in packaged_folder("schemas").glob("*.json"))


@cache
def packaged_schema(name: str, *, strict: bool = False) -> Schema:
    """The schema of `schemas/<name>.json`; raises `UnknownSchema` where there is no such file."""
    # Names come from URLs too: they select among the files, and never become part of a path.
    for file in packaged_folder("schemas").glob("*.json"):
        if file.stem == name:
            return Schema(name, decode_stored_json(file.read_bytes()), strict=strict)
    raise UnknownSchema(name)
