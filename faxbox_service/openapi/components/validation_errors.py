"""The replies to requests that cannot be read or whose data is not valid.

See docs/reference/wire.md, 5.1.
"""

from typing import Final

from faxbox_service.documents.types import Document, Json

from .envelopes import ERROR_DETAILS, VALIDATION_ERRORS, error_schema
from .examples import ACCOUNT_NAME, OTHER_ADDRESS, error_envelope
from .responses import example, reply

_MALFORMED: Final = "malformed_request"
_VALIDATION: Final = "validation error"

_MALFORMED_QUERY: Final = example(
    "A query string that cannot be read",
    error_envelope(
        400, _MALFORMED, {"message": "invalid percent escape", "cause": "pretty_print=%zz"}
    ),
    query="pretty_print=%zz",
)
_INVALID_JSON: Final = example(
    "A body that is not JSON",
    error_envelope(
        400,
        _VALIDATION,
        {"json": {"invalid": {"message": "decoder_exit around 0", "target": "body"}}},
    ),
    text='{"data":',
)


def invalid_data(examples: dict[str, Document]) -> Document:
    """400: the request cannot be read, or its data is not valid."""
    general = {"malformed query": _MALFORMED_QUERY, "invalid JSON": _INVALID_JSON}
    data: Document = {"anyOf": [VALIDATION_ERRORS, ERROR_DETAILS]}
    return reply(
        "The request cannot be read, or its data is not valid.",
        error_schema(400, _VALIDATION, _MALFORMED, data=data),
        {**examples, **general},
    )


def invalid_fields(data: Document, **errors: Document) -> Document:
    """Data whose fields are not valid, and what is replied."""
    value = error_envelope(400, _VALIDATION, errors)
    return example("Fields that are not valid", value, body={"data": data})


def _required(field: str) -> Document:
    return {"required": {"message": "Field is required but missing", "value": field}}


def _too_short(value: str, least: int) -> Document:
    message = f"String must be at least {least} characters"
    return {"minLength": {"message": message, "target": least, "cause": value, "value": value}}


def _taken(field: str, value: str, message: str, data: Document, **request: Json) -> Document:
    errors = {field: {"unique": {"message": message, "cause": value}}}
    return example(
        "A value that must be unique, and is not",
        error_envelope(400, _VALIDATION, errors),
        body={"data": data},
        **request,
    )


_INVALID_FAXBOX: Final = invalid_fields(
    {"name": "", "retries": 9},
    name=_too_short("", 1),
    retries={"maximum": {"message": "Value must be at most 4", "target": 4, "value": 9}},
)

_TOO_MANY_FILTERS: Final = example(
    "More filters than one request may have",
    error_envelope(
        400,
        _VALIDATION,
        {
            "filters": {
                "maxItems": {
                    "message": "The request has more than 20 filters",
                    "target": 20,
                    "value": 21,
                }
            }
        },
    ),
    query="&".join(["has_key=name"] * 21),
)


def _unreadable(description: str, **examples: Document) -> Document:
    """Of requests without a body; a table may also turn out to be too large."""
    data: Document = {"anyOf": [VALIDATION_ERRORS, ERROR_DETAILS]}
    return reply(
        description,
        error_schema(400, _MALFORMED, _VALIDATION, data=data),
        {"malformed query": _MALFORMED_QUERY, **examples},
    )


BAD_REQUESTS: Final[Document] = {
    "Malformed": _unreadable("The request cannot be read, or asks for too large a table."),
    "InvalidListing": _unreadable(
        "The request cannot be read, has too many filters, or asks for too large a table.",
        filters=_TOO_MANY_FILTERS,
    ),
    "InvalidDocument": invalid_data({"invalid fields": _INVALID_FAXBOX}),
    "InvalidFaxbox": invalid_data(
        {
            "invalid fields": _INVALID_FAXBOX,
            "taken address": _taken(
                "custom_smtp_email_address",
                OTHER_ADDRESS,
                "email address must be unique",
                {"name": "Front desk", "custom_smtp_email_address": OTHER_ADDRESS},
                given="another faxbox",
            ),
            "no address": invalid_fields(
                {"name": "Front desk", "custom_smtp_email_address": "fax.example.com "},
                custom_smtp_email_address={
                    "wrong_format": {
                        "message": "Field is not in the correct format: a domain name has letters,"
                        " digits, hyphens and dots; others are written xn--…",
                        "value": "fax.example.com ",
                        "format": "domain or email",
                    }
                },
            ),
        }
    ),
    "InvalidAccount": invalid_data(
        {
            "missing name": invalid_fields({}, name=_required("name")),
            "taken name": _taken(
                "name", ACCOUNT_NAME, "Account name already in use", {"name": ACCOUNT_NAME}
            ),
        }
    ),
    "InvalidAccountChange": invalid_data(
        {
            "short name": invalid_fields({"name": ""}, name=_too_short("", 1)),
            "taken name": _taken("name", "Root", "Account name already in use", {"name": "Root"}),
        }
    ),
    "InvalidUser": invalid_data(
        {
            "missing names": invalid_fields(
                {"username": "bob"},
                first_name=_required("first_name"),
                last_name=_required("last_name"),
            ),
            "taken user name": _taken(
                "username",
                "alice",
                "Username must be unique within account",
                {"username": "Alice", "password": "x", "first_name": "A", "last_name": "B"},
            ),
        }
    ),
    "InvalidUserChange": invalid_data(
        {
            "short name": invalid_fields(
                {"first_name": "", "last_name": "Test", "username": "alice"},
                first_name=_too_short("", 1),
            ),
        }
    ),
    "InvalidRestrictions": invalid_data(
        {
            "no object": invalid_fields(
                {"restrictions": "none"},
                restrictions={
                    "type": {
                        "message": "Value did not match type(s): object",
                        "target": "object",
                        "value": "none",
                    }
                },
            )
        }
    ),
    "InvalidLogin": invalid_data(
        {
            "missing credentials": invalid_fields(
                {"account_name": ACCOUNT_NAME}, credentials=_required("credentials")
            )
        }
    ),
    "InvalidApiKey": invalid_data(
        {"short key": invalid_fields({"api_key": "0123"}, api_key=_too_short("0123", 64))}
    ),
}
