"""A client's session, read from a `.http` file.

A file begins with comments (`#`): which client, and the facts its requests follow from. Each
request begins with `### ` and its title. Then come, as comments, what the client expects of the
reply:

- `# < 201`: the status;
- `# < content-type: application/json`: a header;
- `# < /data/id`: the reply has this member (a JSON pointer), because the client reads it;
- `# < /data/retries = 3`: and this is its value, as JSON;
- `# < /data/id as faxbox_id`: and later requests use its value;

and then the request as it goes over the wire: request line, headers, an empty line, the body.
`{name}` in it stands for a value that is known before (`{host}`, `{account_id}`) or that a
reply has given; `{length}` for the length of the body.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Values = dict[str, str]
"""What the placeholders of a session stand for."""

NOT_GIVEN = object()

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_EXPECTATION = re.compile(
    r"# < (?:(?P<status>[0-9]{3})|(?P<header>[a-z-]+): (?P<text>.*)|(?P<at>/.*))"
)
_READING = re.compile(r"(?P<pointer>/\S*)(?: = (?P<value>.*)| as (?P<name>[a-z_]+))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A member of a reply that the client reads."""

    pointer: str
    value: str | None
    """JSON, with placeholders."""
    name: str | None
    """What later requests call it."""


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """One request of a session, and what its client expects."""

    title: str
    head: str
    body: str
    status: int
    headers: tuple[tuple[str, str], ...]
    readings: tuple[Reading, ...]

    @property
    def method(self) -> str:
        """The method of the request line."""
        return self.head.partition(" ")[0]

    def header(self, name: str) -> str | None:
        """The value of a request header."""
        for line in self.head.split("\n")[1:]:
            field, _, value = line.partition(":")
            if field.lower() == name:
                return value.strip()
        return None

    def bytes_of(self, values: Values) -> tuple[bytes, bytes]:
        """Head and body as they are sent."""
        body = substitute(self.body, values).encode()
        head = substitute(self.head, {**values, "length": str(len(body))})
        return (head.replace("\n", "\r\n") + "\r\n\r\n").encode(), body


def read_session(path: Path) -> list[ClientRequest]:
    """The requests of a file, in their order."""
    _, *sections = re.split(r"^### ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_request(section) for section in sections]


def substitute(text: str, values: Values) -> str:
    """The text with values for the placeholders that have one; other braces stay."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def member(document: Any, pointer: str) -> Any:
    """What a JSON pointer (without escapes) leads to, or `NOT_GIVEN`."""
    for step in pointer.removeprefix("/").split("/"):
        try:
            document = document[int(step) if isinstance(document, list) else step]
        except (KeyError, IndexError, TypeError, ValueError):
            return NOT_GIVEN
    return document


def _request(section: str) -> ClientRequest:
    top, _, body = section.partition("\n\n")
    title, *lines = top.split("\n")
    comments = [line for line in lines if line.startswith("#")]
    head = "\n".join(line for line in lines if not line.startswith("#"))
    status, headers, readings = 0, [], []
    for comment in comments:
        found = _EXPECTATION.fullmatch(comment)
        if found is None:
            continue
        if found["status"]:
            status = int(found["status"])
        elif found["header"]:
            headers.append((found["header"], found["text"]))
        else:
            readings.append(_reading(found["at"]))
    assert status, f"{title}: no status"
    return ClientRequest(title, head, body.rstrip("\n"), status, tuple(headers), tuple(readings))


def _reading(text: str) -> Reading:
    found = _READING.fullmatch(text)
    assert found is not None, text
    return Reading(found["pointer"], found["value"], found["name"])


def expected_value(reading: Reading, values: Values) -> Any:
    """The value a reading asks for, `NOT_GIVEN` when any will do."""
    if reading.value is None:
        return NOT_GIVEN
    return json.loads(substitute(reading.value, values))
