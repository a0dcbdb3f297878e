"""Filters of listings: many, long, deep, of any value, over boxes of awkward shapes."""

from collections.abc import Iterator

from tests.hostile.cases import Part, Request, between, nested, numbered, of
from tests.hostile.ground import Sender

from .body_shapes import BOXES

_MOST_FILTERS = 20

QUERIES: dict[str, tuple[Part, tuple[int, ...]]] = {
    "20 filters of a long list": ("&".join(["filter_not_flags=a"] * _MOST_FILTERS), (200,)),
    "20 filters of an object": ("&".join(["filter_nest=a"] * _MOST_FILTERS), (200,)),
    "20 filters of items": (
        "&".join(f"filter_not_flags.{number}000=a" for number in range(_MOST_FILTERS)),
        (200,),
    ),
    "20 questions for keys": ("&".join(["has_key=flags.9000"] * _MOST_FILTERS), (200,)),
    "21 filters": ("&".join(["filter_not_flags=a"] * (_MOST_FILTERS + 1)), (400,)),
    "filters of 21 kinds": (
        "&".join(["has_key=a", "key_missing=b", "created_from=1"] * 7),
        (400,),
    ),
    "many filters": (of("filter_a=1&"), (400,)),
    "many filters of different names": (numbered("filter_#=1", between=b"&"), (400,)),
    "many questions for keys": (of("has_key=a&"), (400,)),
    "many times": (of("created_from=1&"), (400,)),
    "a deep path": (of(".a", "filter_nest", "=1"), (200, 400)),
    "a path of nothing": (of(".", "filter_", "=1"), (200, 400)),
    "a path of indexes": (of(".1", "filter_flags", "=1"), (200, 400)),
    "a path of long indexes": (of("9", "filter_flags.", "=1"), (200, 400)),
    "a path of exponents": ("filter_flags.1e999999999=1", (200,)),
    "a path of negative indexes": ("filter_flags.-1=1&filter_flags.0=1", (200,)),
    "a value of many digits": (of("9", "filter_a="), (200, 400)),
    "a list of many values": (of("1,", "filter_flags=[", "1]"), (200, 400)),
    "a list of many texts": (of("%22a%22,", "filter_flags=[", "1]"), (200, 400)),
    "a list of lists": (nested("[", "", "]"), (200, 400)),
    "a value of lists that do not end": (of("[", "filter_a="), (200, 400)),
    "a value of a lone surrogate": ("filter_a=%22%5Cud800%22", (200, 400)),
    "a value that is no text": ("filter_a=%ff", (400,)),
    "a name of NUL": ("filter_%00=%00", (200, 400)),
    "a name of nothing": ("filter_=1&filter_not_=1&has_key=&value_missing=", (200,)),
    "no value": ("filter_flags&has_key&created_from", (200,)),
    "a time of many digits": (of("9", "created_from="), (200, 400)),
    "a time of an exponent": ("created_from=1e999999999&modified_to=-1e999999999", (200,)),
    "a time of no number": ("created_from=NaN&modified_to=Infinity", (200,)),
    "filters in pages": ("filter_name=deep&page_size=1", (200,)),
    "filters of chunks": ("filter_not_flags=a&is_chunked=true", (200,)),
    "filters of a table": ("filter_not_flags=a&accept=csv", (200, 204, 400)),
}


def _cases() -> Iterator[Request]:
    for name, (query, right) in QUERIES.items():
        yield Request(name=name, who=Sender.USER, right=right, target=between(f"{BOXES}?", query))
    for noun in ("users", "children", "descendants"):
        yield Request(
            name=f"filters of {noun}",
            who=Sender.ADMIN,
            right=(200,),
            target=f"/v2/accounts/<tenant>/{noun}?filter_username=user&filter_not_name=x",
        )


CASES = tuple(_cases())
