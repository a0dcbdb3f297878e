"""Walking through a document along its schema: the rules of draft 4 that lead into sub-schemas.

A schema may lead to one part of a document again and again; so the steps of a walk are limited.
"""

import threading
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from jsonschema import Draft4Validator, ValidationError, validators

from faxbox_service.documents.json.text import canonical_json
from faxbox_service.documents.types import Document, Json

from .references import References
from .regular_expression import (
    LONGEST_REGULAR_EXPRESSION,
    LONGEST_SUBJECT,
    is_regular_expression,
)
from .rules import LEAF_RULES, Errors, is_of_type

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

MOST_ADDITIONAL_PROPERTIES = 10
"""How many are reported: each is reported with the whole object, so all would be far too long."""

_MOST_WITHIN_A_BRANCH = 10
"""How many errors of an alternative are reported besides the one that no alternative is valid."""

_COMPILED_A_STEP = 100
"""Characters of a pattern compiled in the time of one step."""

_MATCHED_A_STEP = 3000
"""Characters that a match reads in the time of one step; it may read all of a text from each of its
characters on.
"""


class TooManySteps(Exception):
    """A walk takes more steps than it may."""


class Steps:
    """The steps that the walks of one document may still take, some microseconds each."""

    __slots__ = ("left",)

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, count: int) -> None:
        """Take `count` steps. Raises `TooManySteps`."""
        self.left -= count
        if self.left < 0:
            raise TooManySteps


class _WalkState(threading.local):
    """What each thread's walk needs."""

    steps: Steps


class SchemaWalker:
    """Validates values along one schema, in any number of threads.

    Each sub-schema gets its validator only once: the library creates one whenever it descends,
    which would be most of a walk's time.
    """

    def __init__(self, schema: Document, references: References) -> None:
        self._references = references
        self._state = _WalkState()
        self._validator_class = validators.extend(  # type: ignore[no-untyped-call]
            Draft4Validator,
            {
                **LEAF_RULES,
                "$ref": self._reference,
                "additionalItems": self._additional_items,
                "additionalProperties": self._additional_properties,
                "allOf": self._all_of,
                "anyOf": self._any_of,
                "dependencies": self._dependencies,
                "items": self._items,
                "kazoo-regexp": self._kazoo_regexp,
                "not": self._not,
                "oneOf": self._one_of,
                "pattern": self._pattern,
                "patternProperties": self._pattern_properties,
                "properties": self._properties,
                "uniqueItems": self._unique_items,
            },
        )
        # The key is the identity of a part of `schema`, which stays alive with it.
        self._prepared: dict[int, Validator] = {}
        self._schema = schema

    def errors(self, value: Json, steps: Steps) -> Errors:
        """The errors of a value. Raises `TooManySteps`."""
        self._state.steps = steps
        return self._enter(self._schema).iter_errors(value)

    def _enter(self, schema: Document) -> "Validator":
        # `Steps.take` inlined: calling it would be a tenth of a walk.
        steps = self._state.steps
        steps.left -= 1
        if steps.left < 0:
            raise TooManySteps
        prepared = self._prepared.get(id(schema))
        if prepared is None:
            prepared = self._validator_class(schema)
            self._prepared[id(schema)] = prepared
        return prepared

    def _properties(
        self, _: "Validator", properties: Document, value: Json, __: Document
    ) -> Errors:
        if type(value) is dict:
            for name, schema in properties.items():
                if name in value:
                    yield from _below(name, self._enter(schema).iter_errors(value[name]))

    def _pattern_properties(
        self, _: "Validator", patterns: Document, value: Json, __: Document
    ) -> Errors:
        if type(value) is dict:
            for pattern, schema in patterns.items():
                for name in value:
                    if self._matches(pattern, name):
                        yield from _below(name, self._enter(schema).iter_errors(value[name]))

    def _additional_properties(
        self, _: "Validator", allowed: Json, value: Json, schema: Document
    ) -> Errors:
        if allowed is True or type(value) is not dict:
            return
        extra = self._extra_properties(value, schema)
        if allowed is False:
            for name in islice(extra, MOST_ADDITIONAL_PROPERTIES):
                yield ValidationError("additionalProperties", path=[name])
        else:
            for name in extra:
                yield from _below(name, self._enter(allowed).iter_errors(value[name]))

    def _items(self, _: "Validator", schema: Json, value: Json, __: Document) -> Errors:
        if type(value) is not list:
            return
        if isinstance(schema, list):
            for index, (item, its_schema) in enumerate(zip(value, schema, strict=False)):
                yield from _below(index, self._enter(its_schema).iter_errors(item))
            return
        for index, item in enumerate(value):
            yield from _below(index, self._enter(schema).iter_errors(item))

    def _additional_items(
        self, _: "Validator", allowed: Json, value: Json, schema: Document
    ) -> Errors:
        first = schema.get("items")
        if allowed is True or type(value) is not list or not isinstance(first, list):
            return
        if allowed is False:
            if len(value) > len(first):
                yield ValidationError("additionalItems")
            return
        for index, item in enumerate(value[len(first) :], len(first)):
            yield from _below(index, self._enter(allowed).iter_errors(item))

    def _dependencies(
        self, _: "Validator", dependencies: Document, value: Json, __: Document
    ) -> Errors:
        for name, needed in dependencies.items():
            if type(value) is not dict or name not in value:
                continue
            if isinstance(needed, list):
                if any(other not in value for other in needed):
                    yield ValidationError("dependencies")
            else:
                yield from self._enter(needed).iter_errors(value)

    def _reference(self, _: "Validator", __: str, value: Json, schema: Document) -> Errors:
        yield from self._enter(self._references.target(schema)).iter_errors(value)

    def _all_of(
        self, _: "Validator", branches: list[Document], value: Json, __: Document
    ) -> Errors:
        """Every branch must be valid; the errors of those that are not are reported."""
        for branch in branches:
            yield from self._enter(branch).iter_errors(value)

    def _any_of(
        self, _: "Validator", branches: list[Document], value: Json, __: Document
    ) -> Errors:
        """At least one branch must be valid."""
        if not any(self._enter(branch).is_valid(value) for branch in branches):
            yield ValidationError("anyOf", context=self._errors_of_typed_branch(branches, value))

    def _not(self, _: "Validator", branch: Document, value: Json, __: Document) -> Errors:
        if self._enter(branch).is_valid(value):
            yield ValidationError("not")

    def _one_of(
        self, _: "Validator", branches: list[Document], value: Json, __: Document
    ) -> Errors:
        """Exactly one branch must be valid."""
        if sum(self._enter(branch).is_valid(value) for branch in branches) != 1:
            yield ValidationError("oneOf", context=self._errors_of_typed_branch(branches, value))

    def _errors_of_typed_branch(
        self, branches: list[Document], value: Json
    ) -> list[ValidationError]:
        """The errors of the branch for values of this type, where there is only one."""
        meant = [branch for branch in branches if _is_for(branch, value)]
        if len(meant) != 1:
            return []
        return list(islice(self._enter(meant[0]).iter_errors(value), _MOST_WITHIN_A_BRANCH))

    def _extra_properties(self, value: Document, schema: Document) -> Iterator[str]:
        named = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        for name in value:
            if name not in named and not any(self._matches(pattern, name) for pattern in patterns):
                yield name

    def _pattern(self, _: "Validator", pattern: str, value: Json, __: Document) -> Errors:
        if type(value) is str and not self._matches(pattern, value):
            yield ValidationError("pattern")

    def _unique_items(self, _: "Validator", wanted: bool, value: Json, __: Document) -> Errors:
        if not wanted or type(value) is not list:
            return
        self._state.steps.take(len(value))
        if len({canonical_json(item) for item in value}) < len(value):
            yield ValidationError("uniqueItems")

    def _kazoo_regexp(self, _: "Validator", wanted: bool, value: Json, __: Document) -> Errors:
        # A non-string is left to `type`; Kazoo crashes over it (docs/contract.md, 11).
        if not wanted or type(value) is not str:
            return
        compiled = min(len(value), LONGEST_REGULAR_EXPRESSION)
        self._state.steps.take(1 + compiled // _COMPILED_A_STEP)
        if not is_regular_expression(value):
            yield ValidationError("kazoo-regexp")

    def _matches(self, pattern: str, text: str) -> bool:
        most_read = min(len(text), LONGEST_SUBJECT) ** 2
        self._state.steps.take(1 + most_read // _MATCHED_A_STEP)
        return self._references.matcher(pattern)(text)


def _is_for(branch: Document, value: Json) -> bool:
    """Whether a schema accepts values of this type, by its own `type`."""
    types = branch.get("type", ())
    names = [types] if isinstance(types, str) else types
    return not names or any(is_of_type(value, name) for name in names)


def _below(step: str | int, errors: Errors) -> Errors:
    for error in errors:
        error.path.appendleft(step)
        yield error
