"""Making and removing accounts, and their API keys."""

from typing import Final

from faxbox_service.documents.schema import packaged_schema
from faxbox_service.documents.types import Document

from .conversion import modern_schema
from .envelopes import error_schema, success_schema
from .example_values import (
    ACCOUNT_ID,
    ACCOUNT_NAME,
    API_KEY,
    CHILD_ID,
    REVISION,
    ROOT_ID,
    error_envelope,
    success_envelope,
)
from .operations import Operation, json_body, schema_reference
from .parameters import TABLE
from .replies import example, not_modified, reply, table_reply

_FIELDS: Final = modern_schema(packaged_schema("accounts").document)
_TAG: Final = "accounts"
_SHOWN: Final[Document] = {
    "id": {"type": "string"},
    "wnm_allow_additions": {"type": "boolean"},
    "superduper_admin": {"type": "boolean"},
    "created": {"type": "integer", "description": "Gregorian seconds."},
    "enabled": {"type": "boolean"},
    "reseller_id": {"type": "string"},
    "is_reseller": {"type": "boolean"},
    "billing_mode": {"enum": ["limits_only"]},
}
_NEW: Final[Document] = {"name": "Branch", "realm": "branch.example.com"}
_DEFAULTS: Final[Document] = {
    "call_restriction": {},
    "music_on_hold": {},
    "preflow": {},
    "ringtones": {},
}
_CHILD: Final[Document] = {
    **_NEW,
    **_DEFAULTS,
    "timezone": "America/Los_Angeles",
    "id": CHILD_ID,
    "wnm_allow_additions": False,
    "superduper_admin": False,
    "created": 63_952_000_000,
    "enabled": True,
    "reseller_id": ROOT_ID,
    "is_reseller": False,
    "billing_mode": "limits_only",
}
_DELETED: Final[Document] = {
    "name": ACCOUNT_NAME,
    "realm": "example.com",
    **_DEFAULTS,
    "timezone": "America/Los_Angeles",
    "id": ACCOUNT_ID,
    "_read_only": {"deleted": True},
}

ACCOUNT_SCHEMAS: Final[Document] = {
    "AccountFields": {**_FIELDS, "title": "An account, as a client writes it"},
    "Account": {
        **_FIELDS,
        "title": "An account, as replies show it",
        "properties": {**_FIELDS["properties"], **_SHOWN},
        "required": [*_FIELDS["required"], "realm", *_SHOWN],
        "additionalProperties": True,
    },
    "DeletedAccount": {
        **_FIELDS,
        "title": "An account that has been deleted",
        "properties": {
            **_FIELDS["properties"],
            "id": {"type": "string"},
            "_read_only": {
                "type": "object",
                "required": ["deleted"],
                "properties": {"deleted": {"const": True}},
            },
        },
        "required": [*_FIELDS["required"], "id", "_read_only"],
    },
}


def _creation(operation_id: str, summary: str, *, is_below_path: bool) -> Operation:
    created = example("Created", success_envelope(_CHILD, revision=REVISION))
    schema = success_schema(schema_reference("Account"))
    return Operation(
        id=operation_id,
        tag=_TAG,
        summary=summary,
        parameters=("AccountId", "IfMatch") if is_below_path else ("IfMatch",),
        body=json_body(schema_reference("AccountFields"), _NEW),
        replies={"201": reply("The new account.", schema, {"created": created}, etag="EntityTag")},
        errors=(
            ("InvalidAccount", "Forbidden", "AccountNotFound", "PreconditionFailed")
            if is_below_path
            else ("InvalidAccount", "PreconditionFailed")
        ),
    )


_DELETE: Final = Operation(
    id="deleteAccount",
    tag=_TAG,
    summary="Delete an account without descendants, and its faxboxes",
    parameters=("AccountId", "SoftDelete"),
    replies={
        "200": reply(
            "The account as it was.",
            success_schema(schema_reference("DeletedAccount")),
            {"deleted": example("Deleted", success_envelope(_DELETED, revision=REVISION))},
            etag="EntityTag",
        ),
        "500": reply(
            "The account has descendants (Kazoo's status for it), or a defect of the service.",
            error_schema(500, "account_has_descendants", "init failed"),
            {
                "descendants": example(
                    "Descendants",
                    error_envelope(
                        500, "account_has_descendants", {"message": "account has descendants"}
                    ),
                    given="a child account",
                ),
                "defect": example(
                    "A defect",
                    error_envelope(500, "init failed"),
                    given="a defect of the service",
                ),
            },
        ),
    },
    errors=("Forbidden", "AccountNotFound"),
)

_KEY: Final = Operation(
    id="fetchApiKey",
    tag=_TAG,
    summary="Fetch the API key of an account",
    parameters=("AccountId", "IfNoneMatch", *TABLE),
    replies={
        "200": table_reply(
            "The key.",
            success_schema(
                {
                    "type": "object",
                    "required": ["api_key"],
                    "properties": {"api_key": {"type": ["string", "null"]}},
                    "additionalProperties": False,
                }
            ),
            {"found": example("Found", success_envelope({"api_key": API_KEY}, revision=REVISION))},
            example("As a table", f'"api_key"\n"{API_KEY}"\n', query="accept=csv"),
        ),
        "304": not_modified(),
    },
    errors=("Forbidden", "AccountNotFound"),
)

ACCOUNT_PATHS: Final = {
    "/v2/accounts": {
        "put": _creation(
            "createAccount", "Create an account below the token's", is_below_path=False
        )
    },
    "/v2/accounts/{ACCOUNT_ID}": {
        "put": _creation("createChildAccount", "Create an account below one", is_below_path=True),
        "delete": _DELETE,
    },
    "/v2/accounts/{ACCOUNT_ID}/api_key": {"get": _KEY},
}
