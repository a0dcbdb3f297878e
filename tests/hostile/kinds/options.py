"""Every option, in the query string and beside `data` in the body, with values of every shape."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.cases import Part, Request, between, nested, of
from tests.hostile.ground import Sender

BOXES = "/v2/accounts/<tenant>/faxboxes"
KEPT = f"{BOXES}/<kept>"

READ: dict[str, tuple[str, tuple[int, ...]]] = {
    "accept": (BOXES, (200, 400, 406)),
    "ascending": (BOXES, (200,)),
    "authorization": (BOXES, (200, 401)),
    "chunk_size": (BOXES, (200, 404)),
    "created_from": (BOXES, (200, 400)),
    "created_to": (BOXES, (200, 400)),
    "descending": (BOXES, (200,)),
    "end_key": (BOXES, (200,)),
    "file_name": (BOXES, (200,)),
    "filter_flags": (BOXES, (200, 400)),
    "filter_not_flags.1": (BOXES, (200, 400)),
    "has_key": (BOXES, (200, 400)),
    "has_value": (BOXES, (200, 400)),
    "include_api_key": ("/v2/accounts/<tenant>", (200,)),
    "internals": ("/v2/schemas", (200,)),
    "is_chunked": (BOXES, (200,)),
    "jsonp": (KEPT, (200, 400)),
    "key_missing": (BOXES, (200, 400)),
    "modified_from": (BOXES, (200, 400)),
    "page_size": (BOXES, (200, 404, 416)),
    "paginate": (BOXES, (200,)),
    "pretty_print": (KEPT, (200,)),
    "rev": (KEPT, (200, 404)),
    "revs_info": (KEPT, (200,)),
    "start_key": (BOXES, (200,)),
    "value_missing": (BOXES, (200, 400)),
    "verb": (BOXES, (200, 405, 501)),
}
"""Where each is read, and the statuses that it may lead to."""

TEXTS: dict[str, Part] = {
    "digits": of("9"),
    "digits after a point": of("9", "0."),
    "a great exponent": "1e999999999",
    "a small exponent": "1e-999999999",
    "no number": "NaN",
    "infinity": "-Infinity",
    "true": "true",
    "dots": of("a."),
    "indexes": of("1."),
    "commas": of(",", "[", "]"),
    "a list": of("1,", "[", "1]"),
    "lists in lists": nested("[", "", "]"),
    "lists that do not end": of("["),
    "objects in objects": nested('{"a":', "1", "}"),
    "quotes": of("%22"),
    "backslashes": of("\\", "%22", "%22"),
    "a lone surrogate in JSON": "%22%5Cud800%22",
    "escapes of NUL": of("%00"),
    "UTF-8": of("%C3%A9"),
    "line ends": of("%0D%0A"),
    "slashes": of("a/"),
    "base64": of("g2wAAAAB"),
}

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "a number": 5,
    "a long number": 10**400,
    "a fraction": 0.1e-300,
    "a text": "x" * 5_000,
    "lone NUL": "\0",
    "a list": ["a"] * 1_000,
    "an object": {str(number): number for number in range(1_000)},
}


def _cases() -> Iterator[Request]:
    for option, (target, right) in READ.items():
        for shape, value in TEXTS.items():
            yield Request(
                name=f"{option} of {shape}",
                who=Sender.USER,
                right=right,
                target=between(f"{target}?{option}=", value),
            )
        yield Request(
            name=f"{option} without a value",
            who=Sender.USER,
            right=right,
            target=f"{target}?{option}",
        )
        for shape, value in VALUES.items():
            yield Request(
                name=f"{option} beside data: {shape}",
                who=Sender.USER,
                right=(*right, 400, 404),
                target=target,
                body=json.dumps({"data": {}, option: value}),
            )


CASES = tuple(_cases())
