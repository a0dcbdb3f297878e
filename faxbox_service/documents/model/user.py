"""A user's document: created, replaced, patched, shown.

See docs/reference/data-model.md, 1.6 and 3.3.
"""

from enum import Enum, auto

from faxbox_service.documents.javascript import is_truthy
from faxbox_service.documents.lifecycle import is_visible, new_document, replaced_document
from faxbox_service.documents.private_fields import (
    alphanum_name,
    public_fields,
)
from faxbox_service.documents.types import AccountId, Document, DocumentId, Json

from .identity import priv_level_of
from .passwords import ARGON2, KAZOO_FIELDS

USER = "user"

LONGEST_USERNAME = 256
"""Characters, as in the schema."""

_KEPT_FOR_ADMINS = ("enabled", "priv_level")

_NOT_KEPT = ("confirm_password", "id", "password")
_SUMMARY = (
    *("username", "email", "first_name", "last_name", "priv_level", "feature_level"),
    *("presence_id", "timezone", "call_recording", "service"),
)


class Editor(Enum):
    """With whose rights a user is created or changed (docs/contract.md, 24)."""

    ADMIN = auto()
    USER = auto()
    """Fields kept for admins cannot be changed."""


class KeptForAdmins(Exception):
    """A field that only admins may set to such a value."""

    def __init__(self, name: str, value: Json) -> None:
        super().__init__(f"{name} is kept for admins")
        self.name = name
        self.value = value


def client_fields(data: Document) -> Document:
    """The fields of a request's `data` that a client may set, with `username` in lower case.

    The password is one of them, to be validated; `new_user` and `replaced_user` drop it.
    """
    fields = public_fields(data)
    for name in ("confirm_password", "id"):
        fields.pop(name, None)
    username = fields.get("username")
    if isinstance(username, str):
        fields["username"] = username.lower()
    return fields


def new_user(fields: Document, user_id: DocumentId, account_id: AccountId) -> Document:
    """The document of a new user, not yet stamped, without credentials."""
    return _named(new_document(USER, user_id, account_id, _kept(fields)))


def replaced_user(stored: Document, fields: Document) -> Document:
    """The stored user with other public fields, not yet stamped."""
    return _named(replaced_document(stored, _kept(fields)))


def require_creatable(fields: Document, editor: Editor) -> None:
    """Raise `KeptForAdmins` for a new admin that no admin creates; `fields` include defaults."""
    if editor is not Editor.ADMIN and priv_level_of(fields) != USER:
        raise KeptForAdmins("priv_level", fields["priv_level"])


def allowed_fields(valid: Document, fields: Document, stored: Document, editor: Editor) -> Document:
    """The public fields after a change; those that are kept for admins stay as they were.

    `valid` are the `fields` with defaults, which must not change what a client did not name. Raises
    `KeptForAdmins` for one that the client named with another value.
    """
    if editor is Editor.ADMIN:
        return valid
    allowed = dict(valid)
    for name in _KEPT_FOR_ADMINS:
        if name in fields and not _is_kept(name, fields[name], valid, stored):
            raise KeptForAdmins(name, fields[name])
        allowed.pop(name, None)
        if name in stored:
            allowed[name] = stored[name]
    return allowed


def _is_kept(name: str, given: Json, valid: Document, stored: Document) -> bool:
    """Whether a value is the stored one; without one, a user's privilege level is `user`."""
    if name == "priv_level":
        return priv_level_of(valid) == priv_level_of(stored)
    return name in stored and stored[name] in (given, valid[name])


def without_credentials(document: Document) -> Document:
    """The user without what they log in with by password."""
    credentials = {*KAZOO_FIELDS, ARGON2}
    return {name: value for name, value in document.items() if name not in credentials}


def is_user(document: Document) -> bool:
    """Whether this is a user that clients may see."""
    return is_visible(document, USER)


def user_response(document: Document) -> Document:
    """A user as replies show it."""
    return {**_kept(public_fields(document)), "id": document["_id"]}


def user_summary(document: Document) -> Document:
    """A user as listings show it: what Kazoo's view `users/crossbar_listing` emits."""
    shown = {name: document[name] for name in _SUMMARY if name in document}
    return {
        "id": document["_id"],
        "features": _features(document),
        **shown,
        "flags": document["flags"] if is_truthy(document.get("flags")) else [],
    }


def _kept(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if name not in _NOT_KEPT}


def _named(document: Document) -> Document:
    """With the name that Kazoo searches users by: they have no field `name`."""
    parts = (document.get(name) for name in ("first_name", "last_name"))
    name = "".join(part for part in parts if isinstance(part, str))
    return {**document, "pvt_alphanum_name": alphanum_name(name)}


def _features(document: Document) -> list[Json]:
    """The names of the features that are enabled, in the order of Kazoo's view."""
    stored = document.get("features")
    features: list[Json] = list(stored) if isinstance(stored, list) else []
    smartpbx = document.get("smartpbx")
    if isinstance(smartpbx, dict):
        features += [name for name in smartpbx if is_truthy(_at(smartpbx, name, "enabled"))]
    forwarding = is_truthy(_at(document, "call_forward", "enabled"))
    for name, is_on in (
        ("hotdesk", _at(document, "hotdesk", "enabled")),
        ("call_forward", forwarding),
        ("call_forward_failover", not forwarding and _at(document, "call_forward", "failover")),
        ("caller_id", _at(document, "caller_id", "external", "number")),
        ("vm_to_email", document.get("vm_to_email_enabled")),
        ("music_on_hold", _at(document, "music_on_hold", "media_id")),
        ("do_not_disturb", _at(document, "do_not_disturb", "enabled")),
        ("ctu", _at(document, "ctu", "enabled")),
        ("desktop", _at(document, "desktop", "enabled")),
    ):
        if is_truthy(is_on):
            features.append(name)
    return features


def _at(document: Json, *path: str) -> Json:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document
