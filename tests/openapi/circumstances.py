"""The store that all examples presuppose, and what some of them add to it (`given`)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from faxbox_service.app import router_of
from faxbox_service.container import Repositories
from faxbox_service.crossbar.auth.token_bucket import TokenBuckets
from faxbox_service.crossbar.concurrency_limit import ConcurrencyLimiter
from faxbox_service.crossbar.errors import overloaded
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.plain_collections import PLAIN_COLLECTIONS
from faxbox_service.openapi.components.examples import (
    ACCOUNT_ID,
    ACCOUNT_NAME,
    API_KEY,
    CHILD_ID,
    DOCUMENT_ID,
    FAXBOX,
    FAXBOX_ID,
    NEW_DOCUMENT_ID,
    OTHER_ADDRESS,
    OTHER_FAXBOX_ID,
    ROOT_ID,
    UNKNOWN_ID,
    USER_ID,
)
from faxbox_service.openapi.paths.token_restrictions import RESTRICTIONS
from faxbox_service.repositories.primitives.clock import IdGenerator, system_clock, system_ids
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION
from faxbox_service.settings.settings import Settings
from faxbox_service.stores.errors import StoreUnavailable
from tests.http.conftest import NOBODY
from tests.openapi.examples import Request

LONG = "x" * 9000
HOUR = 3600

_LITTLE_MEMORY = {"FAXBOX_REQUEST_MEMORY_LIMIT": "10000"}
ENVIRONMENTS = {
    "a client that asks too often": {"FAXBOX_RATE_LIMIT_BURST": "100"},
    "little memory for listings": _LITTLE_MEMORY,
    "many child accounts": _LITTLE_MEMORY,
    "many users": _LITTLE_MEMORY,
    "a body that does not arrive": {"FAXBOX_CLIENT_TIMEOUT": "0.2"},
}
"""The settings that circumstances need; no account is remembered, so that each request reads."""


def environment_of(given: str | None) -> dict[str, str]:
    return {"FAXBOX_ACCOUNT_CACHE": "0", **ENVIRONMENTS.get(given or "", {})}


@dataclass(frozen=True)
class Scene:
    """A service over that store, and a request that is about to be sent."""

    repositories: Repositories
    patch: pytest.MonkeyPatch
    request: Request

    async def account(self) -> Account:
        return await self.repositories.accounts.find(ACCOUNT_ID)

    async def token(self, account_id: str = ACCOUNT_ID) -> str:
        account = await self.repositories.accounts.find(account_id)
        return await self.repositories.tokens.issue(account, None, "cb_api_auth")


def ids_of(document_id: str) -> IdGenerator:
    """Makes this id, and the API key of the examples."""
    return IdGenerator(lambda length: document_id if length == 16 else API_KEY)


async def fill_store(settings: Settings) -> None:
    """Fill an empty store: a root account, the account of the examples, its user and its faxbox."""
    repositories = await Repositories.open(settings)
    repositories.accounts.ids = ids_of(ROOT_ID)
    root = await repositories.accounts.create_master("Root", NOBODY, api_key="0" * 64)
    repositories.accounts.ids = ids_of(ACCOUNT_ID)
    fields = {"name": ACCOUNT_NAME, "realm": "example.com"}
    account = Account.of(await repositories.accounts.create_child(Account.of(root), fields, NOBODY))
    repositories.users.ids = ids_of(USER_ID)
    alice = {
        "username": "alice",
        "password": "Secret1234",
        "first_name": "Alice",
        "last_name": "Test",
    }
    await repositories.users.create(account, alice, NOBODY)
    repositories.faxboxes.ids = ids_of(FAXBOX_ID)
    await repositories.faxboxes.create(account, shown_fields(FAXBOX), NOBODY)
    for kind in PLAIN_COLLECTIONS:
        collection = repositories.plain_collections[kind.noun]
        collection.ids = ids_of(DOCUMENT_ID)
        await collection.create(account, kind.example, NOBODY)
    await repositories.close()


def shown_fields(faxbox: dict[str, Any]) -> dict[str, Any]:
    return {name: faxbox[name] for name in ("name", "caller_id")}


def prepare_new_ids(repositories: Repositories) -> None:
    """What is made from now on gets the ids of the examples."""
    repositories.accounts.ids = ids_of(CHILD_ID)
    repositories.faxboxes.ids = ids_of(OTHER_FAXBOX_ID)
    repositories.users.ids = ids_of(CHILD_ID)
    for collection in repositories.plain_collections.values():
        collection.ids = ids_of(NEW_DOCUMENT_ID)


async def nothing_more(scene: Scene) -> Request:
    return scene.request


async def another_faxbox(scene: Scene) -> Request:
    fields = {
        "name": "Back office",
        "caller_id": "+14155550101",
        "custom_smtp_email_address": OTHER_ADDRESS,
    }
    await scene.repositories.faxboxes.create(await scene.account(), fields, NOBODY)
    scene.repositories.faxboxes.ids = system_ids
    return scene.request


async def little_memory(scene: Scene) -> Request:
    """Beside the setting: documents that are longer."""
    account, notes = await scene.account(), {"notes": "x" * 10_000}
    await scene.repositories.faxboxes.create(account, {"name": "Long", **notes}, NOBODY)
    for kind in PLAIN_COLLECTIONS:
        collection = scene.repositories.plain_collections[kind.noun]
        await collection.create(account, {**kind.example, **notes}, NOBODY)
    return scene.request


async def a_deleted_faxbox(scene: Scene) -> Request:
    await scene.repositories.faxboxes.soft_delete(ACCOUNT_ID, FAXBOX_ID, NOBODY, NO_PRECONDITION)
    return scene.request


async def a_child_account(scene: Scene) -> Request:
    accounts = scene.repositories.accounts
    fields = {"name": "Branch", "realm": "branch.example.com"}
    await accounts.create_child(await scene.account(), fields, NOBODY)
    return scene.request


async def token_restrictions(scene: Scene) -> Request:
    restrictions = scene.repositories.token_restrictions
    await restrictions.replace(ACCOUNT_ID, RESTRICTIONS, NOBODY, NO_PRECONDITION)
    return scene.request


async def many_child_accounts(scene: Scene) -> Request:
    """Beside the setting: more than a page may hold."""
    scene.repositories.accounts.ids = system_ids
    accounts, parent = scene.repositories.accounts, await scene.account()
    for number in range(100):
        await accounts.create_child(parent, {"name": f"Branch {number}"}, NOBODY)
    return scene.request


async def many_users(scene: Scene) -> Request:
    """Beside the setting: more than a page may hold."""
    scene.repositories.users.ids = system_ids
    for number in range(100):
        names = {"first_name": f"{number}", "last_name": "Test"}
        await scene.repositories.users.create(await scene.account(), names, NOBODY)
    return scene.request


async def a_client_that_asks_too_often(scene: Scene) -> Request:
    """One without a good token, whose bucket is empty."""
    scene.patch.setattr(TokenBuckets, "take", lambda *_: 30.0)
    return scene.request.with_header("X-Auth-Token", None)


async def an_expired_token(scene: Scene) -> Request:
    tokens = scene.repositories.tokens
    with pytest.MonkeyPatch.context() as long_ago:
        long_ago.setattr(tokens, "_clock", lambda: system_clock() - 24 * HOUR)
        token = await scene.token()
    return scene.request.with_header("X-Auth-Token", token)


async def another_accounts_token(scene: Scene) -> Request:
    accounts = scene.repositories.accounts
    root = await accounts.find(ROOT_ID)
    scene.repositories.accounts.ids = ids_of(UNKNOWN_ID)
    await accounts.create_child(root, {"name": "Other"}, NOBODY)
    return scene.request.with_header("X-Auth-Token", await scene.token(UNKNOWN_ID))


async def a_superduper_admins_token(scene: Scene) -> Request:
    return scene.request.with_header("X-Auth-Token", await scene.token(ROOT_ID))


async def a_plain_users_token(scene: Scene) -> Request:
    account = await scene.account()
    token = await scene.repositories.tokens.issue(account, USER_ID, "cb_user_auth")
    return scene.request.with_header("X-Auth-Token", token)


async def a_long_body(scene: Scene) -> Request:
    """One that is never sent: the service refuses it before."""
    request = replace(scene.request, body=b" " * 8_000_001)
    return request.with_header("Expect", "100-continue")


async def a_long_target(scene: Scene) -> Request:
    return replace(scene.request, query=f"x={LONG}")


async def a_long_header(scene: Scene) -> Request:
    return scene.request.with_header("X-Long", LONG)


async def a_defect(scene: Scene) -> Request:
    """Every resource raises an unexpected exception."""

    async def handle(resource: object, call: object) -> None:
        raise RuntimeError("a defect, on purpose")

    for resource in router_of(Settings(), scene.repositories).resources:
        scene.patch.setattr(type(resource), "handle", handle)
    return scene.request


async def a_silent_datastore(scene: Scene) -> Request:
    async def fail(*arguments: object) -> None:
        raise StoreUnavailable("silent, on purpose")

    store = scene.repositories.store
    token = await scene.token()
    for name in ("get", "put", "delete", "view", "create_database", "delete_database"):
        scene.patch.setattr(store, name, fail)
    return scene.request.with_header("X-Auth-Token", token)


async def too_many_requests_at_once(scene: Scene) -> Request:
    """No slot is free, and the queue is full."""

    async def refuse(limiter: ConcurrencyLimiter) -> None:
        raise overloaded()

    scene.patch.setattr(ConcurrencyLimiter, "try_acquire", lambda limiter: False)
    scene.patch.setattr(ConcurrencyLimiter, "acquire", refuse)
    return scene.request


async def a_body_that_does_not_arrive(scene: Scene) -> Request:
    """Beside the setting, which makes the service wait briefly for it."""

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(HOUR)

    return replace(scene.request, body=stalled())


async def a_creation_under_that_key(scene: Scene) -> Request:
    key = scene.request.headers["Idempotency-Key"]
    account = await scene.account()
    await scene.repositories.faxboxes.create(
        account, {"name": "Lobby"}, NOBODY, idempotency_key=key
    )
    return scene.request


CIRCUMSTANCES: dict[str | None, Callable[[Scene], Awaitable[Request]]] = {
    None: nothing_more,
    "another faxbox": another_faxbox,
    "a deleted faxbox": a_deleted_faxbox,
    "a creation under that key": a_creation_under_that_key,
    "a child account": a_child_account,
    "token restrictions": token_restrictions,
    "many child accounts": many_child_accounts,
    "many users": many_users,
    "a client that asks too often": a_client_that_asks_too_often,
    "an expired token": an_expired_token,
    "another account's token": another_accounts_token,
    "a superduper admin's token": a_superduper_admins_token,
    "a plain user's token": a_plain_users_token,
    "a body longer than the limit": a_long_body,
    "a target longer than the limit": a_long_target,
    "a header longer than the limit": a_long_header,
    "little memory for listings": little_memory,
    "a defect of the service": a_defect,
    "a datastore that does not answer": a_silent_datastore,
    "more requests than the service takes on": too_many_requests_at_once,
    "a body that does not arrive": a_body_that_does_not_arrive,
}
