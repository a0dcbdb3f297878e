"""The six operations on faxboxes."""

from typing import Final

from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.document_schemas import REVISION_OPTION, document_schemas
from faxbox_service.openapi.components.draft4 import modern_schema
from faxbox_service.openapi.components.envelopes import (
    chunked_schema,
    listing_schema,
    success_schema,
)
from faxbox_service.openapi.components.examples import (
    FAXBOX,
    FAXBOX_ID,
    LIST_REVISION,
    OTHER_ADDRESS,
    OTHER_FAXBOX_ID,
    REVISION,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import CONDITIONS, LISTING, TABLE
from faxbox_service.openapi.components.responses import (
    OF_PAGES,
    empty_reply,
    example,
    not_modified,
    reply,
    table_reply,
)
from faxbox_service.openapi.operations import Documentation, Operation, json_body, schema_reference

_FIELDS: Final = modern_schema(packaged_schema("faxbox").document)
_TAG: Final = "faxboxes"
_NEW: Final[Document] = {"name": "Front desk", "caller_id": "+14155550100"}
_CHANGE_ERRORS: Final = ("Forbidden", "FaxboxNotFound", "Conflict", "PreconditionFailed")

_SCHEMAS: Final = document_schemas(
    "Faxbox",
    _FIELDS,
    smtp_email_address={
        "type": "string",
        "description": "Faxes are sent by mail to <number>@ this.",
        "readOnly": True,
    },
)

_ONE: Final = success_schema(schema_reference("Faxbox"))
_MANY: Final[Document] = {
    "anyOf": [
        listing_schema(schema_reference("Faxbox")),
        chunked_schema(schema_reference("Faxbox")),
    ]
}
_OTHER_FAXBOX: Final[Document] = {
    **FAXBOX,
    "name": "Back office",
    "caller_id": "+14155550101",
    "custom_smtp_email_address": OTHER_ADDRESS,
    "id": OTHER_FAXBOX_ID,
}
_NEW_FAXBOX: Final[Document] = {**FAXBOX, "id": OTHER_FAXBOX_ID}
_NEXT_START_KEY: Final = "g20AAAAgMmI5ZTZhMGMxZDNmNDg1NTg2Nzc2ODU5NGEzYjJjMWQ"
_CHUNKED: Final = {
    name: value if isinstance(value, list) else str(value)
    for name, value in success_envelope([FAXBOX], page_size=1).items()
    if name != "tokens"
}
_DELETED_FAXBOX: Final[Document] = {
    name: value for name, value in FAXBOX.items() if name != "smtp_email_address"
} | {"_read_only": {"deleted": True}}


def _changed(summary: str, faxbox: Document, **headers: str) -> Document:
    examples = {"changed": example(summary, success_envelope(faxbox, revision=REVISION))}
    return reply("The faxbox as it is now.", _ONE, examples, etag="EntityTag", **headers)


_TABLE: Final = (
    '"name","caller_id","attempts","caller_name","fax_header","retries","smtp_permission_list",'
    '"ID","smtp_email_address"\n'
    '"Front desk","+14155550100","0","Kazoo Fax Printer","Kazoo Fax Printer","1","",'
    f'"{FAXBOX_ID}","{FAXBOX["smtp_email_address"]}"\n'
)
_AS_TABLE: Final = example("As a table", _TABLE, query="accept=csv")

_LIST: Final = Operation(
    id="listFaxboxes",
    tag=_TAG,
    summary="List the faxboxes of an account",
    parameters=(*LISTING, *CONDITIONS),
    replies={
        "200": table_reply(
            "A page of faxboxes.",
            _MANY,
            {
                "page": example(
                    "The first of several pages",
                    success_envelope(
                        [FAXBOX],
                        revision=LIST_REVISION,
                        next_start_key=_NEXT_START_KEY,
                        page_size=1,
                    ),
                    given="another faxbox",
                    query="page_size=1",
                ),
                "filtered": example(
                    "Filtered, all at once",
                    success_envelope([_OTHER_FAXBOX], revision=LIST_REVISION),
                    given="another faxbox",
                    query="paginate=false&filter_name=Back%20office",
                ),
                "chunked": example(
                    "Sent as it is found",
                    _CHUNKED,
                    query="is_chunked=true",
                ),
                "empty": example(
                    "Nothing found",
                    success_envelope([], page_size=0),
                    query="has_key=fax_identity",
                ),
            },
            _AS_TABLE,
            **OF_PAGES,
        ),
        "204": empty_reply("A table without rows.", {"query": "accept=csv&has_key=fax_identity"}),
        "304": not_modified(),
    },
    errors=("InvalidListing", "Forbidden", "PageNotFound", "PreconditionFailed", "PageTooLong"),
)

_CREATE: Final = Operation(
    id="createFaxbox",
    tag=_TAG,
    summary="Create a faxbox",
    parameters=("IdempotencyKey", "IfMatch"),
    body=json_body(schema_reference("FaxboxFields"), _NEW),
    replies={
        "201": reply(
            "The new faxbox, with its defaults, `id` and address.",
            _ONE,
            {"created": example("Created", success_envelope(_NEW_FAXBOX, revision=REVISION))},
            location="Location",
            etag="EntityTag",
        )
    },
    errors=("InvalidFaxbox", "Forbidden", "AccountNotFound", "PreconditionFailed", "KeyReused"),
)

_FETCH: Final = Operation(
    id="fetchFaxbox",
    tag=_TAG,
    summary="Fetch a faxbox",
    parameters=("Rev", "RevsInfo", *CONDITIONS, *TABLE),
    replies={
        "200": table_reply(
            "The faxbox.",
            _ONE,
            {"found": example("Found", success_envelope(FAXBOX, revision=REVISION))},
            _AS_TABLE,
        ),
        "304": not_modified(),
    },
    errors=("Forbidden", "FaxboxNotFound", "PreconditionFailed"),
)

_REPLACE: Final = Operation(
    id="replaceFaxbox",
    tag=_TAG,
    summary="Replace all fields of a faxbox, or restore a deleted one",
    description="`_rev` in `data` does the same as `revision` beside it.",
    parameters=("Restore", *CONDITIONS),
    body=json_body(schema_reference("FaxboxFields"), _NEW, revision=REVISION_OPTION),
    replies={"200": _changed("Replaced", FAXBOX)},
    errors=("InvalidFaxbox", *_CHANGE_ERRORS),
)

_PATCH: Final = Operation(
    id="patchFaxbox",
    tag=_TAG,
    summary="Change some fields of a faxbox",
    description=(
        "Objects are merged at any depth, arrays replaced, and `null` removes. The result is what "
        "is validated; what was invalid before and is not touched is only named. "
        "`_rev` in `data` does the same as `revision` beside it."
    ),
    parameters=CONDITIONS,
    body=json_body(
        schema_reference("FaxboxPatch"),
        {"name": "Lobby", "caller_id": None},
        revision=REVISION_OPTION,
    ),
    replies={
        "200": _changed(
            "Changed",
            {name: value for name, value in FAXBOX.items() if name != "caller_id"}
            | {"name": "Lobby"},
            x_invalid_fields="InvalidFields",
        )
    },
    errors=("InvalidFaxbox", *_CHANGE_ERRORS),
)

_DELETE: Final = Operation(
    id="deleteFaxbox",
    tag=_TAG,
    summary="Delete a faxbox",
    parameters=(*CONDITIONS, "SoftDelete"),
    replies={
        "200": reply(
            "The faxbox as it was.",
            success_schema(schema_reference("DeletedFaxbox")),
            {
                "hidden": example("Hidden", success_envelope(_DELETED_FAXBOX, revision=REVISION)),
                "removed": example(
                    "Removed for good",
                    success_envelope(_DELETED_FAXBOX, revision=REVISION),
                    query="should_soft_delete=false",
                ),
            },
            etag="EntityTag",
        )
    },
    errors=_CHANGE_ERRORS,
)

FAXBOXES: Final = Documentation((_LIST, _CREATE, _FETCH, _REPLACE, _PATCH, _DELETE), _SCHEMAS)
