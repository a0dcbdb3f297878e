"""The headers that lead to the next page, for tables and for clients that read no envelope."""

from urllib.parse import quote, unquote_plus

from faxbox_service.documents.types import Document

_NEXT = "next_start_key"
_REPLACED = frozenset(("start_key", "auth_token", "authorization"))
"""A link is kept and passed on; it holds no token."""

_LONGEST_TARGET = 7000
"""Characters; clients take a header of 8 kB."""

_URL_CHARACTERS = "!$%&'()*+,/:;=?@[]~"


def next_page(path: str, query: str, paging: Document) -> dict[str, str]:
    """`next-start-key`, and `link` with the relation `next` (RFC 8288); none on the last page.

    `path` and `query` are the request's; `paging` is what the envelope says of the page.
    """
    cursor = paging.get(_NEXT)
    if not isinstance(cursor, str):
        return {}
    kept = [pair for pair in query.split("&") if pair and _name(pair) not in _REPLACED]
    options = "&".join((*kept, f"start_key={cursor}"))
    target = quote(f"{path}?{options}", safe=_URL_CHARACTERS, errors="surrogateescape")
    headers = {"next-start-key": cursor}
    if len(target) <= _LONGEST_TARGET:
        headers["link"] = f'<{target}>; rel="next"'
    return headers


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])
