"""Exchanges that cannot replay yet, by the title of the issue they wait for; and those that
never will.

They are sent all the same: later exchanges depend on what they leave behind. One that replays
must come off the list.
"""

ACCOUNTS = "Accounts, users, tokens and who may do what"

WAITING: dict[str, tuple[str, ...]] = {
    ACCOUNTS: ("rate/429-unauthenticated",),
}

OUT_OF_SCOPE: dict[str, str] = {
    "billing": "needs Kazoo's services and bookkeepers",
    "search": "needs Kazoo's search of other documents",
}
"""Groups, and what they would need. They are not sent."""

SHOW_BIG_INTEGERS = frozenset(
    (
        "put/unknown-keys",
        "body/bad-json-on-GET",
        "body/empty-object-on-GET",
        "body/data-object-on-GET",
        "setup/24",
        "accept/csv-option",
        "accept/octet-stream",
        "accept/gzip",
    )
)
"""Exchanges with integers beyond 53 bits, which CouchDB keeps and PouchDB does not."""


def waits_for(name: str) -> str | None:
    """The title of the issue an exchange waits for."""
    return next((title for title, names in WAITING.items() if name in names), None)


def is_out_of_scope(group: str) -> bool:
    """Whether a group needs parts of Kazoo that this project does not build."""
    return group in OUT_OF_SCOPE
