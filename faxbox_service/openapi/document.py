"""The whole document."""

from typing import Final

from faxbox_service.documents.types import Document

from .components.envelopes import ERROR_ENVELOPE
from .components.errors import ERRORS
from .components.headers import HEADERS
from .components.parameters import PARAMETERS
from .paths.account_hierarchy import KIN_PATHS, KIN_SCHEMAS
from .paths.accounts import ACCOUNT_PATHS, ACCOUNT_SCHEMAS
from .paths.authentication import LOGIN_PATHS, LOGIN_SCHEMAS
from .paths.faxboxes import FAXBOX_PATHS, FAXBOX_SCHEMAS
from .paths.service import NEIGHBOUR_PATHS, NEIGHBOUR_SCHEMAS
from .paths.token_restrictions import RESTRICTION_PATHS, RESTRICTION_SCHEMAS
from .paths.users import USER_PATHS, USER_SCHEMAS

_DESCRIPTION: Final = """\
Kazoo's REST API for faxboxes, and what is needed around it.

Of every path:

- Any `v` and number but `v1` does for `v2`; `v1` is answered with 410. A slash at the end is \
ignored. `/v2/account/…` is the account of the token.
- HEAD works wherever GET does, and OPTIONS answers the preflights of browsers. Other methods give \
405 with `allow`, methods that HTTP may know and Kazoo does not 501, unknown paths 404.
- The option `verb` replaces the method, so that POST can stand for any other; through a GET it \
shows what a change would do, and does nothing.
- Options may stand in the query string or beside `data` in the body, never inside `data`.
- The schemas are those packaged with the service; where an operator has put others in force, \
`/v2/schemas/{SCHEMA_ID}` shows them.

An example says by `x-request` how to get it: what is different from the operation's ordinary \
request, which is its path with the examples of the parameters, the example of its body and a good \
token."""

_SECURITY_SCHEMES: Final[Document] = {
    "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "tokenInQuery": {"type": "apiKey", "in": "query", "name": "auth_token"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": (
            "The account's id as user name; as password the MD5 or SHA-1 of `username:password` in "
            "hexadecimal, or `username:password` itself."
        ),
    },
}


def openapi_document(version: str) -> Document:
    """The OpenAPI 3.1 document of this version of the service."""
    operations = {
        **FAXBOX_PATHS,
        **ACCOUNT_PATHS,
        **KIN_PATHS,
        **USER_PATHS,
        **LOGIN_PATHS,
        **RESTRICTION_PATHS,
        **NEIGHBOUR_PATHS,
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "faxbox-service",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            path: {method: operation.document() for method, operation in methods.items()}
            for path, methods in operations.items()
        },
        "components": {
            "schemas": {
                **FAXBOX_SCHEMAS,
                **ACCOUNT_SCHEMAS,
                **KIN_SCHEMAS,
                **USER_SCHEMAS,
                **LOGIN_SCHEMAS,
                **RESTRICTION_SCHEMAS,
                **NEIGHBOUR_SCHEMAS,
                "ErrorEnvelope": ERROR_ENVELOPE,
            },
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": ERRORS,
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }
