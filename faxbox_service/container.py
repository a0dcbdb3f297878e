"""The open store, the repositories over it, and the reconciler."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeAlias

from .documents.names import (
    ACCOUNTS,
    FAXES,
    IDEMPOTENCY,
    REVOCATIONS,
    SYSTEM_AUTH,
    SYSTEM_CONFIG,
    SYSTEM_SCHEMAS,
)
from .documents.plain_collections import PLAIN_COLLECTIONS
from .documents.schema.packaged import packaged_schema
from .repositories.accounts.accounts import Accounts
from .repositories.accounts.cache import AccountCache
from .repositories.accounts.hierarchy import AccountHierarchy
from .repositories.auth.identities import Identities
from .repositories.auth.signing_keys import SigningKeys
from .repositories.auth.token_restrictions import TokenRestrictions
from .repositories.auth.tokens import Tokens
from .repositories.collection import DocumentCollection, DocumentKind
from .repositories.configuration import Configuration
from .repositories.faxboxes.address_claims import AddressClaims
from .repositories.faxboxes.address_generator import AddressGenerator
from .repositories.faxboxes.consistency import FaxboxConsistency
from .repositories.faxboxes.faxboxes import Faxboxes
from .repositories.faxboxes.idempotency import IdempotentCreations
from .repositories.faxboxes.replica import FaxboxReplicas
from .repositories.faxboxes.writes import FaxboxWrites
from .repositories.primitives.clock import (
    Clock,
    IdGenerator,
    steady_clock,
    system_clock,
    system_ids,
)
from .repositories.reconcile.full_scan import FullScan
from .repositories.reconcile.reconciler import Reconciler
from .repositories.schemas import Schemas
from .repositories.users.users import Users
from .settings.settings import Settings
from .stores.base import Store
from .stores.errors import StoreError
from .stores.factory import has_file, store_of
from .stores.url import FileUrl
from .stores.values import StoreVersion, View

_SHARED_DATABASES = (
    *(ACCOUNTS, FAXES, IDEMPOTENCY, REVOCATIONS),
    *(SYSTEM_AUTH, SYSTEM_CONFIG, SYSTEM_SCHEMAS),
)


class NoStore(StoreError):
    """There is no store where the settings say, and the caller does not create one."""


StoreFactory: TypeAlias = Callable[[Settings], Store]
"""Makes the store that the settings name, not yet opened."""


def store_from(settings: Settings) -> Store:
    """The store that the settings name, not yet opened."""
    return store_of(
        settings.store,
        timeout=settings.store_timeout,
        connections=settings.store_connections,
        largest_document=settings.max_document_size,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Repositories:
    """The repositories over one open store, for the service, the commands and the tests."""

    store: Store
    store_version: StoreVersion
    configuration: Configuration
    schemas: Schemas
    account_cache: AccountCache
    accounts: Accounts
    account_hierarchy: AccountHierarchy
    users: Users
    faxbox_replicas: FaxboxReplicas
    faxbox_consistency: FaxboxConsistency
    idempotent_creations: IdempotentCreations
    full_scan: FullScan
    faxboxes: Faxboxes
    plain_collections: Mapping[str, DocumentCollection]
    """By their nouns."""
    signing_keys: SigningKeys
    token_restrictions: TokenRestrictions
    tokens: Tokens
    cluster_id: str

    @classmethod
    async def open(
        cls,
        settings: Settings,
        clock: Clock = system_clock,
        ids: IdGenerator = system_ids,
        *,
        creates: bool = True,
        make_store: StoreFactory = store_from,
    ) -> Self:
        """Open the store; create the shared databases and secrets that are missing.

        Raises `StoreUnavailable`; and `NoStore` where there is no store yet, unless it `creates`
        one.
        """
        is_there = not isinstance(settings.store, FileUrl) or has_file(settings.store)
        if not is_there and not creates:
            raise _no_store(settings)
        store = make_store(settings)
        version = await store.open()
        try:
            if not creates and not await store.databases(ACCOUNTS, limit=1):
                raise _no_store(settings)
            for database in _SHARED_DATABASES:
                await store.create_database(database)
            repositories = await cls._over(store, version, settings, clock, ids)
            await repositories._follow()
        except BaseException:
            await store.close()
            raise
        return repositories

    @classmethod
    async def _over(
        cls,
        store: Store,
        version: StoreVersion,
        settings: Settings,
        clock: Clock,
        ids: IdGenerator,
    ) -> Self:
        strict = settings.schema_strict_validation
        schemas = Schemas(store, strict=strict)
        configuration = Configuration(store, clock)
        keys = SigningKeys(store, configuration, clock, ids)
        await keys.open()
        copies = FaxboxReplicas(store)
        claims = AddressClaims(store, clock, ids, reserved_seconds=settings.address_reservation)
        creations = IdempotentCreations(store, clock, ids)
        reconciliation = FaxboxConsistency(store, claims, clock)
        known = AccountCache(store, steady_clock, unfollowed_seconds=settings.account_cache)
        accounts = Accounts(
            store,
            packaged_schema("accounts", strict=strict),
            copies,
            reconciliation,
            clock,
            realm_suffix=settings.account_realm_suffix,
            known=known,
            ids=ids,
        )
        users = Users(
            store,
            packaged_schema("users", strict=strict),
            clock,
            keeps_kazoo_hashes=settings.kazoo_credentials,
            ids=ids,
        )
        restrictions = TokenRestrictions(
            store,
            packaged_schema("token_restrictions", strict=strict),
            configuration,
            clock,
            cached_seconds=settings.account_cache,
        )
        return cls(
            store=store,
            store_version=version,
            configuration=configuration,
            schemas=schemas,
            account_cache=known,
            accounts=accounts,
            account_hierarchy=AccountHierarchy(store, accounts),
            users=users,
            faxbox_replicas=copies,
            faxbox_consistency=reconciliation,
            idempotent_creations=creations,
            full_scan=FullScan(store, reconciliation, accounts.replicas),
            faxboxes=Faxboxes(
                store,
                lambda: schemas.current("faxbox"),
                AddressGenerator(configuration, ids, settings.default_smtp_domain),
                claims,
                FaxboxWrites(store, copies, claims),
                creations,
                clock,
                settings.blocked_callback_hosts,
                users if settings.check_owner else None,
                ids=ids,
            ),
            plain_collections=_plain_collections(store, schemas, clock, ids),
            signing_keys=keys,
            token_restrictions=restrictions,
            tokens=Tokens(
                store,
                accounts,
                Identities(store, accounts, users, ids),
                keys,
                clock,
                ids,
                lifetime=settings.token_lifetime,
                recheck_seconds=settings.account_cache,
            ),
            cluster_id=await configuration.ensure_system_value("cluster", "cluster_id", ids.new_id),
        )

    async def _follow(self) -> None:
        await self.schemas.open()
        await self.account_cache.open()
        await self.tokens.open()

    async def close(self) -> None:
        """Stop following changes, and close the store."""
        await self.schemas.close()
        await self.account_cache.close()
        await self.tokens.close()
        await self.store.close()


def _no_store(settings: Settings) -> NoStore:
    return NoStore(
        f"there is no store at {settings.store.shown}; `faxbox init` and `faxbox serve` make one"
    )


def _plain_collections(
    store: Store, schemas: Schemas, clock: Clock, ids: IdGenerator
) -> Mapping[str, DocumentCollection]:
    return {
        kind.noun: DocumentCollection(
            DocumentKind(kind.document_type, View(kind.noun, kind.LISTING)),
            store,
            partial(schemas.current, kind.noun),
            clock,
            ids=ids,
        )
        for kind in PLAIN_COLLECTIONS
    }


def reconciler_of(
    settings: Settings,
    repositories: Repositories,
    clock: Clock = system_clock,
    ids: IdGenerator = system_ids,
) -> Reconciler:
    """The background task that repairs the store, not yet started."""
    store, copies = repositories.store, repositories.accounts.replicas
    return Reconciler(
        store,
        repositories.faxbox_consistency,
        FullScan(store, repositories.faxbox_consistency, copies, rest=1.0),
        repositories.idempotent_creations,
        clock,
        ids,
        interval=settings.reconcile_interval,
        full_scan_interval=settings.sweep_interval,
    )
