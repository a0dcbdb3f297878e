"""Every path of the API: its methods, who may use them, and the ids of the operations.

The resources serve what is declared here, and the OpenAPI document describes it, operation by
operation; neither can have a path that the other has not.
"""

from typing import Final

from .crossbar.resource import ACCOUNTS_NOUN, Access, Path, Routes
from .documents.plain_collections import PLAIN_COLLECTIONS

_ACCOUNT: Final = "{ACCOUNT_ID}"


def collection_routes(
    noun: str,
    singular: str,
    plural: str,
    item_methods: tuple[str, ...] = ("PATCH", "POST", "GET", "DELETE"),
) -> Routes:
    """The paths of documents that belong to an account: the collection, and each of its items.

    The names become those of operations: `listFaxboxes`, `createFaxbox`.
    """
    of_item = {
        "PATCH": f"patch{singular}",
        "POST": f"replace{singular}",
        "GET": f"fetch{singular}",
        "DELETE": f"delete{singular}",
    }
    item = f"{{{singular.upper()}_ID}}"
    return Routes(
        noun,
        (
            Path((), {"PUT": f"create{singular}", "GET": f"list{plural}"}),
            Path((item,), {method: of_item[method] for method in item_methods}),
        ),
    )


ABOUT: Final = Routes(
    "about",
    (
        Path((), {"GET": "fetchAbout"}, Access.TOKEN),
        Path((), {"GET": "fetchAboutOfAccount"}, Access.TOKEN, is_below_account=True),
    ),
)

ACCOUNTS: Final = Routes(
    ACCOUNTS_NOUN,
    (
        # Anyone with a token may create a child of the token's account
        # (docs/reference/wire.md, 6.4).
        Path((), {"PUT": "createAccount"}, Access.TOKEN),
        Path(
            (_ACCOUNT,),
            {
                "PATCH": "patchAccount",
                "POST": "replaceAccount",
                "PUT": "createChildAccount",
                "GET": "fetchAccount",
                "DELETE": "deleteAccount",
            },
        ),
        Path((_ACCOUNT, "api_key"), {"GET": "fetchApiKey", "PUT": "renewApiKey"}),
        Path((_ACCOUNT, "children"), {"GET": "listChildren"}),
        Path((_ACCOUNT, "descendants"), {"GET": "listDescendants"}),
        Path((_ACCOUNT, "siblings"), {"GET": "listSiblings"}),
        Path((_ACCOUNT, "parents"), {"GET": "listParents"}),
        Path((_ACCOUNT, "tree"), {"GET": "fetchTree"}),
    ),
)

API_AUTH: Final = Routes("api_auth", (Path((), {"PUT": "logAccountIn"}, Access.ANYONE),))

FAXBOXES: Final = collection_routes("faxboxes", "Faxbox", "Faxboxes")

OPENAPI: Final = Routes("openapi.json", (Path((), {"GET": "fetchOpenApi"}, Access.ANYONE),))

SCHEMAS: Final = Routes(
    "schemas",
    (
        Path((), {"GET": "listSchemas"}, Access.ANYONE),
        Path(("{SCHEMA_ID}",), {"GET": "fetchSchema"}, Access.ANYONE),
        Path(("{SCHEMA_ID}", "validation"), {"PUT": "validateDocument"}, Access.TOKEN),
    ),
)

TOKEN_AUTH: Final = Routes(
    "token_auth", (Path((), {"DELETE": "endToken", "GET": "fetchToken"}, Access.TOKEN),)
)

TOKEN_RESTRICTIONS: Final = Routes(
    "token_restrictions",
    (
        Path(
            (),
            {
                "GET": "fetchTokenRestrictions",
                "POST": "replaceTokenRestrictions",
                "DELETE": "liftTokenRestrictions",
            },
        ),
    ),
)

USER_AUTH: Final = Routes("user_auth", (Path((), {"PUT": "logUserIn"}, Access.ANYONE),))

USERS: Final = collection_routes("users", "User", "Users", ("PATCH", "DELETE", "POST", "GET"))

PLAIN: Final = {
    kind.noun: collection_routes(kind.noun, kind.singular, kind.plural)
    for kind in PLAIN_COLLECTIONS
}

ALL_ROUTES: Final = (
    *(FAXBOXES, ACCOUNTS, USERS, USER_AUTH, API_AUTH, TOKEN_AUTH, TOKEN_RESTRICTIONS),
    *PLAIN.values(),
    *(SCHEMAS, ABOUT, OPENAPI),
)
"""In the order of the OpenAPI document."""
