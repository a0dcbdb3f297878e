"""The table of settings.

The environment variable of the setting `store_timeout` is `FAXBOX_STORE_TIMEOUT`; command line
options of the same name win over it.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from faxbox_service.documents.model.callback_urls import NOTHING_BLOCKED, BlockedHosts
from faxbox_service.documents.storage_limits import LARGEST_DOCUMENT
from faxbox_service.networks import NO_NETWORKS, Network
from faxbox_service.stores.url import StoreUrl, parse_store_url

from .definition import setting
from .environment import values_given
from .values import (
    blocked_hosts,
    log_level,
    mail_domain,
    networks,
    not_blank,
    number,
    seconds,
    switch,
    whole,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their values."""

    store: StoreUrl = setting(
        "sqlite:data/faxbox.db",
        "where documents are kept: `sqlite:///path/to/file.db` (`sqlite:path` is relative), "
        "`couchdb://user:password@host:5984`, or `couchdbs://…` for TLS",
        parse_store_url,
        is_secret=True,
    )
    create_store: bool = setting(
        False,
        "let `faxbox serve` make the folder of a new embedded store too; that of the default store "
        "is always made",
        switch,
    )
    host: str = setting("127.0.0.1", "the address to listen on", not_blank)
    port: int = setting(8000, "the port to listen on; 0 takes a free one", whole(0, 65535))
    metrics_host: str = setting("127.0.0.1", "the address metrics are served on", not_blank)
    metrics_port: int = setting(
        0,
        "the port of the first worker's metrics, for Prometheus; each further worker has the next "
        "one; 0 serves none",
        whole(0, 65000),
    )
    workers: int = setting(1, "how many processes serve", whole(1, 256))
    log_level: str = setting("info", "`debug`, `info`, `warning` or `error`", log_level)
    node_name: str = setting(
        f"faxbox_service@{socket.gethostname()}",
        "the name behind `node` in envelopes (only its hash is shown)",
        not_blank,
    )
    store_timeout: float = setting(
        10.0, "seconds to wait for the store before answering 503", seconds(0.1, 600)
    )
    store_connections: int = setting(
        100, "most connections to CouchDB at once, for each worker", whole(1, 10_000)
    )
    max_document_size: int = setting(
        LARGEST_DOCUMENT,
        "the longest document, in bytes as CouchDB counts them; longer ones get a 413. Not more "
        "than CouchDB's own `max_document_size`",
        whole(10_000, 1_000_000_000),
    )
    request_concurrency: int = setting(
        100, "requests that a worker works on at once; others wait", whole(1, 10_000)
    )
    request_queue: int = setting(
        10_000, "requests that wait in a worker; more get a 503", whole(0, 100_000)
    )
    request_patience: float = setting(
        2.0, "seconds a request waits before it gets a 503", seconds(0.01, 60)
    )
    connections: int = setting(
        5000, "open connections of clients for each worker; more get a 503", whole(1, 1_000_000)
    )
    connections_per_address: int = setting(
        500,
        "open connections of one client for each worker (IPv6: of one /64); those of trusted "
        "proxies are not counted",
        whole(1, 1_000_000),
    )
    client_timeout: float = setting(
        30.0,
        "seconds a client may take to send a request, or to take a piece of the reply",
        seconds(0.1, 3600),
    )
    keepalive_timeout: float = setting(
        75.0, "seconds a connection may stay open without a request", seconds(1, 3600)
    )
    shutdown_timeout: float = setting(
        30.0, "seconds that requests in flight may take after SIGTERM", seconds(0, 3600)
    )
    max_upload_size: int = setting(
        8_000_000, "the longest body, in bytes; longer ones get a 413", whole(1, 1_000_000_000)
    )
    max_anonymous_size: int = setting(
        65_536,
        "the longest body of a request without a valid token, of a login, and of a GET or DELETE, "
        "in bytes",
        whole(1, 1_000_000_000),
    )
    max_members: int = setting(
        5_000, "most members of one object in a body; more get a 400", whole(1, 10_000_000)
    )
    max_items: int = setting(
        10_000, "most items of one array in a body; more get a 400", whole(1, 10_000_000)
    )
    max_nodes: int = setting(
        50_000,
        "most values in a body, in all arrays and objects together; more get a 400",
        whole(1, 10_000_000),
    )
    body_memory_limit: int = setting(
        256_000_000,
        "bytes of bodies and long replies that a worker has under way at once; more wait, and then "
        "get a 503",
        whole(1_000_000, 1_000_000_000_000),
    )
    body_memory_share: int = setting(
        64_000_000,
        "how many of them may be of one client; never less than two of the longest bodies",
        whole(1_000_000, 1_000_000_000_000),
    )
    request_memory_limit: int = setting(
        16_000_000,
        "bytes of one listing kept in memory: longer pages get a 416, longer listings without "
        "pagination are streamed",
        whole(10_000, 1_000_000_000),
    )
    max_filters: int = setting(20, "most filters of one listing; more get a 400", whole(1, 10_000))
    max_csv_columns: int = setting(
        1000, "most columns of a CSV table; more get a 400", whole(1, 100_000)
    )
    csv_safe: bool = setting(
        False,
        "keep spreadsheets from taking cells of CSV tables for formulas, unless a request says "
        "`csv_safe=false`: an apostrophe goes before `=`, `+`, `-` and `@`, fax numbers included",
        switch,
    )
    page_size: int = setting(50, "items on a page when a listing does not say", whole(1, 10_000))
    schema_strict_validation: bool = setting(
        False, 'refuse `"3"` for an integer and the like instead of converting it', switch
    )
    token_lifetime: int = setting(3600, "seconds until a token expires", whole(1, 366 * 24 * 3600))
    account_cache: float = setting(
        5.0,
        "seconds after which users and restrictions behind tokens are looked at again, and that "
        "accounts are believed while their changes cannot be followed; 0 remembers nothing",
        seconds(0, 3600),
    )
    default_smtp_domain: str = setting(
        "fax.kazoo.io",
        "the domain of generated addresses when neither the reseller nor `system_config/fax` "
        "names one",
        mail_domain,
    )
    address_reservation: int = setting(
        30,
        "seconds for which an address stays reserved for a request that has not ended; longer than "
        "any write may take",
        whole(1, 3600),
    )
    blocked_callback_hosts: BlockedHosts = setting(
        NOTHING_BLOCKED,
        "hosts that no callback URL may name, separated by commas: networks (`10.0.0.0/8`), names "
        "(`localhost`), domains (`*.internal`)",
        blocked_hosts,
    )
    reconcile: bool = setting(
        True,
        "repair in the background what crashes, failures and Kazoo leave behind in `faxes`; of all "
        "workers on a store one does it",
        switch,
    )
    reconcile_interval: float = setting(
        2.0, "seconds between looks at what changed", seconds(0.05, 3600)
    )
    sweep_interval: float = setting(
        86_400.0,
        "seconds between looks at everything, as `faxbox repair` does",
        seconds(1, 366 * 24 * 3600),
    )
    rate_limit_burst: int = setting(
        100,
        "how many requests without a good token, and logins, a client may make at once; 0 for no "
        "limit",
        whole(0, 1_000_000),
    )
    rate_limit_refill: float = setting(
        10.0, "how many more of them a client may make each second", number(0.001, 1_000_000)
    )
    rate_limit_authenticated: bool = setting(
        False, "limit requests with a good token, too, for each client and account", switch
    )
    trusted_proxies: tuple[Network, ...] = setting(
        NO_NETWORKS,
        "the networks of proxies, separated by commas, whose `X-Forwarded-For` gives the client's "
        "address",
        networks,
    )
    kazoo_credentials: bool = setting(
        True,
        "keep the MD5 and SHA-1 hashes that Kazoo's nodes log users in by, beside argon2",
        switch,
    )
    kazoo_user_rights: bool = setting(
        False,
        "let every user change accounts, token restrictions and all users, their privilege levels "
        "included, as Kazoo does; otherwise only admins may",
        switch,
    )
    check_owner: bool = setting(
        False, "refuse boxes whose `owner_id` names no user of the account", switch
    )
    account_realm_suffix: str = setting(
        "sip.2600hz.com", "what generated realms of accounts end in", not_blank
    )

    @classmethod
    def load(cls, environment: Mapping[str, str], **given: str | None) -> Self:
        """Settings from the environment, and over it those `given` as text (None: not given).

        Raises `InvalidSetting`, also for a variable with our prefix that is not a setting.
        """
        return cls(**values_given(fields(cls), environment, given))


def from_process(**given: str | None) -> Settings:
    """The settings of this process: its environment, and over it those given as text."""
    return Settings.load(os.environ, **given)
