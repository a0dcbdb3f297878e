"""The wiring: which layer gets which."""

from dataclasses import dataclass
from typing import Self

from . import __version__
from .crossbar.admission import Admission
from .crossbar.auth.authentication import Authenticator
from .crossbar.auth.client_address import ClientAddresses, parse_networks
from .crossbar.auth.rate_limits import Limits, RateLimits
from .crossbar.body.memory import BodyMemory
from .crossbar.body.reader import Bodies, BodyLimits
from .crossbar.concurrency_limit import ConcurrencyLimiter
from .crossbar.dispatcher import Dispatcher
from .crossbar.listing.listing import ListingLimits
from .crossbar.response.csv_table import CsvRules
from .crossbar.response.envelope import ReplyBuilder
from .crossbar.routing import Router
from .documents.json.shape import ShapeLimits
from .documents.model.callback_urls import BlockedHosts
from .documents.names import (
    ACCOUNTS,
    FAXES,
    IDEMPOTENCY,
    REVOCATIONS,
    SYSTEM_AUTH,
    SYSTEM_CONFIG,
    SYSTEM_SCHEMAS,
)
from .documents.schema.schema import packaged_schema
from .repositories.accounts.accounts import Accounts
from .repositories.accounts.cache import AccountCache
from .repositories.accounts.hierarchy import AccountHierarchy
from .repositories.auth.identities import Identities
from .repositories.auth.phone_numbers import PhoneNumbers
from .repositories.auth.signing_keys import SigningKeys
from .repositories.auth.token_restrictions import TokenRestrictions
from .repositories.auth.tokens import Tokens
from .repositories.configuration import Configuration
from .repositories.faxboxes.address_claims import AddressClaims
from .repositories.faxboxes.address_generator import AddressGenerator
from .repositories.faxboxes.consistency import FaxboxConsistency
from .repositories.faxboxes.faxboxes import Faxboxes
from .repositories.faxboxes.idempotency import IdempotentCreations
from .repositories.faxboxes.replica import FaxboxReplicas
from .repositories.faxboxes.writes import FaxboxWrites
from .repositories.primitives.clock import Clock, new_id, steady_clock, system_clock
from .repositories.reconcile.full_scan import FullScan
from .repositories.reconcile.reconciler import Reconciler
from .repositories.schemas import Schemas
from .repositories.users.users import Users
from .resources.about import AboutResource
from .resources.account_hierarchy import HierarchyResource
from .resources.accounts import AccountsResource
from .resources.auth.api_auth import ApiAuthResource
from .resources.auth.login_reply import Logins
from .resources.auth.token_auth import TokenAuthResource
from .resources.auth.token_restrictions import TokenRestrictionsResource
from .resources.auth.user_auth import UserAuthResource
from .resources.docs_page.page import DocsPage
from .resources.faxboxes import FaxboxesResource
from .resources.openapi import OpenApiResource
from .resources.permissions import Permissions
from .resources.schemas import SchemasResource
from .resources.users import UsersResource
from .settings import Settings
from .stores.base import Store, StoreVersion
from .stores.factory import NoStore, has_file, is_embedded, redacted_url, store_of

_SHARED_DATABASES = (
    *(ACCOUNTS, FAXES, IDEMPOTENCY, REVOCATIONS),
    *(SYSTEM_AUTH, SYSTEM_CONFIG, SYSTEM_SCHEMAS),
)


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories over one open store, for the service, the commands and the tests."""

    store: Store
    store_version: StoreVersion
    configuration: Configuration
    schemas: Schemas
    known_accounts: AccountCache
    accounts: Accounts
    account_listings: AccountHierarchy
    users: Users
    copies: FaxboxReplicas
    reconciliation: FaxboxConsistency
    creations: IdempotentCreations
    sweeping: FullScan
    faxboxes: Faxboxes
    keys: SigningKeys
    restrictions: TokenRestrictions
    tokens: Tokens
    cluster_id: str

    @classmethod
    async def open(
        cls, settings: Settings, clock: Clock = system_clock, *, creates: bool = True
    ) -> Self:
        """Open the store, with the shared databases and secrets made where they are missing.

        Raises `StoreUnavailable`; and `NoStore` where all would have to be made, and nobody is to
        make it (`creates`).
        """
        is_there = not is_embedded(settings.store) or has_file(settings.store)
        if not is_there and not creates:
            raise _no_store(settings)
        store = store_of(
            settings.store,
            timeout=settings.store_timeout,
            connections=settings.store_connections,
            largest_document=settings.max_document_size,
        )
        version = await store.open()
        try:
            if not creates and not await store.databases(ACCOUNTS, limit=1):
                raise _no_store(settings)
            for database in _SHARED_DATABASES:
                await store.create_database(database)
            repositories = await cls._over(store, version, settings, clock)
            await repositories._follow()
        except BaseException:
            await store.close()
            raise
        return repositories

    @classmethod
    async def _over(
        cls, store: Store, version: StoreVersion, settings: Settings, clock: Clock
    ) -> Self:
        strict = settings.schema_strict_validation
        schemas = Schemas(store, strict=strict)
        configuration = Configuration(store, clock)
        keys = SigningKeys(store, configuration, clock)
        await keys.open()
        copies = FaxboxReplicas(store)
        claims = AddressClaims(store, clock, reserved_seconds=settings.address_reservation)
        creations = IdempotentCreations(store, clock)
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
        )
        users = Users(
            store,
            packaged_schema("users", strict=strict),
            clock,
            keeps_kazoo_hashes=settings.kazoo_credentials,
        )
        restrictions = TokenRestrictions(
            store,
            packaged_schema("token_restrictions", strict=strict),
            configuration,
            clock,
            remembered_seconds=settings.account_cache,
        )
        return cls(
            store=store,
            store_version=version,
            configuration=configuration,
            schemas=schemas,
            known_accounts=known,
            accounts=accounts,
            account_listings=AccountHierarchy(store, accounts),
            users=users,
            copies=copies,
            reconciliation=reconciliation,
            creations=creations,
            sweeping=FullScan(store, reconciliation, accounts.copies),
            faxboxes=Faxboxes(
                store,
                lambda: schemas.current("faxbox"),
                AddressGenerator(configuration, settings.default_smtp_domain),
                claims,
                FaxboxWrites(store, copies, claims),
                creations,
                clock,
                BlockedHosts.parse(settings.blocked_callback_hosts),
                users if settings.check_owner else None,
            ),
            keys=keys,
            restrictions=restrictions,
            tokens=Tokens(
                store,
                accounts,
                Identities(store, accounts, users),
                keys,
                clock,
                lifetime=settings.token_lifetime,
                recheck_seconds=settings.account_cache,
            ),
            cluster_id=await configuration.ensure_system_value("cluster", "cluster_id", new_id),
        )

    async def _follow(self) -> None:
        await self.schemas.open()
        await self.known_accounts.open()
        await self.tokens.open()

    async def close(self) -> None:
        """Stop following the store, and close it."""
        await self.schemas.close()
        await self.known_accounts.close()
        await self.tokens.close()
        await self.store.close()


def _no_store(settings: Settings) -> NoStore:
    return NoStore(
        f"there is no store at {redacted_url(settings.store)}; `faxbox init` and `faxbox serve` "
        "make one"
    )


def reconciler_of(
    settings: Settings, repositories: Repositories, clock: Clock = system_clock
) -> Reconciler:
    """What mends the store in the background, not yet started."""
    store, copies = repositories.store, repositories.accounts.copies
    return Reconciler(
        store,
        repositories.reconciliation,
        FullScan(store, repositories.reconciliation, copies, rest=1.0),
        repositories.creations,
        clock,
        interval=settings.reconcile_interval,
        sweep_interval=settings.sweep_interval,
    )


def build_app(
    settings: Settings, repositories: Repositories, clock: Clock = system_clock
) -> Dispatcher:
    """The application over open repositories: it answers requests, whoever listens."""
    limits = RateLimits(
        Limits(
            burst=settings.rate_limit_burst,
            refill=settings.rate_limit_refill,
            is_for_authenticated=settings.rate_limit_authenticated,
        ),
        steady_clock,
    )
    authenticator = Authenticator(
        repositories.tokens,
        repositories.accounts,
        repositories.users,
        repositories.restrictions,
        repositories.configuration,
        clock,
        remembered_seconds=settings.account_cache,
    )
    return Dispatcher(
        router_of(settings, repositories, clock),
        Admission(authenticator, limits),
        ClientAddresses(parse_networks(settings.trusted_proxies)),
        repositories.accounts,
        ReplyBuilder(settings.node_name, __version__, limits, csv_rules_of(settings)),
        clock,
        pages=DocsPage(),
        gate=ConcurrencyLimiter(
            settings.request_concurrency,
            longest_queue=settings.request_queue,
            patience=settings.request_patience,
        ),
        client_timeout=settings.client_timeout,
        bodies=bodies_of(settings),
    )


def bodies_of(settings: Settings) -> Bodies:
    """What reads bodies, within the settings' limits."""
    # A compressed body is held beside what it is inflated to.
    share = max(settings.body_memory_share, 2 * settings.max_upload_size)
    memory = BodyMemory(
        max(settings.body_memory_limit, share), share, patience=settings.request_patience
    )
    shape = ShapeLimits(settings.max_members, settings.max_items, settings.max_nodes)
    return Bodies(BodyLimits(settings.max_upload_size, settings.max_anonymous_size, shape), memory)


def csv_rules_of(settings: Settings) -> CsvRules:
    """What the settings say of tables."""
    return CsvRules(settings.max_csv_columns, settings.csv_safe)


def router_of(
    settings: Settings, repositories: Repositories, clock: Clock = system_clock
) -> Router:
    """All resources, over open repositories."""
    strict = settings.schema_strict_validation
    accounts, tokens = repositories.accounts, repositories.tokens
    logins = Logins(tokens, repositories.cluster_id)
    rights = Permissions(repositories.users, are_kazoos=settings.kazoo_user_rights)
    limits = ListingLimits(
        settings.request_memory_limit, settings.max_filters, csv_rules_of(settings)
    )
    return Router(
        (
            AboutResource(repositories.store_version, steady_clock),
            AccountsResource(
                accounts,
                HierarchyResource(
                    accounts,
                    repositories.account_listings,
                    page_size=settings.page_size,
                    limits=limits,
                ),
                rights,
                clock,
            ),
            ApiAuthResource(packaged_schema("api_auth", strict=strict), accounts, logins),
            FaxboxesResource(
                repositories.faxboxes,
                rights,
                page_size=settings.page_size,
                limits=limits,
            ),
            OpenApiResource(),
            SchemasResource(repositories.schemas),
            TokenAuthResource(logins, tokens),
            TokenRestrictionsResource(repositories.restrictions, rights),
            UserAuthResource(
                packaged_schema("user_auth", strict=strict),
                accounts,
                PhoneNumbers(repositories.store),
                repositories.users,
                logins,
                clock,
            ),
            UsersResource(
                repositories.users,
                tokens,
                rights,
                page_size=settings.page_size,
                limits=limits,
            ),
        )
    )
