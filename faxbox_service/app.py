"""The HTTP application over open repositories: limits, authentication, resources, replies."""

from . import __version__
from .container import Repositories
from .crossbar.admission import Admission
from .crossbar.auth.authentication import Authenticator
from .crossbar.auth.client_address import ClientAddresses
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
from .documents.schema.packaged import packaged_schema
from .repositories.auth.phone_numbers import PhoneNumbers
from .repositories.primitives.clock import Clock, steady_clock, system_clock
from .resources.about import AboutResource
from .resources.account_hierarchy import HierarchyListings
from .resources.accounts import AccountsResource
from .resources.auth.api_auth import ApiAuthResource
from .resources.auth.login_reply import Logins
from .resources.auth.token_auth import TokenAuthResource
from .resources.auth.token_restrictions import TokenRestrictionsResource
from .resources.auth.user_auth import UserAuthResource
from .resources.collection import CollectionResource
from .resources.docs_page.page import DocsPage
from .resources.faxboxes import FaxboxesResource
from .resources.openapi import OpenApiResource
from .resources.permissions import Permissions
from .resources.schemas import SchemasResource
from .resources.users import UsersResource
from .routes import PLAIN
from .settings.settings import Settings


def build_app(
    settings: Settings, repositories: Repositories, clock: Clock = system_clock
) -> Dispatcher:
    """The application over open repositories: the dispatcher that answers requests."""
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
        repositories.token_restrictions,
        repositories.configuration,
        clock,
        remembered_seconds=settings.account_cache,
    )
    return Dispatcher(
        router_of(settings, repositories, clock),
        Admission(authenticator, repositories.accounts, limits),
        ClientAddresses(settings.trusted_proxies),
        ReplyBuilder(settings.node_name, __version__, limits, csv_rules_of(settings)),
        clock,
        pages=DocsPage(),
        limiter=ConcurrencyLimiter(
            settings.request_concurrency,
            longest_queue=settings.request_queue,
            queue_timeout=settings.request_patience,
        ),
        client_timeout=settings.client_timeout,
        bodies=bodies_of(settings),
    )


def bodies_of(settings: Settings) -> Bodies:
    """The reader of request bodies, with the limits of the settings."""
    # A compressed body is in memory beside what it is inflated to.
    share = max(settings.body_memory_share, 2 * settings.max_upload_size)
    memory = BodyMemory(
        max(settings.body_memory_limit, share), share, queue_timeout=settings.request_patience
    )
    shape = ShapeLimits(settings.max_members, settings.max_items, settings.max_nodes)
    return Bodies(BodyLimits(settings.max_upload_size, settings.max_anonymous_size, shape), memory)


def csv_rules_of(settings: Settings) -> CsvRules:
    """The rules for CSV tables."""
    return CsvRules(settings.max_csv_columns, settings.csv_safe)


def router_of(
    settings: Settings, repositories: Repositories, clock: Clock = system_clock
) -> Router:
    """The router with all resources, over open repositories."""
    strict = settings.schema_strict_validation
    accounts, tokens = repositories.accounts, repositories.tokens
    logins = Logins(tokens, repositories.cluster_id)
    rights = Permissions(repositories.users, as_in_kazoo=settings.kazoo_user_rights)
    limits = ListingLimits(
        settings.request_memory_limit, settings.max_filters, csv_rules_of(settings)
    )
    return Router(
        (
            AboutResource(repositories.store_version, steady_clock),
            AccountsResource(
                accounts,
                HierarchyListings(
                    accounts,
                    repositories.account_hierarchy,
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
            *(
                CollectionResource(
                    PLAIN[noun], collection, rights, page_size=settings.page_size, limits=limits
                )
                for noun, collection in repositories.plain_collections.items()
            ),
            SchemasResource(repositories.schemas),
            TokenAuthResource(logins, tokens),
            TokenRestrictionsResource(repositories.token_restrictions, rights),
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
