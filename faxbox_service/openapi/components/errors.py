"""The error replies that operations share.

See docs/reference/wire.md, 10; docs/contract.md, 11 and 12.
"""

from typing import Final

from faxbox_service.documents.types import Document, Json

from .envelopes import error_schema
from .examples import CHILD_ID, FAXBOX_ID, STALE_REVISION, UNKNOWN_ID, error_envelope
from .responses import example, reply
from .validation_errors import BAD_REQUESTS

_NOTHING: Final[Document] = {"type": "object", "maxProperties": 0}
_VALIDATION: Final = "validation error"


def error_reply(
    status: int, description: str, examples: dict[str, Document], **headers: str
) -> Document:
    """An error, with the messages of its examples."""
    messages = dict.fromkeys(part["value"]["message"] for part in examples.values())
    return reply(description, error_schema(status, *messages), examples, **headers)


def _simple(
    status: int,
    description: str,
    message: str,
    data: Json,
    request: Document,
    **headers: str,
) -> Document:
    value = error_envelope(status, message, data)
    return error_reply(
        status, description, {message: example(description, value, **request)}, **headers
    )


def _body_too_large(description: str, limit: int) -> Document:
    message = f"Payload or Files must not be more than {limit} bytes"
    return _simple(
        413,
        description,
        _VALIDATION,
        {"file": {"maxSize": {"message": message, "target": limit}}},
        {"given": "a body longer than the limit"},
    )


_UNKNOWN_ACCOUNT: Final = example(
    "An account that does not exist",
    error_envelope(404, "bad_identifier", {"cause": UNKNOWN_ID, "message": "bad identifier"}),
    path={"ACCOUNT_ID": UNKNOWN_ID},
)
_NO_ACCOUNT_ID: Final = example(
    "Something that is not an account's id",
    error_envelope(404, "bad identifier", {"message": "invalid account_id 'mine'"}),
    path={"ACCOUNT_ID": "mine"},
)
_UNKNOWN_FAXBOX: Final = example(
    "A faxbox that does not exist",
    error_envelope(404, "bad_identifier", {"cause": UNKNOWN_ID, "message": "bad identifier"}),
    path={"FAXBOX_ID": UNKNOWN_ID},
)
_DELETED_FAXBOX: Final = example(
    "A faxbox that has been deleted",
    error_envelope(404, "bad_identifier", {"cause": FAXBOX_ID, "message": "bad identifier"}),
    given="a deleted faxbox",
)
_FAULTY_PAGE: Final = example(
    "Paging that makes no sense",
    error_envelope(404, "faulty_request", {"message": "page size must be at least 1"}),
    query="page_size=0",
)
_OVERLOADED: Final = example(
    "More requests at once than the service takes on",
    error_envelope(503, "overloaded", {"message": "too many requests at once, try again"}),
    given="more requests than the service takes on",
)
ACCOUNT_NOT_FOUND: Final = {"unknown account": _UNKNOWN_ACCOUNT, "no account id": _NO_ACCOUNT_ID}

_OTHERS_TOKEN: Final = example(
    "A token of another account",
    error_envelope(403, "forbidden", {"message": "forbidden"}),
    given="another account's token",
)


def _admins_only(cause: str, request: Document, **more: Json) -> Document:
    """403: the account may not act on this one, or the user is not an admin.

    See docs/contract.md, 24.
    """
    data = {"cause": cause, "message": "forbidden", **more}
    value = error_envelope(403, "forbidden", data)
    return error_reply(
        403,
        "The token's account may not act on this one, or its user is not an admin.",
        {
            "another account": _OTHERS_TOKEN,
            "no admin": example("Not an admin", value, given="a plain user's token", **request),
        },
    )


ERRORS: Final[Document] = {
    **BAD_REQUESTS,
    "Unauthorized": error_reply(
        401,
        "There is no token, or none that is valid.",
        {
            "no token": example(
                "No token",
                error_envelope(401, "invalid_credentials", {"message": "invalid credentials"}),
                headers={"X-Auth-Token": None},
            ),
            "expired token": example(
                "A token that has expired",
                error_envelope(401, "invalid credentials", {}),
                given="an expired token",
            ),
        },
    ),
    "Forbidden": error_reply(
        403, "The token's account may not act on this one.", {"forbidden": _OTHERS_TOKEN}
    ),
    "AccountChangeForbidden": _admins_only("only admins may change accounts", {}),
    "AccountDeletionForbidden": _admins_only("only admins may delete accounts", {}),
    "ApiKeyForbidden": _admins_only("only admins may see and renew API keys", {}),
    "RestrictionForbidden": _admins_only("only admins may change token restrictions", {}),
    "UserCreationForbidden": _admins_only(
        "only admins may set priv_level",
        {"body": {"data": {"first_name": "B", "last_name": "T", "priv_level": "admin"}}},
        value="admin",
    ),
    "UserChangeForbidden": _admins_only(
        "only admins may change other users", {"path": {"USER_ID": CHILD_ID}}
    ),
    "AccountNotFound": error_reply(404, "There is no such account.", ACCOUNT_NOT_FOUND),
    "PageNotFound": error_reply(
        404,
        "There is no such account, or no such page.",
        {**ACCOUNT_NOT_FOUND, "faulty page": _FAULTY_PAGE},
    ),
    "FaxboxNotFound": error_reply(
        404,
        "There is no such account or faxbox.",
        {**ACCOUNT_NOT_FOUND, "unknown faxbox": _UNKNOWN_FAXBOX, "deleted faxbox": _DELETED_FAXBOX},
    ),
    "UserNotFound": error_reply(
        404,
        "There is no such account or user.",
        {
            **ACCOUNT_NOT_FOUND,
            "unknown user": example(
                "A user who does not exist",
                error_envelope(
                    404, "bad_identifier", {"cause": UNKNOWN_ID, "message": "bad identifier"}
                ),
                path={"USER_ID": UNKNOWN_ID},
            ),
        },
    ),
    "SchemaNotFound": _simple(
        404,
        "There is no such schema.",
        "bad_identifier",
        {"cause": "nothing", "message": "bad identifier"},
        {"path": {"SCHEMA_ID": "nothing"}},
    ),
    "MethodNotAllowed": _simple(
        405,
        "The option `verb` asks for a method that the path does not have.",
        "invalid_method",
        {"message": "method not allowed"},
        {"query": "verb=MOVE"},
        allow="Allow",
    ),
    "NotAcceptable": _simple(
        406,
        "Nothing that `Accept` allows can be had.",
        "not_acceptable",
        {"message": "available: application/json, text/csv", "cause": "image/png"},
        {"headers": {"Accept": "image/png"}},
    ),
    "RequestTimeout": _simple(
        408,
        "The body did not arrive in time; the connection is closed.",
        "request_timeout",
        {"message": "the body did not arrive in time"},
        {"given": "a body that does not arrive"},
    ),
    "Conflict": _simple(
        409,
        "The revision that the body names is not the current one.",
        "datastore_conflict",
        {
            "message": "conflicting documents",
            "cause": STALE_REVISION,
            "hint": "`_rev` in `data`, or `revision` beside it, names the revision that the change "
            "was made from, and the document is at another one; leave both out to change it "
            "whatever its revision",
        },
        {"body": {"data": {"name": "Front desk"}, "revision": STALE_REVISION}},
    ),
    "PreconditionFailed": _simple(
        412,
        "`If-Match` or `If-None-Match` does not hold.",
        "precondition_failed",
        {"message": "precondition failed"},
        {"headers": {"If-Match": f'"{STALE_REVISION}"'}},
    ),
    "BodyTooLarge": _body_too_large(
        "The body is longer than the limit, which is smaller without a valid token; or the "
        "document would be longer than the store takes.",
        8_000_000,
    ),
    "SmallBodyTooLarge": _body_too_large(
        "The body is longer than the limit for requests that need none, or no token.", 65_536
    ),
    "TargetTooLong": _simple(
        414,
        "The path and query string are longer than the limit.",
        "uri_too_long",
        {"message": "request target too long"},
        {"given": "a target longer than the limit"},
    ),
    "UnsupportedMediaType": _simple(
        415,
        "The body is not JSON and does not claim to be.",
        "unsupported_media_type",
        {"message": "the body must be JSON: application/json", "cause": "text/plain"},
        {"headers": {"Content-Type": "text/plain"}, "text": "name: Front desk"},
    ),
    "PageTooLong": _simple(
        416,
        "The page is longer than may be held in memory.",
        "range not satisfiable",
        {},
        {"given": "little memory for listings"},
    ),
    "KeyReused": _simple(
        422,
        "The `Idempotency-Key` was used with other `data` within the last day.",
        "idempotency_key_reused",
        {"message": "the idempotency key was used with other data", "cause": "order-1"},
        {"given": "a creation under that key", "headers": {"Idempotency-Key": "order-1"}},
    ),
    "TooManyRequests": _simple(
        429,
        "The client has sent too many requests without a good token, or tried too many logins.",
        "too_many_requests",
        {"message": "too many requests"},
        {"given": "a client that asks too often"},
        retry_after="RetryAfter",
    ),
    "HeaderTooLong": _simple(
        431,
        "A header is longer than the limit.",
        "headers_too_large",
        {"message": "request header too long"},
        {"given": "a header longer than the limit"},
    ),
    "InternalError": _simple(
        500, "A defect of the service.", "init failed", None, {"given": "a defect of the service"}
    ),
    "Unavailable": error_reply(
        503,
        "The datastore does not answer, or too many ask at once.",
        {
            "silent datastore": example(
                "A datastore that does not answer",
                error_envelope(503, "datastore_unreachable", {"message": "datastore timeout"}),
                given="a datastore that does not answer",
            ),
            "overloaded": _OVERLOADED,
        },
        retry_after="RetryAfter",
    ),
    "Overloaded": error_reply(
        503, "Too many ask at once.", {"overloaded": _OVERLOADED}, retry_after="RetryAfter"
    ),
}

ANY_REQUEST: Final = (
    *("MethodNotAllowed", "NotAcceptable", "TargetTooLong", "HeaderTooLong"),
    "TooManyRequests",
    "InternalError",
)
"""What every operation may answer, besides 400."""
