"""Requests from other origins: how they are known, and the headers that browsers get.

See docs/reference/wire.md, 2.2.

Of each list Kazoo's headers come first, in its order, then what this service knows besides. The
OpenAPI document shows the same lists.
"""

from collections.abc import Mapping

REQUEST_HEADERS = (
    *("content-type", "depth", "user-agent", "x-http-method-override", "x-file-size"),
    *("x-requested-with", "if-modified-since", "x-file-name", "cache-control", "x-auth-token"),
    *("x-kazoo-cluster-id", "if-match"),
    *("accept", "accept-language", "authorization", "content-encoding", "idempotency-key"),
    *("if-none-match", "x-auth-account-id", "x-pretty-print", "x-request-id"),
)

EXPOSED_HEADERS = (
    *("content-type", "x-auth-token", "x-request-id", "x-kazoo-cluster-id", "location", "etag"),
    *("etag", "accept-encoding", "allow", "content-disposition", "link", "next-start-key"),
    *("retry-after", "x-invalid-fields"),
)
"""Kazoo names `etag` twice."""

_SAME_FOR_ALL = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": ", ".join(REQUEST_HEADERS),
    "access-control-expose-headers": ", ".join(EXPOSED_HEADERS),
    "access-control-max-age": "86400",
}


def is_cross_origin(headers: Mapping[str, str]) -> bool:
    """Whether Kazoo takes a request for one of CORS (docs/reference/wire.md, 2.2)."""
    return (
        "origin" in headers
        or "access-control-request-method" in headers
        or "access-control-request-headers" in headers
    )


def cors_headers(allowed: tuple[str, ...]) -> dict[str, str]:
    """The headers of a reply to a request from another origin; `allowed` without OPTIONS."""
    return {**_SAME_FOR_ALL, "access-control-allow-methods": ", ".join(("OPTIONS", *allowed))}


def preflight_headers(allowed: tuple[str, ...], asked: Mapping[str, str]) -> dict[str, str]:
    """The headers of the reply to a preflight: the method asked for is named, even where it fails.

    `asked` are the headers of the request.
    """
    headers = cors_headers(allowed)
    method = asked.get("access-control-request-method", "")
    if method.isascii() and method.isalpha() and method not in ("OPTIONS", *allowed):
        headers["access-control-allow-methods"] = ", ".join((method, "OPTIONS", *allowed))
    return headers
