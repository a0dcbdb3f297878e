"""The values that all examples share, so that they read as one story."""

from typing import Final

from faxbox_service.documents.types import Document, Json

ACCOUNT_ID: Final = "c0705d7474ea0160c10a351b2544006b"
ROOT_ID: Final = "1d0c9b8a7f6e5d4c3b2a190807f6e5d4"
CHILD_ID: Final = "8f2a1b6de93c4d5ba0718c2f6e4d3b59"
FAXBOX_ID: Final = "4d4f1a2b3c4d5e6f708192a3b4c5d6e7"
OTHER_FAXBOX_ID: Final = "2b9e6a0c1d3f4855867768594a3b2c1d"
OTHER_ADDRESS: Final = "back-office.fax.example.com"
UNKNOWN_ID: Final = "ffffffffffffffffffffffffffffffff"
DOCUMENT_ID: Final = "7e6d5c4b3a29180716f5e4d3c2b1a098"
NEW_DOCUMENT_ID: Final = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
USER_ID: Final = "6a5b4c3d2e1f09182736455463728190"
REQUEST_ID: Final = "b3d0f6e1c2a94857a6b5c4d3e2f10918"
API_KEY: Final = "0123456789abcdef" * 4
UNKNOWN_API_KEY: Final = "f" * 64
CREDENTIALS: Final = "75810196e7f9fa23a4f584fcdd1a8c16"
ACCOUNT_NAME: Final = "Example Inc"
TOKEN: Final = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJrYXpvbyJ9.c2lnbmF0dXJl"
STALE_REVISION: Final = "1-00000000000000000000000000000000"
REVISION: Final = "2-8d1e6f4a9b7c45d2a3f0e1c2b4d59687"
LIST_REVISION: Final = "9a0364b9e99bb480dd25e1f0284c8555"

NODE: Final = "fQaeUk7XRdRLmUtYmg1DGg"
VERSION: Final = "5.4.0"
TIMESTAMP: Final = "2026-11-23T10:15:00Z"

DEFAULTS: Final[Document] = {
    "attempts": 0,
    "caller_name": "Kazoo Fax Printer",
    "fax_header": "Kazoo Fax Printer",
    "media": {},
    "retries": 1,
    "smtp_permission_list": [],
}

FAXBOX: Final[Document] = {
    "name": "Front desk",
    "caller_id": "+14155550100",
    **DEFAULTS,
    "id": FAXBOX_ID,
    "smtp_email_address": "a1b2c3d4.fax.kazoo.io",
}
"""What a create with only `name` and `caller_id` answers with."""

ACCOUNT_FACTS: Final[Document] = {
    "account_id": ACCOUNT_ID,
    "ui_config": {},
    "capabilities": {"voicemail": {"transcription": {"default": False, "available": False}}},
    "is_master_account": False,
    "is_reseller": False,
    "reseller_id": ROOT_ID,
    "cluster_id": "3f2504e04f8911d39a0c0305e82c3301",
    "account_name": ACCOUNT_NAME,
    "language": "en-US",
    "apps": [],
}
"""Whom a token speaks for, as logins say it."""


def success_envelope(
    data: Json, *, revision: str | None = None, is_anonymous: bool = False, **paging: Json
) -> Document:
    """A whole reply around its data (None: around nothing); an anonymous one shows neither version
    nor token.
    """
    envelope = {**paging, **_identity(is_anonymous=is_anonymous)}
    if data is not None:
        envelope["data"] = data
    if revision is not None:
        envelope["revision"] = revision
    return {**envelope, "status": "success"}


def error_envelope(status: int, message: str, data: Json = None) -> Document:
    """A whole error reply.

    Whether `version` and `auth_token` are there depends on how far the request got; examples
    leave them out.
    """
    envelope = _identity(is_anonymous=True)
    if data is not None:
        envelope["data"] = data
    return {**envelope, "error": str(status), "message": message, "status": "error"}


def _identity(*, is_anonymous: bool) -> Document:
    identity = {
        "timestamp": TIMESTAMP,
        "node": NODE,
        "request_id": REQUEST_ID,
        "tokens": {"consumed": 1, "remaining": 100},
    }
    if is_anonymous:
        return identity
    return {"version": VERSION, **identity, "auth_token": TOKEN}
