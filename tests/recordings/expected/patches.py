"""The replies to the PATCHes of the group `patch`, as docs/contract.md, 1, wants them.

Kazoo resets defaults, replaces nested objects and demands `name`; here one box goes through the
same requests and each reply shows it as a deep merge leaves it.
"""

from tests.recordings.exchanges import Json

from .contract import Difference, conflict, unknown

_OUTBOUND = {
    "callback": {
        "method": "put",
        "type": "www-url-form-encoded",
        "url": "https://example.com/",
    },
    "email": {"send_to": "c@example.com"},
    "sms": {"send_to": ["+1", "+2"]},
}


def _notifications(inbound_email: Json) -> Json:
    inbound = {
        "callback": {"method": "post", "type": "json", "url": "http://192.168.1.1/cb"},
        "email": {"send_to": inbound_email},
        "sms": {"send_to": "+14155550102"},
    }
    return {"inbound": inbound, "outbound": _OUTBOUND}


_FULL: dict[str, Json] = {
    "name": "Sales & Ünïcode ✓",
    "attempts": 0,
    "caller_id": "+14155550100",
    "caller_name": "Lobby",
    "custom_smtp_email_address": "sales.fax.example.com",
    "fax_header": "Head",
    "fax_identity": "+14155550101",
    "fax_timezone": "America/Los_Angeles",
    "flags": ["a", "b"],
    "media": {"fax_option": True},
    "notifications": _notifications(["a@example.com", "b@example.com"]),
    "retries": 4,
    "smtp_permission_list": [".*@example\\.com$", "bob@x.org"],
    "id": "{ID:91}",
    "smtp_email_address": "{SMTP:2}",
}
"""The box of `put/full`, to which `patch/restore` returns."""

_CALLER_CHANGED = {**_FULL, "caller_id": "+1"}
_MERGED = {
    **_CALLER_CHANGED,
    "name": "Nested",
    "retries": 3,
    "notifications": _notifications("only@example.com"),
}
_NO_CALLER = {name: value for name, value in _MERGED.items() if name != "caller_id"} | {"name": "x"}
_NO_INBOUND = {**_NO_CALLER, "notifications": {"outbound": _OUTBOUND}}
_CUSTOM = {**_NO_INBOUND, "zzz": {"a": 1, "b": 2}, "yyy": 1}
_LAST = {**_NO_INBOUND, "zzz": {"b": 2}}


def _patched(why: str, box: Json) -> Difference:
    return Difference(1, why, data=box)


PATCHES: dict[str, Difference] = {
    "patch/name-only": _patched("defaults are not applied again", {**_FULL, "name": "Patched"}),
    "patch/no-name": _patched("a PATCH needs no name", _CALLER_CHANGED),
    "patch/nested-merge": _patched("objects are merged at every depth", _MERGED),
    "patch/null-schema-prop": _patched("null removes a property", _NO_CALLER),
    "patch/null-nested": _patched("null removes at any depth", _NO_INBOUND),
    "patch/set-custom": _patched("the box as the PATCHes before left it", _CUSTOM),
    "patch/null-custom": _patched("null removes at any depth", _LAST),
    "patch/coerced": _patched("the box as the PATCHes before left it", _LAST),
    "patch/empty-data": _patched("a PATCH of nothing is valid", _LAST),
    "patch/no-body": _patched("a PATCH of nothing is valid", _LAST),
    "patch/smtp_email_address": _patched("the box as the PATCHes before left it", _LAST),
    "patch/private": conflict("`_rev` in `data` is the revision the client has read"),
    "patch/unknown-id-invalid": unknown(
        1, "the merged document is validated, and there is none to merge with", "{ID:73}"
    ),
    "patch/final-GET": _patched("the box as the PATCHes before left it", _LAST),
    "unique/PATCH-to-taken": Difference(
        1,
        "the merged document is validated like that of a POST: the rule has its `cause`",
        like="unique/POST-to-taken",
    ),
}
