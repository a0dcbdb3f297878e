"""What an account's tokens may be used for."""

from typing import Final

from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.draft4 import modern_schema
from faxbox_service.openapi.components.envelopes import error_schema, success_schema
from faxbox_service.openapi.components.examples import (
    REVISION,
    UNKNOWN_ID,
    error_envelope,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import TABLE
from faxbox_service.openapi.components.responses import example, not_modified, reply, table_reply
from faxbox_service.openapi.operations import Documentation, Operation, json_body, schema_reference

_TAG: Final = "tokens"
_ID: Final = "token_restrictions"
_GIVEN: Final = "token restrictions"
_FIELDS: Final = modern_schema(packaged_schema(_ID).document)
RESTRICTIONS: Final[Document] = {
    "restrictions": {
        "cb_user_auth": {
            "user": {"faxboxes": [{"rules": {"#": ["GET"]}}], "_": [{"rules": {"/": ["GET"]}}]}
        }
    }
}
_SHOWN: Final[Document] = {**RESTRICTIONS, "id": _ID}

_SCHEMAS: Final[Document] = {
    "TokenRestrictions": {**_FIELDS, "title": "What tokens of an account may be used for"},
}


def _schema() -> Document:
    return success_schema(schema_reference("TokenRestrictions"))


def _none(description: str) -> Document:
    """404: the account, or its restrictions, do not exist."""
    data = {"cause": _ID, "message": "bad identifier"}
    return reply(
        description,
        error_schema(404, "bad_identifier", "bad identifier"),
        {
            "none": example("No restrictions", error_envelope(404, "bad_identifier", data)),
            "unknown account": example(
                "An account that does not exist",
                error_envelope(
                    404, "bad_identifier", {"cause": UNKNOWN_ID, "message": "bad identifier"}
                ),
                path={"ACCOUNT_ID": UNKNOWN_ID},
            ),
        },
    )


_TABLE: Final = (
    '"restrictions_cb_user_auth_user_faxboxes","restrictions_cb_user_auth_user__","ID"\n'
    ',,"token_restrictions"\n'
)

_FETCH: Final = Operation(
    id="fetchTokenRestrictions",
    tag=_TAG,
    summary="Fetch the token restrictions of an account",
    parameters=("IfNoneMatch", *TABLE),
    replies={
        "200": table_reply(
            "The restrictions.",
            _schema(),
            {"found": example("Found", success_envelope(_SHOWN, revision=REVISION), given=_GIVEN)},
            example("As a table", _TABLE, query="accept=csv", given=_GIVEN),
        ),
        "304": not_modified(given=_GIVEN),
        "404": _none("There is no such account, or it has no restrictions."),
    },
    errors=("Forbidden",),
)

_REPLACE: Final = Operation(
    id="replaceTokenRestrictions",
    tag=_TAG,
    summary="Restrict the tokens of an account",
    description="For admins of the account and of accounts above it; 32,000 bytes at most.",
    parameters=("IfMatch", "IfNoneMatch"),
    body=json_body(schema_reference("TokenRestrictions"), RESTRICTIONS),
    replies={
        "200": reply(
            "The restrictions as they are in force now.",
            _schema(),
            {"replaced": example("Replaced", success_envelope(_SHOWN, revision=REVISION))},
            etag="EntityTag",
        ),
    },
    errors=("InvalidRestrictions", "RestrictionForbidden", "AccountNotFound", "PreconditionFailed"),
)

_LIFT: Final = Operation(
    id="liftTokenRestrictions",
    tag=_TAG,
    summary="Lift the token restrictions of an account",
    description="For admins, as setting them.",
    parameters=("IfMatch",),
    replies={
        "200": reply(
            "The restrictions as they were.",
            success_schema({"type": "object"}),
            {
                "lifted": example(
                    "Lifted",
                    success_envelope(
                        {**_SHOWN, "_read_only": {"deleted": True}}, revision=REVISION
                    ),
                    given=_GIVEN,
                )
            },
            etag="EntityTag",
        ),
        "404": _none("There is no such account, or it has no restrictions."),
    },
    errors=("RestrictionForbidden",),
)

TOKEN_RESTRICTIONS: Final = Documentation((_FETCH, _REPLACE, _LIFT), _SCHEMAS)
