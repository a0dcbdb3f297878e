"""Python twins of the map functions in `couchdb/views/`, for the embedded store.

Only views that this service queries have one; `couchdb/README.md` lists the others. A twin emits
what its JavaScript original emits, with JavaScript's truthiness: a test runs both on the same
documents. One that raises hides the document from its view, as in CouchDB.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TypeAlias

from faxbox_service.documents.javascript import is_truthy
from faxbox_service.documents.model.account import ACCOUNT
from faxbox_service.documents.model.faxbox import FAXBOX
from faxbox_service.documents.model.user import USER
from faxbox_service.documents.names import DatabaseClass
from faxbox_service.documents.plain_collections import PLAIN_COLLECTIONS
from faxbox_service.documents.private_fields import alphanum_name
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.values import View

Emitted: TypeAlias = Iterable[tuple[Json, Json]]
"""Keys and values."""

MapFunction: TypeAlias = Callable[[Document], Emitted]

VIEWS_VERSION = 4 + len(PLAIN_COLLECTIONS)
"""Increase it when a twin emits something else: the embedded store then rebuilds all rows."""


def views_of(kind: DatabaseClass) -> Mapping[View, MapFunction]:
    """The views of the databases of a class."""
    return _VIEWS[kind]


def _visible(document_type: str) -> Callable[[MapFunction], MapFunction]:
    """Only documents of this type that are not soft-deleted reach the map function."""

    def decorate(function: MapFunction) -> MapFunction:
        @wraps(function)
        def visible(document: Document) -> Emitted:
            if document.get("pvt_type") != document_type or is_truthy(document.get("pvt_deleted")):
                return ()
            return function(document)

        return visible

    return decorate


def _fields(document: Document, **names: str) -> Document:
    """An object literal of fields; JSON leaves out those that are undefined."""
    return {key: document[name] for key, name in names.items() if name in document}


def _or_else(document: Document, name: str, otherwise: Json) -> Json:
    value = document.get(name)
    return value if is_truthy(value) else otherwise


def _flags(document: Document) -> Json:
    return _or_else(document, "flags", [])


def _undefined_is_null(document: Document, name: str) -> Json:
    return document.get(name)


@_visible(FAXBOX)
def _faxbox_listing(document: Document) -> Emitted:
    shown = _fields(document, id="_id", name="name", created="pvt_created")
    yield document["_id"], {**shown, "flags": _flags(document)}


@_visible(FAXBOX)
def _kazoo_addresses(document: Document) -> Emitted:
    generated = document.get("pvt_smtp_email_address")
    if is_truthy(generated):
        account_id = _undefined_is_null(document, "pvt_account_id")
        yield generated, account_id
        custom = document.get("custom_smtp_email_address")
        if is_truthy(custom):
            yield custom, account_id


@_visible(FAXBOX)
def _faxbox_addresses(document: Document) -> Emitted:
    for name in ("pvt_smtp_email_address", "custom_smtp_email_address"):
        address = document.get(name)
        if isinstance(address, str) and address:
            yield address.lower(), _undefined_is_null(document, "pvt_account_id")


def _credentials(name: str) -> MapFunction:
    @_visible(USER)
    def credentials(document: Document) -> Emitted:
        if is_truthy(document.get("enabled")) and is_truthy(document.get(name)):
            owner = _fields(document, account_id="pvt_account_id", owner_id="_id")
            yield document[name], owner

    return credentials


@_visible(USER)
def _user_names(document: Document) -> Emitted:
    username = document.get("username")
    if isinstance(username, str) and username:
        yield username.lower(), None


def _ids(document_type: str) -> MapFunction:
    @_visible(document_type)
    def ids(document: Document) -> Emitted:
        yield document["_id"], None

    return ids


def _summary(document: Document) -> Document:
    return _fields(document, id="_id", name="name", realm="realm")


def _tree(document: Document) -> list[Json]:
    tree = document.get("pvt_tree")
    return tree if isinstance(tree, list) else []


def _where(document: Document) -> Document:
    return _fields(document, account_id="_id", account_db="pvt_account_db")


@_visible(ACCOUNT)
def _account_api_keys(document: Document) -> Emitted:
    if is_truthy(document.get("pvt_api_key")):
        yield document["pvt_api_key"], _fields(document, account_id="_id")


@_visible(ACCOUNT)
def _account_children(document: Document) -> Emitted:
    tree = _tree(document)
    parent = tree[-1] if tree else None
    yield (
        [parent, _undefined_is_null(document, "name")],
        {
            **_summary(document),
            "descendants_count": _or_else(document, "descendants_count", 0),
            "flags": _flags(document),
        },
    )


@_visible(ACCOUNT)
def _account_descendants(document: Document) -> Emitted:
    tree = _tree(document)
    value = {**_summary(document), "tree": tree, "flags": _flags(document)}
    for ancestor in tree:
        yield [ancestor, _undefined_is_null(document, "name")], value


@_visible(ACCOUNT)
def _account_names(document: Document) -> Emitted:
    if isinstance(document.get("name"), str):
        yield alphanum_name(document["name"]), _where(document)


@_visible(ACCOUNT)
def _account_realms(document: Document) -> Emitted:
    if isinstance(document.get("realm"), str):
        yield document["realm"].lower(), _where(document)


@_visible(ACCOUNT)
def _account_simple_ids(document: Document) -> Emitted:
    yield document["_id"], _summary(document)


_VIEWS: Mapping[DatabaseClass, Mapping[View, MapFunction]] = {
    DatabaseClass.ACCOUNT: {
        View("faxbox", "crossbar_listing"): _faxbox_listing,
        View("users", "creds_by_md5"): _credentials("pvt_md5_auth"),
        View("users", "creds_by_sha"): _credentials("pvt_sha1_auth"),
        View("users", "list_by_id"): _ids(USER),
        View("users", "list_by_username"): _user_names,
        **{View(kind.noun, kind.LISTING): _ids(kind.document_type) for kind in PLAIN_COLLECTIONS},
    },
    DatabaseClass.ACCOUNTS: {
        View("accounts", "listing_by_api"): _account_api_keys,
        View("accounts", "listing_by_children"): _account_children,
        View("accounts", "listing_by_descendants"): _account_descendants,
        View("accounts", "listing_by_name"): _account_names,
        View("accounts", "listing_by_realm"): _account_realms,
        View("accounts", "listing_by_simple_id"): _account_simple_ids,
    },
    DatabaseClass.FAXES: {
        View("faxbox", "email_address"): _kazoo_addresses,
        View("faxbox_service", "addresses"): _faxbox_addresses,
    },
    DatabaseClass.OTHER: {},
}
