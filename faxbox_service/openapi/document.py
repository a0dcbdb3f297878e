"""The whole document."""

from typing import Final

from faxbox_service.documents.plain_collections import PLAIN_COLLECTIONS
from faxbox_service.documents.types import Document
from faxbox_service.routes import ALL_ROUTES

from .components.envelopes import ERROR_ENVELOPE
from .components.errors import ERRORS
from .components.headers import HEADERS
from .components.parameters import PARAMETERS
from .operations import documented_paths
from .paths.account_hierarchy import ACCOUNT_HIERARCHY
from .paths.accounts import ACCOUNTS
from .paths.authentication import AUTHENTICATION
from .paths.faxboxes import FAXBOXES
from .paths.plain_collections import documentation_of
from .paths.service import SERVICE
from .paths.token_restrictions import TOKEN_RESTRICTIONS
from .paths.users import USERS

_DOCUMENTATION: Final = (
    *(FAXBOXES, ACCOUNTS, ACCOUNT_HIERARCHY, USERS, AUTHENTICATION, TOKEN_RESTRICTIONS),
    *map(documentation_of, PLAIN_COLLECTIONS),
    SERVICE,
)

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
    schemas = {name: part for of in _DOCUMENTATION for name, part in of.schemas.items()}
    parameters = {name: part for of in _DOCUMENTATION for name, part in of.parameters.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "faxbox-service",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": documented_paths(ALL_ROUTES, _DOCUMENTATION),
        "components": {
            "schemas": {**schemas, "ErrorEnvelope": ERROR_ENVELOPE},
            "parameters": {**PARAMETERS, **parameters},
            "headers": HEADERS,
            "responses": ERRORS,
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }
