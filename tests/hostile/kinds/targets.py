"""Request targets: paths of many segments, escapes that are none, query strings of any shape."""

from collections.abc import Iterator

from tests.hostile.cases import Part, Request, between, numbered, of
from tests.hostile.ground import Sender

PATHS: dict[str, tuple[Part, tuple[int, ...]]] = {
    "many segments below what anybody may read": (of("/a", "/v2/schemas"), (404,)),
    "many segments below an account": (of("/a", "/v2/accounts/<tenant>"), (401, 404)),
    "many segments of nothing": (of("/", "/v2/schemas"), (404,)),
    "the same noun many times": (of("/accounts/a", "/v2"), (401, 404)),
    "nouns without ids": (of("/faxboxes", "/v2/accounts/<tenant>"), (401, 404)),
    "many dots": (of("/..", "/v2"), (401, 404)),
    "a long id": (of("a", "/v2/accounts/<tenant>/faxboxes/"), (401, 404)),
    "a long id of escapes": (of("%41", "/v2/accounts/<tenant>/faxboxes/"), (401, 404)),
    "a long schema": (of("%41", "/v2/schemas/"), (404,)),
    "a long account id": (of("f", "/v2/accounts/", "/faxboxes"), (401, 404)),
    "a long version": (of("9", "/v", "/schemas"), (200, 404)),
    "a long page": (of("docs/", "/"), (401, 404)),
    "escapes of NUL": (of("%00", "/v2/schemas/"), (404,)),
    "escapes of slashes": (of("%2F", "/v2/accounts/<tenant>/faxboxes/"), (401, 404)),
    "percent signs": (of("%", "/v2/schemas/"), (400,)),
    "a bad escape at the end": (of("a", "/v2/schemas/", "%4"), (400,)),
    "escapes that are not UTF-8": (of("%ff", "/v2/schemas/"), (400,)),
    "escapes of surrogates": (of("%ed%a0%80", "/v2/schemas/"), (400,)),
    "bytes that are not UTF-8": (of(b"\xff", "/v2/schemas/"), (400,)),
    "UTF-8 as it is": (of("é", "/v2/schemas/"), (400, 404)),
    "quotes and backslashes": (of('"\\', "/v2/schemas/"), (400, 404)),
    "a fragment": (of("a", "/v2/schemas#"), (200, 400, 401, 404)),
    "another host's": (of("a", "http://faxes.example.com/v2/schemas/"), (404,)),
    "slashes first": (of("/", "", "v2/schemas"), (404,)),
}

QUERIES: dict[str, tuple[Part, tuple[int, ...]]] = {
    "many parameters": (numbered("a#=1", between=b"&"), (200, 400)),
    "the same parameter many times": (of("a=1&"), (200, 400)),
    "parameters without values": (of("a&"), (200, 400)),
    "parameters without names": (of("=&"), (400,)),
    "ampersands": (of("&"), (200, 400)),
    "equal signs": (of("=", "a"), (200, 400)),
    "plus signs": (of("+", "a="), (200, 400)),
    "question marks": (of("?", "a="), (200, 400)),
    "semicolons": (of(";", "a="), (200, 400)),
    "brackets": (of("a[]=", "", "b"), (200, 400)),
    "escapes in names": (of("%41", "", "=1"), (200, 400)),
    "escapes in values": (of("%41", "a="), (200, 400)),
    "percent signs": (of("%", "a="), (400,)),
    "escapes that are not UTF-8": (of("%ff", "a="), (400,)),
    "escapes of surrogates": (of("%ed%a0%80", "a="), (400,)),
    "bytes that are not UTF-8": (of(b"\xff", "a="), (400,)),
}


def _cases() -> Iterator[Request]:
    for who in (Sender.STRANGER, Sender.USER):
        suffix = who.name.lower()
        for name, (path, right) in PATHS.items():
            yield Request(name=f"{name}, {suffix}", who=who, right=right, target=path)
        target = "/v2/schemas" if who is Sender.STRANGER else "/v2/accounts/<tenant>/faxboxes"
        for name, (query, right) in QUERIES.items():
            yield Request(
                name=f"{name} in the query, {suffix}",
                who=who,
                right=right,
                target=between(f"{target}?", query),
            )
    for method in ("OPTIONS", "CONNECT", "TRACE", "A" * 1000, "get", "\xc3"):
        yield Request(
            name=f"method {method[:8]} of a star",
            right=(200, 400, 401, 404, 405, 501),
            raw=f"{method} * HTTP/1.1\r\nHost: a\r\n\r\n",
        )
    for name, long in (("path", of("a", "/")), ("query", of("a", "/v2/schemas?"))):
        yield Request(name=f"too long a {name}", right=(414,), target=long, full=100_000)


CASES = tuple(_cases())
