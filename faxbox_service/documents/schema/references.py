"""`$ref` in schemas: to a part of the same one (`#/…`), or, as in Kazoo, to the id of another."""

from collections.abc import Callable, Iterator
from typing import TypeAlias
from urllib.parse import unquote

from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match

from faxbox_service.documents.types import Document, Json

from .errors import property_path
from .regular_expression import Matcher, UnusablePattern, matcher

Resolve: TypeAlias = Callable[[str], Document | None]
"""The schema of an id, None when there is none."""

_LONGEST_REASON = 200

# Where schemas stand within a schema; what only looks like one elsewhere is data.
_LISTS = ("allOf", "anyOf", "oneOf")
_MAPS = ("properties", "patternProperties")
_SINGLE = ("items", "additionalItems", "additionalProperties")

# Without its formats: PCRE decides whether a pattern can be used.
_META_VALIDATOR = Draft4Validator(Draft4Validator.META_SCHEMA)


class BrokenSchema(ValueError):
    """A document that cannot be used as a schema; the text says why."""


def no_other_schema(_: str) -> None:
    """Resolve nothing."""


class References:
    """The targets of the references of one schema, and of the schemas they lead to.

    The constructor visits everything that can apply to a value. Raises `BrokenSchema` when
    something there is not a schema of draft 4, when a reference leads nowhere, and when one leads
    back to itself for the same value without end.
    """

    def __init__(self, name: str, schema: Document, resolve: Resolve) -> None:
        self._resolve = resolve
        self._roots: dict[str, Document] = {}
        # By the identity of the schemas that refer, which the roots keep alive.
        self._targets: dict[int, Document] = {}
        self._visited: dict[int, Document] = {}
        self._matchers: dict[str, Matcher] = {}
        self._add_root(name, schema)
        self._visit_all(name, schema)
        self._require_ends()

    def target(self, schema: Document) -> Document:
        """The schema itself, or what it refers to."""
        while id(schema) in self._targets:
            schema = self._targets[id(schema)]
        return schema

    def matcher(self, pattern: str) -> Matcher:
        """The matcher of a pattern of these schemas."""
        return self._matchers[pattern]

    def _add_root(self, name: str, schema: Document) -> None:
        _require_draft_4(schema, f" of the schema {name}" if self._roots else "")
        self._roots[name] = schema

    def _visit_all(self, name: str, schema: Document) -> None:
        pending = [(name, schema)]
        while pending:
            name, schema = pending.pop()
            if id(schema) in self._visited:
                continue
            self._visited[id(schema)] = schema
            # Beside a `$ref` nothing else counts.
            reference = schema.get("$ref")
            if reference is None:
                self._add_patterns(schema)
                parts = _parts_in_place(schema) + _parts_below(schema)
                pending += ((name, part) for part in parts)
            else:
                home, target = self._found(name, reference)
                self._targets[id(schema)] = target
                pending.append((home, target))

    def _add_patterns(self, schema: Document) -> None:
        """Raise `BrokenSchema` for a regular expression that cannot be used."""
        patterns = list(schema.get("patternProperties", ()))
        if "pattern" in schema:
            patterns.append(schema["pattern"])
        for pattern in patterns:
            try:
                self._matchers[pattern] = matcher(pattern)
            except UnusablePattern as error:
                raise BrokenSchema(f"the pattern {pattern!r}: {error}") from error

    def _found(self, name: str, reference: Json) -> tuple[str, Document]:
        """The schema that a reference in `name` leads to, and the id of the one that has it."""
        if not isinstance(reference, str):
            raise BrokenSchema("a $ref is not a text")
        other, _, pointer = reference.partition("#")
        home = other or name
        value: Json = self._root(home)
        for step in pointer.split("/")[1:]:
            value = _member(value, unquote(step).replace("~1", "/").replace("~0", "~"))
        if not isinstance(value, dict):
            raise BrokenSchema(f"$ref {reference!r} leads to no schema")
        if pointer:
            # A pointer may lead to a part that draft 4 does not take for a schema.
            _require_draft_4(value, f" of {reference}")
        return home, value

    def _root(self, name: str) -> Document | None:
        if name not in self._roots:
            schema = self._resolve(name)
            if schema is None:
                return None
            self._add_root(name, schema)
        return self._roots[name]

    def _require_ends(self) -> None:
        """Raise `BrokenSchema` for a schema that applies itself to the same value."""
        finished: set[int] = set()
        for schema in self._visited.values():
            path = [(schema, self._next_in_place(schema))]
            above = {id(schema)}
            while path:
                current, parts = path[-1]
                part = next(parts, None)
                if part is None:
                    path.pop()
                    above.discard(id(current))
                    finished.add(id(current))
                elif id(part) in above:
                    raise BrokenSchema("a $ref leads back to itself without end")
                elif id(part) not in finished:
                    above.add(id(part))
                    path.append((part, self._next_in_place(part)))

    def _next_in_place(self, schema: Document) -> Iterator[Document]:
        if id(schema) in self._targets:
            return iter((self._targets[id(schema)],))
        return iter(_parts_in_place(schema))


def _parts_in_place(schema: Document) -> list[Document]:
    """The schemas that apply to the same value as this one."""
    parts = [part for name in _LISTS for part in schema.get(name, ())]
    if "not" in schema:
        parts.append(schema["not"])
    needed = schema.get("dependencies", {}).values()
    return parts + [part for part in needed if isinstance(part, dict)]


def _parts_below(schema: Document) -> list[Document]:
    """The schemas that apply to members and items."""
    parts = [part for name in _MAPS for part in schema.get(name, {}).values()]
    for name in _SINGLE:
        part = schema.get(name)
        parts += part if isinstance(part, list) else [part]
    return [part for part in parts if isinstance(part, dict)]


def _member(value: Json, name: str) -> Json:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return None


def _require_draft_4(schema: Json, where: str) -> None:
    """Raise `BrokenSchema` unless this is a schema of draft 4."""
    error = best_match(_META_VALIDATOR.iter_errors(schema))
    if error is not None:
        path = property_path(error.path) or "the root"
        raise BrokenSchema(f"{error.message[:_LONGEST_REASON]}, at {path}{where}")
