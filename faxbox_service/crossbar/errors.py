"""Every error reply there is: Kazoo's statuses, messages and data (docs/reference/wire.md, 10)."""

from dataclasses import dataclass, field, replace

from faxbox_service.documents.model.user import KeptForAdmins
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import Document, Json, Revision
from faxbox_service.repositories.errors import (
    AccountHasDescendants,
    BadIdentifier,
    IdempotencyKeyReused,
    InvalidCredentials,
    PreconditionNotMet,
    StaleRevision,
    TokenExpired,
    TooManyWaiting,
)
from faxbox_service.stores.errors import (
    DocumentRefused,
    MissingView,
    Refusal,
    RevisionConflict,
    StoreError,
    StoreUnavailable,
)

RETRY_AFTER_SECONDS = "1"

NO_DATA = object()
"""The reply's envelope has no `data` member."""

_TAKEN_AS_PRECONDITION = (
    "`_rev` in `data`, or `revision` beside it, names the revision that the change was made from,"
    " and the document is at another one; leave both out to change it whatever its revision"
)


@dataclass(slots=True)
class CrossbarError(Exception):
    """An error reply, which ends a request."""

    status: int
    message: str
    data: Json = NO_DATA
    headers: dict[str, str] = field(default_factory=dict)
    envelope: Document = field(default_factory=dict)
    """Members put before all others, such as `page_size`."""


def invalid_credentials(**envelope: Json) -> CrossbarError:
    """401: no token, or one that proves nothing."""
    data = {"message": "invalid credentials"}
    return CrossbarError(401, "invalid_credentials", data, envelope=envelope)


def forbidden() -> CrossbarError:
    """403: a good token without the right to this account."""
    return CrossbarError(403, "forbidden", {"message": "forbidden"})


def token_restricted() -> CrossbarError:
    """403: a good token that is not good for this (docs/reference/wire.md, 6.3)."""
    data = {"cause": "access denied by token restrictions", "message": "forbidden"}
    return CrossbarError(403, "forbidden", data)


def admins_only(what: str) -> CrossbarError:
    """403: only admins of the account and of accounts above it may do this.

    See docs/contract.md, 24.
    """
    data = {"cause": f"only admins may {what}", "message": "forbidden"}
    return CrossbarError(403, "forbidden", data)


def not_found() -> CrossbarError:
    """404: no such endpoint."""
    return CrossbarError(404, "not_found", {"message": "not found"})


def bad_identifier(identifier: str) -> CrossbarError:
    """404: the endpoint exists, the document does not."""
    return CrossbarError(404, "bad_identifier", {"cause": identifier, "message": "bad identifier"})


def bad_account_id(account_id: str) -> CrossbarError:
    """404: what stands in the place of the account id cannot be one.

    See docs/reference/wire.md, 2.6.
    """
    text = f"invalid account_id '{account_id}'" if account_id else "missing account_id"
    return CrossbarError(404, "bad identifier", {"message": text})


def faulty_request(text: str) -> CrossbarError:
    """404: paging options that make no sense (docs/reference/wire.md, 3.3)."""
    return CrossbarError(404, "faulty_request", {"message": text})


def method_not_allowed(allowed: tuple[str, ...]) -> CrossbarError:
    """405, with `allow` (docs/contract.md, 12)."""
    return CrossbarError(
        405,
        "invalid_method",
        {"message": "method not allowed"},
        {"allow": ", ".join(("OPTIONS", *allowed))},
    )


def not_acceptable(accept: str) -> CrossbarError:
    """406: nothing that `Accept` allows can be had (docs/contract.md, 12)."""
    data = {"message": "available: application/json, text/csv", "cause": accept}
    return CrossbarError(406, "not_acceptable", data)


def method_not_implemented() -> CrossbarError:
    """501: a method that HTTP may know and Kazoo does not (docs/contract.md, 12)."""
    return CrossbarError(501, "not_implemented", {"message": "method not implemented"})


def target_too_long() -> CrossbarError:
    """414 (docs/contract.md, 12)."""
    return CrossbarError(414, "uri_too_long", {"message": "request target too long"})


def fields_too_large() -> CrossbarError:
    """431: a header that is too long (RFC 6585, 5)."""
    return CrossbarError(431, "headers_too_large", {"message": "request header too long"})


def range_not_satisfiable() -> CrossbarError:
    """416: a page that is longer than a listing may be in memory (docs/reference/wire.md, 3.3)."""
    return CrossbarError(416, "range not satisfiable", {})


def alias_without_token() -> CrossbarError:
    """401: `/v2/account` is the account of a token, and there is none.

    See docs/reference/wire.md, 2.6.
    """
    return CrossbarError(401, "invalid credentials", {})


def malformed_request(text: str, cause: str) -> CrossbarError:
    """400: a header, path or query string that cannot be read."""
    return CrossbarError(400, "malformed_request", {"message": text, "cause": cause})


def validation_error(errors: Json) -> CrossbarError:
    """400: dotted keys, each with the rules that failed (docs/reference/wire.md, 5.1)."""
    return CrossbarError(400, "validation error", errors)


def invalid_json(reason: str) -> CrossbarError:
    """400: the body is not a JSON object."""
    return validation_error({"json": {"invalid": {"message": reason, "target": "body"}}})


def body_too_large(limit: int) -> CrossbarError:
    """413 (docs/contract.md, 11)."""
    message = f"Payload or Files must not be more than {limit} bytes"
    error = validation_error({"file": {"maxSize": {"message": message, "target": limit}}})
    error.status = 413
    return error


def truncated_body() -> CrossbarError:
    """400: the body ended early, or its chunks are not as they say (RFC 9112, 8)."""
    data = {"message": "the body is cut, or badly framed"}
    return CrossbarError(400, "malformed_request", data, {"connection": "close"})


def json_too_large(rule: str, limit: int, message: str) -> CrossbarError:
    """400: the body holds more values than any client needs (docs/contract.md, 28)."""
    return validation_error({"json": {rule: {"message": message, "target": limit}}})


def unsupported_content_coding(content_encoding: str) -> CrossbarError:
    """415: the body is compressed in a way that is not taken (RFC 9110, 12.5.3 and 15.5.16)."""
    data = {"message": "unsupported content coding", "cause": content_encoding}
    headers = {"accept-encoding": "gzip, deflate"}
    return CrossbarError(415, "unsupported_media_type", data, headers)


def compressed_body_without_token() -> CrossbarError:
    """415: bodies are inflated only for clients that have proved who they are.

    See docs/contract.md, 28.
    """
    data = {"message": "a compressed body needs a valid token in a header or the query string"}
    return CrossbarError(415, "unsupported_media_type", data, {"accept-encoding": "identity"})


def unsupported_media_type(content_type: str) -> CrossbarError:
    """415: the body is not JSON, and does not claim to be (docs/contract.md, 17)."""
    return CrossbarError(
        415,
        "unsupported_media_type",
        {"message": "the body must be JSON: application/json", "cause": content_type},
    )


def too_many_filters(limit: int, given: int) -> CrossbarError:
    """400: each filter is work for each document (docs/contract.md, 28)."""
    message = f"The request has more than {limit} filters"
    return validation_error(
        {"filters": {"maxItems": {"message": message, "target": limit, "value": given}}}
    )


def table_too_large(rule: str, message: str, limit: int) -> CrossbarError:
    """400: what is asked for as CSV has too many columns, or too long ones.

    See docs/contract.md, 28.
    """
    return validation_error({"csv": {rule: {"message": message, "target": limit}}})


def version_gone() -> CrossbarError:
    """410: the first version of the API."""
    text = "API version 1 is not supported. Please upgrade your code to use version 2."
    return CrossbarError(410, "gone", text)


def too_many_requests(seconds: int) -> CrossbarError:
    """429: the rate limit's bucket is empty, and will not be in `seconds`.

    See docs/reference/wire.md, 6.6.
    """
    return CrossbarError(
        429,
        "too_many_requests",
        {"message": "too many requests"},
        {"retry-after": str(max(1, seconds))},
    )


def overloaded() -> CrossbarError:
    """503: more requests at once than the service takes on (RFC 9110, 15.6.4)."""
    data = {"message": "too many requests at once, try again"}
    return CrossbarError(503, "overloaded", data, {"retry-after": RETRY_AFTER_SECONDS})


def request_timeout() -> CrossbarError:
    """408: the body did not arrive in time (RFC 9110, 15.5.9)."""
    data = {"message": "the body did not arrive in time"}
    return CrossbarError(408, "request_timeout", data, {"connection": "close"})


def conflicting(named: Revision | None) -> CrossbarError:
    """409: not the current revision. Dumps have revisions of other databases.

    See docs/contract.md, 4.
    """
    data: Document = {"message": "conflicting documents"}
    if named is not None:
        data |= {"cause": named, "hint": _TAKEN_AS_PRECONDITION}
    return CrossbarError(409, "datastore_conflict", data)


def document_refused(refused: DocumentRefused) -> CrossbarError:
    """What the store will never take or show: repeating the request is of no use.

    See docs/contract.md, 11.
    """
    reason = refused.reason
    match refused.why:
        case Refusal.TOO_LARGE:
            errors = refused.errors or {"": {"maxSize": {"message": reason}}}
            return CrossbarError(413, "validation error", errors)
        case Refusal.INVALID:
            return validation_error(refused.errors or {"": {"invalid": {"message": reason}}})
        case Refusal.FORBIDDEN:
            # A 401 would tell clients to log in again, which would not help.
            return CrossbarError(403, "forbidden", {"message": "forbidden", "cause": reason})
        case Refusal.UNREADABLE:
            # Only the log says which document: it may be another account's.
            data = {"message": "datastore fatal error", "cause": "a document cannot be read"}
            return CrossbarError(500, "datastore_fault", data)


def internal_error() -> CrossbarError:
    """500: always a bug of this service."""
    return CrossbarError(500, "init failed")


def error_of(exception: Exception) -> CrossbarError | None:
    """The reply for what a lower layer raised, or None for an unexpected error."""
    match exception:
        case CrossbarError():
            return exception
        case InvalidDocument():
            return validation_error(exception.errors)
        case KeptForAdmins():
            error = admins_only(f"set {exception.name}")
            return replace(error, data={**error.data, "value": exception.value})
        case BadIdentifier():
            return bad_identifier(exception.identifier)
        case PreconditionNotMet():
            data = {"message": "precondition failed"}
            return CrossbarError(412, "precondition_failed", data)
        case StaleRevision():
            return conflicting(exception.named)
        case RevisionConflict():
            return conflicting(None)
        case InvalidCredentials():
            return invalid_credentials()
        case TokenExpired():
            return CrossbarError(401, "invalid credentials", {})
        case IdempotencyKeyReused():
            data = {
                "message": "the idempotency key was used with other data",
                "cause": exception.key,
            }
            return CrossbarError(422, "idempotency_key_reused", data)
        case TooManyWaiting():
            return overloaded()
        case AccountHasDescendants():
            data = {"message": "account has descendants"}
            # Kazoo's 500 would be our fault, and ask clients to try again (docs/contract.md, 11).
            return CrossbarError(409, "account_has_descendants", data)
        case _:
            return _store_error(exception)


def _store_error(exception: Exception) -> CrossbarError | None:
    retry = {"retry-after": RETRY_AFTER_SECONDS}
    match exception:
        case StoreUnavailable():
            return CrossbarError(
                503, "datastore_unreachable", {"message": "datastore timeout"}, retry
            )
        case DocumentRefused():
            return document_refused(exception)
        case MissingView():
            return CrossbarError(503, "datastore missing view", {}, retry)
        case StoreError():
            data = {"message": "datastore fatal error"}
            return CrossbarError(503, "datastore_fault", data, retry)
        case _:
            return None
