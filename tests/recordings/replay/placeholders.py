"""Placeholders of the recordings: put into requests, recognised and bound in replies.

`{KIND:name}` stands for one value wherever it occurs and is bound by the first reply that
contains it; `{KIND}` alone stands for anything of its shape. See README.md beside this file.
"""

import base64
import re
import secrets

_SHAPES = {
    "ACCOUNT": r"[0-9a-f]{32}",
    "ID": r"[0-9a-f]{32}",
    "REV": r"[1-9][0-9]*-[0-9a-f]{32}",
    "SMTP": r"[0-9a-f]{8}\.[a-z0-9.-]+",
    "TOKEN": r"[\w-]+\.[\w-]+\.[\w-]+",
    "KEY": r"[0-9a-f]{64}",
    "REALM": r"[0-9a-f]{6}\.[a-z0-9.-]+",
    "GREGORIAN": r"6[0-9]{10}",
    "TIME": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    "NODE": r"[\w-]{22}",
    "VERSION": r"[0-9]+\.[0-9]+\.[0-9]+\S*",
    "REQUEST_ID": r"[0-9a-f]{32}",
    "ETAG": r"[0-9a-f]{32}",
    "CURSOR": r"g[\w-]+",
    "ID_CURSOR": r"g20AAAAg[\w-]{43}",
    "SIGNATURE": r"[\w-]{43}",
    "CSV_NAME": r"[0-9a-f]{22}",
    "TEXT": r".+",
    "ANY": r".*",
}
_NUMBERS = ("GREGORIAN", "INTEGER")

_MARK = re.compile(r"\{(?P<kind>[A-Z_]+)(?::(?P<name>[A-Za-z0-9_:]+))?\}")
_BASE64 = re.compile(r"\{BASE64:((?:[^{}]|\{[^{}]*\})*)\}")


class Bindings:
    """What each named placeholder stands for in this replay."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self._values: dict[str, str] = dict(known or {})

    def copy(self) -> "Bindings":
        """Bindings to try a match with."""
        return Bindings(self._values)

    def adopt(self, other: "Bindings") -> None:
        """Take over what a successful trial has bound."""
        self._values = dict(other._values)

    def get(self, name: str) -> str | None:
        """The value of a placeholder such as `ID:7`, if it is bound."""
        return self._values.get(name)

    def bind(self, name: str, value: str) -> None:
        """Let a placeholder such as `ID:7` stand for a value."""
        self._values[name] = value

    def forget(self, name: str) -> None:
        """Unbind a placeholder, so that the next reply binds it anew."""
        self._values.pop(name, None)

    def substitute(self, text: str) -> str:
        """The text with values for placeholders.

        A placeholder that no reply has bound is one the server does not know: it gets a random
        value of its shape, for good.
        """
        text = _BASE64.sub(
            lambda found: base64.b64encode(self.substitute(found[1]).encode()).decode(), text
        )
        return _MARK.sub(lambda found: self._value(found), text)

    def explain(self, expected: str) -> str:
        """The expected text for a message: bound placeholders replaced, others as they are."""
        return _MARK.sub(lambda found: self._known(found) or found[0], expected)

    def match(self, expected: str, actual: object) -> bool:
        """Whether `actual` is the text that was expected; binds the placeholders it contains."""
        mark = _MARK.fullmatch(expected)
        if mark is not None and mark["kind"] == "TOKENS":
            return _is_token_bucket(actual)
        if mark is not None and mark["kind"] in _NUMBERS:
            return self._match_number(mark, actual)
        if not isinstance(actual, str):
            return mark is not None and mark["kind"] == "ANY"
        groups: list[str] = []
        found = re.fullmatch(self._pattern(expected, groups), actual, re.DOTALL)
        if found is None:
            return False
        for number, name in enumerate(groups, 1):
            self.bind(name, found[number])
        return True

    def _match_number(self, mark: re.Match[str], actual: object) -> bool:
        shape = _SHAPES.get(mark["kind"], "-?[0-9]+")
        if type(actual) is not int or re.fullmatch(shape, str(actual)) is None:
            return False
        if mark["name"] is None:
            return True
        name = f"{mark['kind']}:{mark['name']}"
        known = self.get(name)
        if known is None:
            self.bind(name, str(actual))
        return known in (None, str(actual))

    def _pattern(self, expected: str, groups: list[str]) -> str:
        """A regular expression for the expected text; names of its groups go to `groups`."""
        pattern, end = "", 0
        for mark in _MARK.finditer(expected):
            pattern += re.escape(expected[end : mark.start()]) + self._pattern_of(mark, groups)
            end = mark.end()
        return pattern + re.escape(expected[end:])

    def _pattern_of(self, mark: re.Match[str], groups: list[str]) -> str:
        known = self._known(mark)
        if known is not None:
            return re.escape(known)
        shape = _SHAPES.get(mark["kind"])
        if shape is None:
            return re.escape(mark[0])
        if mark["name"] is None or mark["kind"] == "CURSOR":
            return shape
        name = f"{mark['kind']}:{mark['name']}"
        if name in groups:
            return rf"\{groups.index(name) + 1}"
        groups.append(name)
        return f"({shape})"

    def _known(self, mark: re.Match[str]) -> str | None:
        name = mark["name"]
        if name is None:
            return None
        if mark["kind"] not in ("CURSOR", "UPPER"):
            return self.get(f"{mark['kind']}:{name}")
        inner = self.get(name)
        if inner is None:
            return None
        return encode_cursor(inner) if mark["kind"] == "CURSOR" else inner.upper()

    def _value(self, mark: re.Match[str]) -> str:
        known = self._known(mark)
        if known is not None:
            return known
        if mark["name"] is None or mark["kind"] not in (*_SHAPES, "UPPER"):
            raise ValueError(f"no value can be made for {mark[0]}")
        base = mark["name"] if mark["kind"] in ("CURSOR", "UPPER") else mark[0][1:-1]
        self.bind(base, _unknown(base.partition(":")[0]))
        return self.substitute(mark[0])


def encode_cursor(document_id: str) -> str:
    """The cursor of an id: Erlang's external term of a binary, base64url without padding."""
    raw = document_id.encode()
    term = b"\x83m" + len(raw).to_bytes(4, "big") + raw
    return base64.urlsafe_b64encode(term).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> str:
    """The id inside a cursor of the form of `encode_cursor`."""
    term = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return term[6:].decode()


def _unknown(kind: str) -> str:
    """A value of the kind which no server has."""
    match kind:
        case "ACCOUNT" | "ID":
            return secrets.token_hex(16)
        case "REV":
            return f"1-{secrets.token_hex(16)}"
        case "KEY":
            return secrets.token_hex(32)
        case "SMTP":
            return f"{secrets.token_hex(4)}.unknown.test"
        case "TOKEN":
            return ".".join(secrets.token_urlsafe(24) for _ in range(3))
        case _:
            raise ValueError(f"no value can be made for {{{kind}:…}}")


def _is_token_bucket(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"consumed", "remaining"}
        and all(type(count) is int for count in value.values())
    )
