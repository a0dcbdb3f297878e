"""Issuing tokens, and showing and ending the caller's own."""

from typing import Final

from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.draft4 import modern_schema
from faxbox_service.openapi.components.envelopes import error_schema, login_schema, success_schema
from faxbox_service.openapi.components.examples import (
    ACCOUNT_FACTS,
    ACCOUNT_ID,
    ACCOUNT_NAME,
    API_KEY,
    CREDENTIALS,
    UNKNOWN_API_KEY,
    USER_ID,
    error_envelope,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import TABLE
from faxbox_service.openapi.components.responses import example, reply, table_reply
from faxbox_service.openapi.operations import Documentation, Operation, json_body, schema_reference

_TAG: Final = "tokens"
_BY_KEY: Final[Document] = {"api_key": API_KEY}
_BY_PASSWORD: Final[Document] = {"credentials": CREDENTIALS, "account_name": ACCOUNT_NAME}
_TEXT: Final[Document] = {"type": "string"}
_SWITCH: Final[Document] = {"type": "boolean"}
_CLAIMS: Final[Document] = {
    "account_id": ACCOUNT_ID,
    "exp": 1_795_600_000,
    "identity_sig": "Zk1w1r2uK6t7S5S7hzJ0vb0tWq5FVg0M6sV8m3v1a0I",
    "iss": "kazoo",
    "method": "cb_api_auth",
}

_SCHEMAS: Final[Document] = {
    "ApiKey": modern_schema(packaged_schema("api_auth").document),
    "Credentials": modern_schema(packaged_schema("user_auth").document),
    "TokenFacts": {
        "type": "object",
        "title": "Whom a token speaks for",
        "required": list(ACCOUNT_FACTS),
        "properties": {
            "owner_id": {"type": "string", "description": "The user; only of a user's token."},
            "account_id": _TEXT,
            "ui_config": {"type": "object"},
            "capabilities": {"type": "object"},
            "is_master_account": _SWITCH,
            "is_reseller": _SWITCH,
            "reseller_id": _TEXT,
            "cluster_id": _TEXT,
            "account_name": _TEXT,
            "language": _TEXT,
            "apps": {"type": "array"},
        },
    },
}


def _login(summary: str, facts: Document) -> Document:
    envelope = success_envelope(facts, revision="automatic", page_size=1)
    schema = login_schema(schema_reference("TokenFacts"))
    examples = {"token": example(summary, envelope)}
    return reply("A new token, in `auth_token`.", schema, examples, location="Location")


_TABLE: Final = (
    '"account_id","exp","identity_sig","iss","method",'
    '"capabilities_voicemail_transcription_default",'
    '"capabilities_voicemail_transcription_available","is_master_account","is_reseller",'
    '"reseller_id","cluster_id","account_name","language","apps"\n'
    f'"{ACCOUNT_ID}","{_CLAIMS["exp"]}","{_CLAIMS["identity_sig"]}","kazoo","cb_api_auth",'
    f'"false","false","false","false","{ACCOUNT_FACTS["reseller_id"]}",'
    f'"{ACCOUNT_FACTS["cluster_id"]}","{ACCOUNT_NAME}","en-US",""\n'
)
_UNKNOWN_USER: Final[Document] = {"credentials": "0" * 32, "account_name": ACCOUNT_NAME}
_REFUSED: Final = error_envelope(401, "invalid_credentials", {"message": "invalid credentials"})

_USER_AUTH: Final = Operation(
    id="logUserIn",
    tag=_TAG,
    summary="Get a token for a user's hashed credentials",
    body=json_body(schema_reference("Credentials"), _BY_PASSWORD),
    replies={
        "201": _login("A token for the user", {"owner_id": USER_ID, **ACCOUNT_FACTS}),
        "401": reply(
            "Nobody has these credentials.",
            error_schema(401, "invalid_credentials"),
            {
                "unknown user": example(
                    "Another password",
                    {"page_size": 0, **_REFUSED},
                    body={"data": _UNKNOWN_USER},
                ),
                "unknown account": example(
                    "An unknown account",
                    _REFUSED,
                    body={"data": {**_UNKNOWN_USER, "account_name": "Nobody Ltd"}},
                ),
            },
        ),
        "403": reply(
            "The envelope names an `action`.",
            error_schema(403, "forbidden"),
            {
                "action": example(
                    "An action",
                    error_envelope(403, "forbidden", {"message": "forbidden"}),
                    body={"data": _BY_PASSWORD, "action": "impersonate_user"},
                )
            },
        ),
    },
    errors=("InvalidLogin", "Unavailable"),
)

_API_AUTH: Final = Operation(
    id="logAccountIn",
    tag=_TAG,
    summary="Get a token for an account's API key",
    body=json_body(schema_reference("ApiKey"), _BY_KEY),
    replies={
        "201": _login("A token for the account", ACCOUNT_FACTS),
        "404": reply(
            "No account has this key.",
            error_schema(404, "bad identifier", data={"type": "array", "items": _TEXT}),
            {
                "unknown key": example(
                    "An unknown key",
                    {"page_size": 0, **error_envelope(404, "bad identifier", [UNKNOWN_API_KEY])},
                    body={"data": {"api_key": UNKNOWN_API_KEY}},
                )
            },
        ),
    },
    errors=("InvalidApiKey", "Unavailable"),
)

_TOKEN_AUTH: Final = Operation(
    id="fetchToken",
    tag=_TAG,
    summary="Look at the token of the request",
    parameters=TABLE,
    replies={
        "200": table_reply(
            "Its claims, and whom it speaks for.",
            success_schema(schema_reference("TokenFacts"), has_revision=False),
            {"token": example("An account's", success_envelope({**_CLAIMS, **ACCOUNT_FACTS}))},
            example("As a table", _TABLE, query="accept=csv"),
        )
    },
)

_END: Final = Operation(
    id="endToken",
    tag=_TAG,
    summary="End the token of the request",
    replies={
        "200": reply(
            "It is refused from now on.",
            success_schema(None, has_revision=False),
            {"ended": example("Ended", success_envelope(None))},
        )
    },
)

AUTHENTICATION: Final = Documentation((_USER_AUTH, _API_AUTH, _TOKEN_AUTH, _END), _SCHEMAS)
