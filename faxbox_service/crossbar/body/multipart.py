"""The JSON part of a multipart body, as uploads to Kazoo have one beside a file (RFC 2046, 5.1).

Nothing else of such a body is of use here. Each step is linear in the body, and their number is
bounded: a body with more parts than an upload needs has no JSON part.
"""

import re

JSON_TYPES = frozenset((b"application/json", b"application/x-json"))

_MOST_PARTS = 16
_LONGEST_HEADER = 4096
"""Bytes of the lines before the content of one part."""

_BOUNDARY = re.compile(
    r""";[ \t]*+boundary=(?:"([^"\\]{1,70}+)"|([0-9A-Za-z'()+_,./:=?-]{1,70}+))[ \t]*+(?:;|\Z)""",
    re.IGNORECASE,
)
"""The parameter of the media type (RFC 2046, 5.1.1)."""


def json_part(content_type: str, body: bytes) -> bytes | None:
    """The content of the first part that says it is JSON."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return None
    delimiter = b"--" + (boundary[1] or boundary[2]).encode()
    for part in body.split(delimiter, _MOST_PARTS + 1)[1 : _MOST_PARTS + 1]:
        content = _content_of_json(part)
        if content is not None:
            return content
    return None


def _content_of_json(part: bytes) -> bytes | None:
    """The content of a part, from the end of its delimiter to the next one, if it is JSON."""
    header, blank_line, content = part.partition(b"\r\n\r\n")
    if not blank_line or len(header) > _LONGEST_HEADER:
        return None
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-type":
            media_type = value.partition(b";")[0].strip().lower()
            return content.removesuffix(b"\r\n") if media_type in JSON_TYPES else None
    return None
