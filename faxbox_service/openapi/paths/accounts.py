"""Making and removing accounts, and their API keys."""

from typing import Final

from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.document_schemas import REVISION_OPTION
from faxbox_service.openapi.components.draft4 import modern_schema
from faxbox_service.openapi.components.envelopes import error_schema, success_schema
from faxbox_service.openapi.components.examples import (
    ACCOUNT_ID,
    ACCOUNT_NAME,
    API_KEY,
    CHILD_ID,
    REVISION,
    ROOT_ID,
    error_envelope,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import CONDITIONS, TABLE
from faxbox_service.openapi.components.responses import example, not_modified, reply, table_reply
from faxbox_service.openapi.operations import Documentation, Operation, json_body, schema_reference

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
    "billing_mode": {"enum": ["limits_only", "normal", "manual"]},
}
_ALWAYS_SHOWN: Final = [name for name in _SHOWN if name != "reseller_id"]
_SOMETIMES_SHOWN: Final[Document] = {
    "api_key": {
        "type": ["string", "null"],
        "description": "With `include_api_key`, for admins.",
    },
    "descendants_count": {"type": "integer", "description": "Accounts directly below."},
    "notification_preference": {"type": "string"},
    "trial_time_left": {"type": "integer", "description": "Seconds."},
}
_NEW: Final[Document] = {"name": "Branch", "realm": "branch.example.com"}
_DEFAULTS: Final[Document] = {
    "call_restriction": {},
    "music_on_hold": {},
    "preflow": {},
    "ringtones": {},
}
_OF_CHILD: Final[Document] = {
    "id": CHILD_ID,
    "wnm_allow_additions": False,
    "superduper_admin": False,
    "created": 63_952_000_000,
    "enabled": True,
    "reseller_id": ROOT_ID,
    "is_reseller": False,
    "billing_mode": "normal",
}
_CHILD: Final[Document] = {
    **_NEW,
    **_DEFAULTS,
    "timezone": "America/Los_Angeles",
    **_OF_CHILD,
}
_ORPHAN: Final[Document] = {
    name: value for name, value in _CHILD.items() if name != "reseller_id"
} | {"billing_mode": "manual"}
ACCOUNT: Final[Document] = {
    "name": ACCOUNT_NAME,
    "realm": "example.com",
    **_DEFAULTS,
    "timezone": "America/Los_Angeles",
    **_OF_CHILD,
    "id": ACCOUNT_ID,
}
_DELETED: Final[Document] = {
    "name": ACCOUNT_NAME,
    "realm": "example.com",
    **_DEFAULTS,
    "timezone": "America/Los_Angeles",
    "id": ACCOUNT_ID,
    "_read_only": {"deleted": True},
}

_SCHEMAS: Final[Document] = {
    "AccountFields": {**_FIELDS, "title": "An account, as a client writes it"},
    "Account": {
        **_FIELDS,
        "title": "An account, as replies show it",
        "properties": {**_FIELDS["properties"], **_SHOWN, **_SOMETIMES_SHOWN},
        "required": [*_FIELDS["required"], "realm", *_ALWAYS_SHOWN],
        "additionalProperties": True,
    },
    "AccountPatch": {
        **_FIELDS,
        "title": "What changes of an account",
        "required": [],
        "properties": {name: {} for name in _FIELDS["properties"]},
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


_ONE: Final = success_schema(schema_reference("Account"))
_CHANGE_ERRORS: Final = (
    *("AccountChangeForbidden", "AccountNotFound", "Conflict", "PreconditionFailed"),
)


def _shown(description: str, account: Document, **headers: str) -> Document:
    examples = {"shown": example(description, success_envelope(account, revision=REVISION))}
    return reply(f"{description}.", _ONE, examples, etag="EntityTag", **headers)


def _creation(operation_id: str, summary: str, *, is_below_path: bool) -> Operation:
    created = _CHILD if is_below_path else _ORPHAN
    return Operation(
        id=operation_id,
        tag=_TAG,
        summary=summary,
        parameters=("IfMatch",),
        body=json_body(schema_reference("AccountFields"), _NEW),
        replies={"201": _shown("The new account", created)},
        errors=(
            ("InvalidAccount", "Forbidden", "AccountNotFound", "PreconditionFailed")
            if is_below_path
            else ("InvalidAccount", "PreconditionFailed")
        ),
    )


_CREATE: Final = _creation(
    "createAccount", "Create an account below the token's", is_below_path=False
)
_CREATE_CHILD: Final = _creation(
    "createChildAccount", "Create an account below one", is_below_path=True
)

_FETCH: Final = Operation(
    id="fetchAccount",
    tag=_TAG,
    summary="Fetch an account",
    parameters=(*CONDITIONS, "IncludeApiKey", *TABLE),
    replies={
        "200": table_reply(
            "The account.",
            _ONE,
            {
                "found": example("Found", success_envelope(ACCOUNT, revision=REVISION)),
                "with its key": example(
                    "With its API key",
                    success_envelope({**ACCOUNT, "api_key": API_KEY}, revision=REVISION),
                    query="include_api_key=true",
                ),
            },
        ),
        "304": not_modified(),
    },
    errors=("Forbidden", "AccountNotFound", "PreconditionFailed"),
)

_REPLACE: Final = Operation(
    id="replaceAccount",
    tag=_TAG,
    summary="Replace all fields of an account; without a realm it keeps the one it has",
    description="For admins of the account and of accounts above it.",
    parameters=CONDITIONS,
    body=json_body(
        schema_reference("AccountFields"),
        {"name": "Example Ltd", "realm": "example.com"},
        revision=REVISION_OPTION,
    ),
    replies={"200": _shown("The account as it is now", {**ACCOUNT, "name": "Example Ltd"})},
    errors=("InvalidAccountChange", *_CHANGE_ERRORS),
)

_PATCH: Final = Operation(
    id="patchAccount",
    tag=_TAG,
    summary="Change some fields of an account",
    description=(
        "Objects are merged at any depth, arrays replaced, and `null` removes. The result is what "
        "is validated. `enabled` is for accounts above it to change. For admins of the account and "
        "of accounts above it."
    ),
    parameters=CONDITIONS,
    body=json_body(
        schema_reference("AccountPatch"),
        {"custom": {"site": "HQ"}},
        revision=REVISION_OPTION,
    ),
    replies={
        "200": _shown(
            "The account as it is now",
            {**ACCOUNT, "custom": {"site": "HQ"}},
            x_invalid_fields="InvalidFields",
        )
    },
    errors=("InvalidAccountChange", *_CHANGE_ERRORS),
)

_DELETE: Final = Operation(
    id="deleteAccount",
    tag=_TAG,
    summary="Delete an account without descendants, and its faxboxes",
    description="For admins of the account and of accounts above it.",
    parameters=(*CONDITIONS, "SoftDelete"),
    replies={
        "200": reply(
            "The account as it was.",
            success_schema(schema_reference("DeletedAccount")),
            {"deleted": example("Deleted", success_envelope(_DELETED, revision=REVISION))},
            etag="EntityTag",
        ),
        "409": reply(
            "The account has descendants, which must go first.",
            error_schema(409, "account_has_descendants"),
            {
                "descendants": example(
                    "Descendants",
                    error_envelope(
                        409, "account_has_descendants", {"message": "account has descendants"}
                    ),
                    given="a child account",
                ),
            },
        ),
    },
    errors=("AccountDeletionForbidden", "AccountNotFound", "PreconditionFailed"),
)

_API_KEY: Final = success_schema(
    {
        "type": "object",
        "required": ["api_key"],
        "properties": {"api_key": {"type": ["string", "null"]}},
        "additionalProperties": False,
    }
)
_KEY: Final = Operation(
    id="fetchApiKey",
    tag=_TAG,
    summary="Fetch the API key of an account",
    description="For admins: a token without a user, or of one whose `priv_level` is `admin`.",
    parameters=(*CONDITIONS, *TABLE),
    replies={
        "200": table_reply(
            "The key.",
            _API_KEY,
            {"found": example("Found", success_envelope({"api_key": API_KEY}, revision=REVISION))},
            example("As a table", f'"api_key"\n"{API_KEY}"\n', query="accept=csv"),
        ),
        "304": not_modified(),
    },
    errors=("ApiKeyForbidden", "AccountNotFound", "PreconditionFailed"),
)

_RENEW: Final = Operation(
    id="renewApiKey",
    tag=_TAG,
    summary="Give an account a new API key; the old one ends at once",
    description="For admins, as reading it.",
    replies={
        "200": reply(
            "The new key.",
            _API_KEY,
            {
                "renewed": example(
                    "Renewed", success_envelope({"api_key": API_KEY}, revision=REVISION)
                )
            },
            etag="EntityTag",
        )
    },
    errors=("ApiKeyForbidden", "AccountNotFound", "BodyTooLarge"),
)

ACCOUNTS: Final = Documentation(
    (_CREATE, _FETCH, _CREATE_CHILD, _REPLACE, _PATCH, _DELETE, _KEY, _RENEW), _SCHEMAS
)
