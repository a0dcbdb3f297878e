"""The defaults that a schema adds to a document.

See docs/reference/wire.md, 5.3; docs/reference/data-model.md, 6.3.
"""

from copy import deepcopy
from typing import Self

from faxbox_service.documents.types import Document, Json

from .references import References
from .walk import SchemaWalker, Steps

_MOST_STEPS = 100_000
"""Parts of a schema, counted each time they are visited, and those of checking its defaults."""


class Defaults:
    """What a schema adds to a valid value, computed once.

    A default applies to an absent property, also within existing objects (empty ones too) and
    array items, never under an absent parent, never over `null`. It must have a type and be valid
    itself, or it is no default. Added properties come after the given ones, in the schema's order.
    """

    __slots__ = ("_items", "_nested", "_own")

    @classmethod
    def of(cls, schema: Document, references: References) -> Self:
        """Compute what a schema adds. Raises `TooManySteps`."""
        return cls(schema, references, (), Steps(_MOST_STEPS))

    def __init__(
        self,
        schema: Document,
        references: References,
        outer: tuple[Document, ...],
        steps: Steps,
    ) -> None:
        """`outer` are the schemas around this one: one that contains itself ends there."""
        steps.take(1)
        outer = (*outer, schema)

        def of(part: Document) -> "Defaults":
            target = references.target(part)
            is_within_itself = any(target is one for one in outer)
            return Defaults({} if is_within_itself else target, references, outer, steps)

        properties: Document = schema.get("properties", {})
        nested = {name: of(part) for name, part in properties.items()}
        self._nested = {name: defaults for name, defaults in nested.items() if defaults}
        self._own = {
            name: nested[name].added_to(part["default"])
            for name, part in properties.items()
            if _has_valid_default(part, references, steps)
        }
        items = schema.get("items")
        self._items = (of(items) or None) if isinstance(items, dict) else None

    def __bool__(self) -> bool:
        """Whether there is anything to add."""
        return bool(self._own or self._nested or self._items)

    def added_to(self, value: Json) -> Json:
        """The value with missing defaults; a new one if it is an object, sharing other parts."""
        if isinstance(value, dict):
            return self._added_to_object(value)
        if isinstance(value, list) and self._items:
            return [self._items.added_to(item) for item in value]
        return value

    def _added_to_object(self, value: Document) -> Document:
        added = value.copy()
        for name, defaults in self._nested.items():
            if name in added:
                added[name] = defaults.added_to(added[name])
        for name, default in self._own.items():
            if name not in added:
                added[name] = deepcopy(default)
        return added


def _has_valid_default(schema: Document, references: References, steps: Steps) -> bool:
    if "default" not in schema or "type" not in schema:
        return False
    errors = SchemaWalker(schema, references).errors(schema["default"], steps)
    return next(errors, None) is None
