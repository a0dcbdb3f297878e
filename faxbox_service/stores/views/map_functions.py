"""The Python twins of the map functions in `couchdb/views/`, for the embedded store.

Each emits what its JavaScript original emits, with JavaScript's notion of truth; a test runs
both on the same documents. A twin that raises hides the document from its view, as in CouchDB.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TypeAlias

from faxbox_service.documents.javascript import is_true
from faxbox_service.documents.model.account import ACCOUNT
from faxbox_service.documents.model.faxbox import FAXBOX
from faxbox_service.documents.model.user import USER, user_summary
from faxbox_service.documents.names import DatabaseClass
from faxbox_service.documents.private_fields import alphanum_name
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.values import View

Emitted: TypeAlias = Iterable[tuple[Json, Json]]
"""Keys and values."""

MapFunction: TypeAlias = Callable[[Document], Emitted]

VIEWS_VERSION = 3
"""To be raised whenever a twin emits something else: the embedded store then builds anew."""


def views_of(kind: DatabaseClass) -> Mapping[View, MapFunction]:
    """The views of the databases of a class."""
    return _VIEWS[kind]


def _visible(document_type: str) -> Callable[[MapFunction], MapFunction]:
    """Only documents of this type that are not soft-deleted reach the map function."""

    def decorate(function: MapFunction) -> MapFunction:
        @wraps(function)
        def visible(document: Document) -> Emitted:
            if document.get("pvt_type") != document_type or is_true(document.get("pvt_deleted")):
                return ()
            return function(document)

        return visible

    return decorate


def _fields(document: Document, **names: str) -> Document:
    """An object literal of fields; JSON leaves out those that are undefined."""
    return {key: document[name] for key, name in names.items() if name in document}


def _or_else(document: Document, name: str, otherwise: Json) -> Json:
    value = document.get(name)
    return value if is_true(value) else otherwise


def _flags(document: Document) -> Json:
    return _or_else(document, "flags", [])


def _undefined_is_null(document: Document, name: str) -> Json:
    return document.get(name)


@_visible(FAXBOX)
def _account_faxbox_listing(document: Document) -> Emitted:
    shown = _fields(document, id="_id", name="name", created="pvt_created")
    yield document["_id"], {**shown, "flags": _flags(document)}


@_visible(FAXBOX)
def _faxes_faxbox_listing(document: Document) -> Emitted:
    yield document["_id"], _fields(document, id="_id", name="name", created="pvt_created")


@_visible(FAXBOX)
def _faxbox_addresses(document: Document) -> Emitted:
    generated = document.get("pvt_smtp_email_address")
    if is_true(generated):
        account_id = _undefined_is_null(document, "pvt_account_id")
        yield generated, account_id
        custom = document.get("custom_smtp_email_address")
        if is_true(custom):
            yield custom, account_id


@_visible(FAXBOX)
def _lowered_addresses(document: Document) -> Emitted:
    for name in ("pvt_smtp_email_address", "custom_smtp_email_address"):
        address = document.get(name)
        if isinstance(address, str) and address:
            yield address.lower(), _undefined_is_null(document, "pvt_account_id")


@_visible(FAXBOX)
def _account_faxbox_permissions(document: Document) -> Emitted:
    return [(entry, None) for entry in _permitted(document) if entry != ""]


@_visible(FAXBOX)
def _faxes_faxbox_permissions(document: Document) -> Emitted:
    return [(entry, 1) for entry in _permitted(document)]


def _permitted(document: Document) -> list[str]:
    permitted = document.get("smtp_permission_list")
    # Anything but text has no `toLowerCase` and hides the document, as `str.lower` does here.
    return [str.lower(entry) for entry in permitted] if isinstance(permitted, list) else []


@_visible(FAXBOX)
def _faxbox_owners(document: Document) -> Emitted:
    if is_true(document.get("owner_id")):
        yield document["owner_id"], None


@_visible(FAXBOX)
def _faxbox_printers(document: Document) -> Emitted:
    printer_id = document.get("pvt_cloud_printer_id")
    if is_true(printer_id):
        yield (
            printer_id,
            _fields(
                document,
                faxbox_id="_id",
                account_id="pvt_account_id",
                cloud_printer_id="pvt_cloud_printer_id",
                state="pvt_cloud_state",
                xmpp_jid="pvt_cloud_xmpp_jid",
            ),
        )


def _credentials(name: str) -> MapFunction:
    @_visible(USER)
    def credentials(document: Document) -> Emitted:
        if is_true(document.get("enabled")) and is_true(document.get(name)):
            owner = _fields(document, account_id="pvt_account_id", owner_id="_id")
            yield document[name], owner

    return credentials


def _lowered(name: str) -> MapFunction:
    @_visible(USER)
    def lowered(document: Document) -> Emitted:
        value = document.get(name)
        if isinstance(value, str) and value:
            yield value.lower(), None

    return lowered


@_visible(USER)
def _user_listing(document: Document) -> Emitted:
    names = [document.get(name) for name in ("last_name", "first_name")]
    yield " ".join(name for name in names if isinstance(name, str)), user_summary(document)


@_visible(USER)
def _user_ids(document: Document) -> Emitted:
    yield document["_id"], None


def _summary(document: Document) -> Document:
    return _fields(document, id="_id", name="name", realm="realm")


def _tree(document: Document) -> list[Json]:
    tree = document.get("pvt_tree")
    return tree if isinstance(tree, list) else []


def _where(document: Document) -> Document:
    return _fields(document, account_id="_id", account_db="pvt_account_db")


@_visible(ACCOUNT)
def _account_api_keys(document: Document) -> Emitted:
    if is_true(document.get("pvt_api_key")):
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
def _account_ids(document: Document) -> Emitted:
    key = [document["_id"], [*_tree(document), document["_id"]]]
    yield key, {**_summary(document), "flags": _flags(document)}


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
        View("faxbox", "cloud"): _faxbox_printers,
        View("faxbox", "crossbar_listing"): _account_faxbox_listing,
        View("faxbox", "email_address"): _faxbox_addresses,
        View("faxbox", "email_permissions"): _account_faxbox_permissions,
        View("faxbox", "list_by_ownerid"): _faxbox_owners,
        View("users", "creds_by_md5"): _credentials("pvt_md5_auth"),
        View("users", "creds_by_sha"): _credentials("pvt_sha1_auth"),
        View("users", "crossbar_listing"): _user_listing,
        View("users", "list_by_email"): _lowered("email"),
        View("users", "list_by_id"): _user_ids,
        View("users", "list_by_username"): _lowered("username"),
    },
    DatabaseClass.ACCOUNTS: {
        View("accounts", "listing_by_api"): _account_api_keys,
        View("accounts", "listing_by_children"): _account_children,
        View("accounts", "listing_by_descendants"): _account_descendants,
        View("accounts", "listing_by_id"): _account_ids,
        View("accounts", "listing_by_name"): _account_names,
        View("accounts", "listing_by_realm"): _account_realms,
        View("accounts", "listing_by_simple_id"): _account_simple_ids,
    },
    DatabaseClass.FAXES: {
        View("faxbox", "cloud"): _faxbox_printers,
        View("faxbox", "crossbar_listing"): _faxes_faxbox_listing,
        View("faxbox", "email_address"): _faxbox_addresses,
        View("faxbox", "email_permissions"): _faxes_faxbox_permissions,
        View("faxbox_service", "addresses"): _lowered_addresses,
    },
    DatabaseClass.OTHER: {},
}
