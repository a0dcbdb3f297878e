"""`$ref` in schemas: to a part of the same one (`#/…`), or, as Kazoo has it, to another's id."""

from collections.abc import Callable, Iterator
from typing import TypeAlias
from urllib.parse import unquote

from .types import Document, Json

Resolve: TypeAlias = Callable[[str], Document | None]
"""The schema of an id, None when there is none."""


class BrokenSchema(ValueError):
    """A document that cannot be used as a schema; the text says why."""


def no_other_schema(_: str) -> None:
    """Resolve nothing."""


class References:
    """What the references of one schema, and of those it leads to, stand for.

    Making it follows every one of them. Raises `BrokenSchema` for one that leads nowhere.
    """

    def __init__(self, id: str, schema: Document, resolve: Resolve) -> None:
        self._resolve = resolve
        self._roots: dict[str, Document] = {}
        self._targets: dict[str, Document] = {}
        self.root = self._with_absolute_references(schema, id)
        self._roots[id] = self.root
        self._follow(self.root)

    def target(self, schema: Json) -> Json:
        """The schema itself, or what it refers to."""
        steps = 0
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            schema = self._targets[schema["$ref"]]
            steps += 1
            if steps > len(self._targets):
                raise BrokenSchema("a $ref leads back to itself")
        return schema

    def _follow(self, schema: Document) -> None:
        pending = [schema]
        while pending:
            for reference in _references_in(pending.pop()):
                if reference not in self._targets:
                    found = self._targets[reference] = self._found(reference)
                    pending.append(found)
        for found in self._targets.values():
            self.target(found)

    def _found(self, reference: str) -> Document:
        id, _, pointer = reference.partition("#")
        value: Json = self._root(id)
        for step in pointer.split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value = value[int(name)]
            elif isinstance(value, dict) and name in value:
                value = value[name]
            else:
                value = None
        if not isinstance(value, dict):
            raise BrokenSchema(f"$ref {reference!r} leads to no schema")
        return value

    def _root(self, id: str) -> Document | None:
        if id not in self._roots:
            schema = self._resolve(id)
            if schema is None:
                return None
            self._roots[id] = self._with_absolute_references(schema, id)
        return self._roots[id]

    def _with_absolute_references(self, schema: Document, id: str) -> Document:
        """The same schema, itself when it has no references of its own."""
        if not any(reference.startswith("#") for reference in _references_in(schema)):
            return schema
        changed: Document = _absolute(schema, id)
        return changed


def _references_in(value: Json) -> Iterator[str]:
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str):
                yield reference
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _absolute(value: Json, id: str) -> Json:
    if isinstance(value, list):
        return [_absolute(item, id) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {name: _absolute(member, id) for name, member in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        changed["$ref"] = f"{id}{reference}"
    return changed
