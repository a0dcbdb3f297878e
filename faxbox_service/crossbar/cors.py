"""The headers that requests may carry and scripts may read, for browsers and the OpenAPI document.

Kazoo's lists first, in its order (wire, 2.2), then what this service knows besides.
"""

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

VARY = (
    *("accept-language", "accept", "accept-encoding", "authorization", "origin"),
    *("x-auth-account-id", "x-auth-token", "x-pretty-print"),
)
"""What replies differ by."""
