"""Exchanges that never replay, and those that not every store can hold."""

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


def is_out_of_scope(group: str) -> bool:
    """Whether a group needs parts of Kazoo that this project does not build."""
    return group in OUT_OF_SCOPE
