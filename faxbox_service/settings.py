"""Every setting, once: its name, default, limits and meaning.

The environment variable of the setting `store_timeout` is `FAXBOX_STORE_TIMEOUT`; command line
options of the same name win over it.
"""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from faxbox_service.crossbar.auth.client_address import NO_PROXIES, parse_networks
from faxbox_service.documents.model.callback_urls import NOTHING_BLOCKED, BlockedHosts
from faxbox_service.documents.model.smtp_address import fault_of_mail_domain
from faxbox_service.documents.storable import LARGEST_DOCUMENT
from faxbox_service.stores.factory import require_store_url

from .secret_files import UnreadableSecret, read_secret_file

PREFIX = "FAXBOX_"

SECRETS_OF_COMMANDS = ("password", "api_key")
"""What commands may be given in the environment, though it is no setting."""

LOG_LEVELS = ("debug", "info", "warning", "error")


class InvalidSetting(ValueError):
    """A setting that cannot be used; the text says which, why, and what was given."""


def _setting(
    default: Any, meaning: str, read: Callable[[str], Any], *, is_secret: bool = False
) -> Any:
    """`is_secret`: its value may be shown to nobody, and given in a file."""
    metadata = {"meaning": meaning, "read": read, "is_secret": is_secret}
    return field(default=default, metadata=metadata)


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ValueError("must be a whole number") from None
        if not lowest <= value <= highest:
            raise ValueError(f"must be from {lowest} to {highest}")
        return value

    return read


def _seconds(lowest: float, highest: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError("must be a number of seconds") from None
        if not lowest <= value <= highest:
            raise ValueError(f"must be from {lowest:g} to {highest:g} seconds")
        return value

    return read


def _number(lowest: float, highest: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError("must be a number") from None
        if not lowest <= value <= highest:
            raise ValueError(f"must be from {lowest:g} to {highest:g}")
        return value

    return read


def _networks(text: str) -> str:
    try:
        parse_networks(text)
    except ValueError:
        raise ValueError(f"must name networks such as 10.0.0.0/8, or be `{NO_PROXIES}`") from None
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _domain(text: str) -> str:
    fault = fault_of_mail_domain(text)
    if fault is not None:
        raise ValueError(f"must be a domain name ({fault})")
    return text


def _switch(text: str) -> bool:
    match text.lower():
        case "true" | "yes" | "on" | "1":
            return True
        case "false" | "no" | "off" | "0":
            return False
        case _:
            raise ValueError("must be true or false")


def _store(text: str) -> str:
    require_store_url(text)
    return text


def _blocked_hosts(text: str) -> str:
    if not BlockedHosts.parse(text) and text != NOTHING_BLOCKED:
        raise ValueError(f"must name a network or a host, or be `{NOTHING_BLOCKED}`")
    return text


def _log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.lower()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their values."""

    store: str = _setting(
        "sqlite:data/faxbox.db",
        "where documents are kept: `sqlite:///path/to/file.db` (`sqlite:path` is relative), "
        "`couchdb://user:password@host:5984`, or `couchdbs://…` for TLS",
        _store,
        is_secret=True,
    )
    create_store: bool = _setting(
        False,
        "let `faxbox serve` make the folder of a new embedded store too; that of the default store "
        "is always made",
        _switch,
    )
    host: str = _setting("127.0.0.1", "the address to listen on", _text)
    port: int = _setting(8000, "the port to listen on; 0 takes a free one", _whole(0, 65535))
    metrics_host: str = _setting("127.0.0.1", "the address metrics are served on", _text)
    metrics_port: int = _setting(
        0,
        "the port of the first worker's metrics, for Prometheus; each further worker has the next "
        "one; 0 serves none",
        _whole(0, 65000),
    )
    workers: int = _setting(1, "how many processes serve", _whole(1, 256))
    log_level: str = _setting("info", "`debug`, `info`, `warning` or `error`", _log_level)
    node_name: str = _setting(
        f"faxbox_service@{socket.gethostname()}",
        "the name behind `node` in envelopes (only its hash is shown)",
        _text,
    )
    store_timeout: float = _setting(
        10.0, "seconds to wait for the store before answering 503", _seconds(0.1, 600)
    )
    store_connections: int = _setting(
        100, "most connections to CouchDB at once, for each worker", _whole(1, 10_000)
    )
    max_document_size: int = _setting(
        LARGEST_DOCUMENT,
        "the longest document, in bytes as CouchDB counts them; longer ones get a 413. Not more "
        "than CouchDB's own `max_document_size`",
        _whole(10_000, 1_000_000_000),
    )
    request_concurrency: int = _setting(
        100, "requests that a worker works on at once; others wait", _whole(1, 10_000)
    )
    request_queue: int = _setting(
        10_000, "requests that wait in a worker; more get a 503", _whole(0, 100_000)
    )
    request_patience: float = _setting(
        2.0, "seconds a request waits before it gets a 503", _seconds(0.01, 60)
    )
    connections: int = _setting(
        5000, "open connections of clients for each worker; more get a 503", _whole(1, 1_000_000)
    )
    connections_per_address: int = _setting(
        500,
        "open connections of one client for each worker (IPv6: of one /64); those of trusted "
        "proxies are not counted",
        _whole(1, 1_000_000),
    )
    client_timeout: float = _setting(
        30.0,
        "seconds a client may take to send a request, or to take a piece of the reply",
        _seconds(0.1, 3600),
    )
    keepalive_timeout: float = _setting(
        75.0, "seconds a connection may stay open without a request", _seconds(1, 3600)
    )
    shutdown_timeout: float = _setting(
        30.0, "seconds that requests in flight may take after SIGTERM", _seconds(0, 3600)
    )
    max_upload_size: int = _setting(
        8_000_000, "the longest body, in bytes; longer ones get a 413", _whole(1, 1_000_000_000)
    )
    max_anonymous_size: int = _setting(
        65_536,
        "the longest body of a request without a valid token, of a login, and of a GET or DELETE, "
        "in bytes",
        _whole(1, 1_000_000_000),
    )
    max_members: int = _setting(
        5_000, "most members of one object in a body; more get a 400", _whole(1, 10_000_000)
    )
    max_items: int = _setting(
        10_000, "most items of one array in a body; more get a 400", _whole(1, 10_000_000)
    )
    max_nodes: int = _setting(
        50_000,
        "most values in a body, in all arrays and objects together; more get a 400",
        _whole(1, 10_000_000),
    )
    body_memory_limit: int = _setting(
        256_000_000,
        "bytes of bodies and long replies that a worker has under way at once; more wait, and then "
        "get a 503",
        _whole(1_000_000, 1_000_000_000_000),
    )
    body_memory_share: int = _setting(
        64_000_000,
        "how many of them may be of one client; never less than two of the longest bodies",
        _whole(1_000_000, 1_000_000_000_000),
    )
    request_memory_limit: int = _setting(
        16_000_000,
        "bytes of one listing kept in memory: longer pages get a 416, longer listings without "
        "pagination are streamed",
        _whole(10_000, 1_000_000_000),
    )
    max_filters: int = _setting(
        20, "most filters of one listing; more get a 400", _whole(1, 10_000)
    )
    max_csv_columns: int = _setting(
        1000, "most columns of a CSV table; more get a 400", _whole(1, 100_000)
    )
    csv_safe: bool = _setting(
        False,
        "keep spreadsheets from taking cells of CSV tables for formulas, unless a request says "
        "`csv_safe=false`: an apostrophe goes before `=`, `+`, `-` and `@`, fax numbers included",
        _switch,
    )
    page_size: int = _setting(50, "items on a page when a listing does not say", _whole(1, 10_000))
    schema_strict_validation: bool = _setting(
        False, 'refuse `"3"` for an integer and the like instead of converting it', _switch
    )
    token_lifetime: int = _setting(
        3600, "seconds until a token expires", _whole(1, 366 * 24 * 3600)
    )
    account_cache: float = _setting(
        5.0,
        "seconds after which users and restrictions behind tokens are looked at again, and that "
        "accounts are believed while their changes cannot be followed; 0 remembers nothing",
        _seconds(0, 3600),
    )
    default_smtp_domain: str = _setting(
        "fax.kazoo.io",
        "the domain of generated addresses when neither the reseller nor `system_config/fax` "
        "names one",
        _domain,
    )
    address_reservation: int = _setting(
        30,
        "seconds for which an address stays reserved for a request that has not ended; longer than "
        "any write may take",
        _whole(1, 3600),
    )
    blocked_callback_hosts: str = _setting(
        NOTHING_BLOCKED,
        "hosts that no callback URL may name, separated by commas: networks (`10.0.0.0/8`), names "
        "(`localhost`), domains (`*.internal`)",
        _blocked_hosts,
    )
    reconcile: bool = _setting(
        True,
        "mend in the background what crashes, failures and Kazoo leave behind in `faxes`; of all "
        "workers on a store one does it",
        _switch,
    )
    reconcile_interval: float = _setting(
        2.0, "seconds between looks at what changed", _seconds(0.05, 3600)
    )
    sweep_interval: float = _setting(
        86_400.0,
        "seconds between looks at everything, as `faxbox repair` does",
        _seconds(1, 366 * 24 * 3600),
    )
    rate_limit_burst: int = _setting(
        100,
        "how many requests without a good token, and logins, a client may make at once; 0 for no "
        "limit",
        _whole(0, 1_000_000),
    )
    rate_limit_refill: float = _setting(
        10.0, "how many more of them a client may make each second", _number(0.001, 1_000_000)
    )
    rate_limit_authenticated: bool = _setting(
        False, "limit requests with a good token, too, for each client and account", _switch
    )
    trusted_proxies: str = _setting(
        NO_PROXIES,
        "the networks of proxies, separated by commas, whose `X-Forwarded-For` tells the client's "
        "address",
        _networks,
    )
    kazoo_credentials: bool = _setting(
        True,
        "keep the MD5 and SHA-1 hashes that Kazoo's nodes log users in by, beside argon2",
        _switch,
    )
    kazoo_user_rights: bool = _setting(
        False,
        "let every user change accounts, token restrictions and all users, their privilege levels "
        "included, as Kazoo does; otherwise only admins may",
        _switch,
    )
    check_owner: bool = _setting(
        False, "refuse boxes whose `owner_id` names no user of the account", _switch
    )
    account_realm_suffix: str = _setting(
        "sip.2600hz.com", "what generated realms of accounts end in", _text
    )

    @classmethod
    def load(cls, environment: Mapping[str, str], **given: str | None) -> Self:
        """Settings from the environment, and over it those `given` as text (None: not given).

        Raises `InvalidSetting`. An environment variable with our prefix that is no setting is
        an error too, so that a misspelt one does not go unnoticed.
        """
        known = _KNOWN_SECRETS.union(*map(_variables_of, fields(cls)))
        for name in environment:
            if name.startswith(PREFIX) and name not in known and not _is_foreign(name):
                raise InvalidSetting(f"{name} is not a setting of this service")
        values: dict[str, Any] = {}
        for setting in fields(cls):
            found = _found(setting, given.get(setting.name), environment)
            if found is not None:
                values[setting.name] = _value(setting, *found)
        return cls(**values)


def variable_of(setting: "Field[Any]") -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{setting.name.upper()}"


def secret_variable(name: str) -> str:
    """The environment variable of a secret that a command is given."""
    return f"{PREFIX}{name.upper()}"


def file_variable(variable: str) -> str:
    """The environment variable that names the file which another one's value is in."""
    return f"{variable}_FILE"


def from_process(**given: str | None) -> Settings:
    """The settings of this process: its environment, and over it those given as text."""
    return Settings.load(os.environ, **given)


_KNOWN_SECRETS = frozenset(
    variable
    for name in SECRETS_OF_COMMANDS
    for variable in (secret_variable(name), file_variable(secret_variable(name)))
)


def _variables_of(setting: "Field[Any]") -> tuple[str, ...]:
    """What may give the setting in the environment."""
    variable = variable_of(setting)
    return (variable, file_variable(variable)) if setting.metadata["is_secret"] else (variable,)


def _found(
    setting: "Field[Any]", option: str | None, environment: Mapping[str, str]
) -> tuple[str, str] | None:
    """Where a setting is given, and as which text. Raises `InvalidSetting`."""
    if option is not None:
        return f"--{setting.name.replace('_', '-')}", option
    found = [name for name in _variables_of(setting) if name in environment]
    if len(found) > 1:
        raise InvalidSetting(f"{' and '.join(found)} exclude each other")
    if not found:
        return None
    (name,) = found
    if name == variable_of(setting):
        return name, environment[name]
    try:
        return name, read_secret_file(Path(environment[name]))
    except UnreadableSecret as error:
        raise InvalidSetting(f"{name}: {error}") from None


def _is_foreign(name: str) -> bool:
    """Variables that share the prefix and belong to the tests."""
    return name.startswith(f"{PREFIX}TEST_")


def _value(setting: "Field[Any]", source: str, text: str) -> Any:
    try:
        return setting.metadata["read"](text)
    except ValueError as error:
        shown = "" if setting.metadata["is_secret"] else f", not {text!r}"
        raise InvalidSetting(f"{source} {error}{shown}") from None
