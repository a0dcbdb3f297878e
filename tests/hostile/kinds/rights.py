"""Rights: other tenants, those above, those whom something was taken from."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.cases import Request, Story, Telling
from tests.hostile.ground import Sender, md5_credentials
from tests.hostile.victim import Victim
from tests.hostile.wire import Reply

from .media_types import LOGIN

ROUTES = (
    ("GET", "/v2/accounts/<{}>"),
    ("PUT", "/v2/accounts/<{}>"),
    ("PATCH", "/v2/accounts/<{}>"),
    ("POST", "/v2/accounts/<{}>"),
    ("DELETE", "/v2/accounts/<{}>"),
    ("GET", "/v2/accounts/<{}>/api_key"),
    ("PUT", "/v2/accounts/<{}>/api_key"),
    ("GET", "/v2/accounts/<{}>/children"),
    ("GET", "/v2/accounts/<{}>/descendants"),
    ("GET", "/v2/accounts/<{}>/siblings"),
    ("GET", "/v2/accounts/<{}>/parents"),
    ("GET", "/v2/accounts/<{}>/tree"),
    ("GET", "/v2/accounts/<{}>/faxboxes"),
    ("PUT", "/v2/accounts/<{}>/faxboxes"),
    ("GET", "/v2/accounts/<{}>/faxboxes/<kept>"),
    ("PATCH", "/v2/accounts/<{}>/faxboxes/<kept>"),
    ("POST", "/v2/accounts/<{}>/faxboxes/<kept>"),
    ("DELETE", "/v2/accounts/<{}>/faxboxes/<kept>"),
    ("GET", "/v2/accounts/<{}>/users"),
    ("PUT", "/v2/accounts/<{}>/users"),
    ("PATCH", "/v2/accounts/<{}>/users/<user>"),
    ("DELETE", "/v2/accounts/<{}>/users/<user>"),
    ("GET", "/v2/accounts/<{}>/token_restrictions"),
    ("POST", "/v2/accounts/<{}>/token_restrictions"),
    ("DELETE", "/v2/accounts/<{}>/token_restrictions"),
)

NOT_THEIRS = (
    (Sender.STRANGER, "tenant", 401),
    (Sender.FORGED, "tenant", 401),
    (Sender.EXPIRED, "tenant", 401),
    (Sender.NEIGHBOUR, "tenant", 403),
    (Sender.CHILD, "tenant", 403),
    (Sender.USER, "neighbour", 403),
    (Sender.USER, "root", 403),
    (Sender.ADMIN, "root", 403),
    (Sender.BASIC, "neighbour", 403),
    (Sender.BASIC, "root", 403),
    (Sender.GUARDED, "tenant", 403),
)

CLAIMS = ("X-Auth-Account-ID", "X-Forwarded-User", "X-Original-URL", "X-HTTP-Method-Override")

_BODY = '{"data":{"name":"y"}}'


def _cases() -> Iterator[Request | Story]:
    for who, account, status in NOT_THEIRS:
        for method, target in ROUTES:
            yield Request(
                name=f"{method} {target.format(account)}, {who.name.lower()}",
                who=who,
                right=(status,),
                method=method,
                target=target.format(account),
                body=_BODY if method in ("PUT", "PATCH", "POST") else None,
            )
    yield from _ways_around()
    yield from _privileges()
    yield from _guarded()
    for method, target in (("GET", "faxboxes"), ("PUT", "faxboxes"), ("GET", "users")):
        yield Request(
            name=f"Basic of an account that is disabled: {method} {target}",
            who=Sender.DISABLED,
            right=(400, 401, 403),
            method=method,
            target=f"/v2/accounts/<disabled>/{target}",
            body=_BODY if method == "PUT" else None,
        )


def _ways_around() -> Iterator[Request]:
    """The same, asked in other words."""
    theirs = "/v2/accounts/<neighbour>/faxboxes/<theirs>"
    for name, target in (
        ("a noun between", "/v2/accounts/<tenant>/users/<user>/faxboxes/<theirs>"),
        ("two accounts", "/v2/accounts/<tenant>/accounts/<neighbour>/faxboxes/<theirs>"),
        ("two accounts, the other first", "/v2/accounts/<neighbour>/accounts/<tenant>/faxboxes"),
        ("their box below one's own account", "/v2/accounts/<tenant>/faxboxes/<theirs>"),
        ("their account as a box", "/v2/accounts/<tenant>/faxboxes/<neighbour>"),
        ("an account document as a box", "/v2/accounts/<tenant>/faxboxes/<tenant>"),
        ("a user as a box", "/v2/accounts/<tenant>/faxboxes/<admin>"),
        ("a box as a user", "/v2/accounts/<tenant>/users/<kept>"),
        ("a design document", "/v2/accounts/<tenant>/faxboxes/_design%2Ffaxbox"),
        ("a local document", "/v2/accounts/<tenant>/faxboxes/_local%2Fx"),
        ("all documents", "/v2/accounts/<tenant>/faxboxes/_all_docs"),
        ("the alias and another", "/v2/account/accounts/<neighbour>/faxboxes"),
        ("an escaped slash", "/v2/accounts/<tenant>%2F..%2F<neighbour>/faxboxes"),
        ("dots", "/v2/accounts/<tenant>/../<neighbour>/faxboxes/<theirs>"),
        ("another version", "/v1/accounts/<neighbour>/faxboxes"),
        ("capitals", "/v2/Accounts/<neighbour>/faxboxes"),
        ("a verb", f"{theirs}?verb=GET"),
        ("an account in the query", f"{theirs}?account_id=<tenant>"),
    ):
        for method in ("GET", "DELETE"):
            yield Request(
                name=f"{name}: {method}",
                who=Sender.USER,
                right=(400, 403, 404, 405, 410),
                method=method,
                target=target,
            )
    for header in CLAIMS:
        yield Request(
            name=f"another's box and {header}",
            who=Sender.USER,
            right=(401, 403),
            target=theirs,
            headers=((header, "<neighbour>"),),
        )


def _privileges() -> Iterator[Request | Story]:
    """Who is no admin makes none, and changes none."""
    user = {
        "username": "new-admin",
        "first_name": "a",
        "last_name": "b",
        "password": "Secret1234",
        "priv_level": "admin",
    }
    users = "/v2/accounts/<tenant>/users"
    for name, method, target, data, right in (
        ("makes himself an admin", "PATCH", f"{users}/<climber>", {"priv_level": "admin"}, (403,)),
        (
            "makes himself an admin, whole",
            "POST",
            f"{users}/<climber>",
            {**user, "username": "climber"},
            (403,),
        ),
        ("makes an admin", "PUT", users, user, (403,)),
        ("changes an admin's password", "PATCH", f"{users}/<admin>", {"password": "x" * 9}, (403,)),
        ("changes another user", "PATCH", f"{users}/<user>", {"first_name": "x"}, (403,)),
        ("makes an admin less", "PATCH", f"{users}/<admin>", {"priv_level": "user"}, (403,)),
        ("removes an admin", "DELETE", f"{users}/<admin>", None, (403,)),
        ("changes himself", "PATCH", f"{users}/<climber>", {"ui_metadata": {"ui": "x"}}, (200,)),
        ("looks at the API key", "GET", "/v2/accounts/<tenant>/api_key", None, (403,)),
        ("renews the API key", "PUT", "/v2/accounts/<tenant>/api_key", {}, (403,)),
    ):
        yield Request(
            name=f"a plain user {name}",
            who=Sender.CLIMBER,
            right=right,
            method=method,
            target=target,
            body=None if data is None else json.dumps({"data": data}),
        )
    yield Request(
        name="a plain user looks at the account with its API key",
        who=Sender.CLIMBER,
        right=(200,),
        target="/v2/accounts/<tenant>?include_api_key=true",
        holds=lambda reply: "api_key" not in reply.json["data"],
    )
    yield Request(
        name="a plain user is an admin by Basic",
        who=Sender.BASIC,
        right=(403,),
        method="PATCH",
        target=f"{users}/<user>",
        body='{"data":{"priv_level":"admin"}}',
    )


def _guarded() -> Iterator[Request | Story]:
    """Token restrictions hold, whoever their bearer acts as."""
    own, below = "/v2/accounts/<guarded>", "/v2/accounts/<guarded_child>"
    for method, target, data in (
        ("PUT", f"{own}/faxboxes", {"name": "x"}),
        ("GET", f"{own}/users", None),
        ("DELETE", f"{own}/token_restrictions", None),
        ("GET", f"{own}/api_key", None),
    ):
        yield Request(
            name=f"a guarded user: {method} {target}",
            who=Sender.GUARDED,
            right=(403,),
            method=method,
            target=target,
            body=None if data is None else json.dumps({"data": data}),
        )
    for method, target, data in (
        ("PUT", f"{below}/faxboxes", {"name": "x"}),
        ("GET", f"{below}/api_key", None),
        ("PUT", f"{below}/api_key", {}),
        ("PATCH", below, {"name": "y"}),
        ("GET", f"{below}/users", None),
        ("DELETE", below, None),
    ):
        yield Story(
            name=f"a guarded user acts as an admin below: {method} {target}",
            right=(401, 403),
            tell=_acting_as_admin_below(method, target, data),
        )


def _acting_as_admin_below(method: str, target: str, data: Any) -> Telling:
    async def tell(victim: Victim, size: int) -> Reply | None:
        login = {
            "account_name": "guarded",
            "credentials": md5_credentials("guarded_user"),
            "as": {"account_id": "<guarded_child>", "owner_id": "<guarded_child_admin>"},
        }
        reply = await Request(
            name="", right=(), method="PUT", target=LOGIN, body=json.dumps({"data": login})
        ).play(victim, size)
        if reply is None or reply.status != 201:
            return reply
        return await Request(
            name="",
            right=(),
            method=method,
            target=target,
            headers=(("X-Auth-Token", reply.json["auth_token"]),),
            body=None if data is None else json.dumps({"data": data}),
        ).play(victim, size)

    return tell


CASES = tuple(_cases())
