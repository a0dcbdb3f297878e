"""What a PATCH changes, and which errors of the result are therefore its own.

See docs/contract.md, 26.

A document may have been invalid before: a script wrote it, or the schema has changed. What a PATCH
does not touch stays as it is and is only reported, so that it can be corrected step by step.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jsonschema import ValidationError

from faxbox_service.documents.types import Document, Json

_Tree: TypeAlias = dict[str, "_Tree | None"]
"""The members that changes name; None for those that are given or removed as a whole."""

ErrorKey: TypeAlias = tuple[tuple[str | int, ...], str]
"""Path and rule, by which an error is the same as another."""


@dataclass(frozen=True, slots=True)
class PatchScope:
    """The values that changes give, and what was stored before."""

    stored: Document
    tree: _Tree

    @classmethod
    def by(cls, changes: Document, stored: Document) -> "PatchScope":
        """What `merge_patch(stored, changes)` changes; arrays and scalars are replaced whole."""
        return cls(stored, _tree(changes, stored))

    def covers(self, path: Sequence[str | int]) -> bool:
        """Whether the value at a path is among those that were given, or within one of them."""
        return self._below(path) is None

    def contains_parts_of(self, path: Sequence[str | int]) -> bool:
        """Whether values within the one at a path were given, but not all of it."""
        return bool(self._below(path))

    def is_to_blame(self, error: ValidationError, before: Collection[ErrorKey]) -> bool:
        """Whether the changes cause an error, or leave something required and missing.

        An error of an object that they change in part (too many members, for instance) is theirs
        unless the object had it `before`.
        """
        if error.validator == "required" or self.covers(error.path):
            return True
        return self.contains_parts_of(error.path) and error_key(error) not in before

    def given(self, document: Document) -> Document:
        """Only what the changes give, at its path in the document that results."""
        return _given(document, self.tree)

    def _below(self, path: Sequence[str | int]) -> _Tree | None:
        """What the changes name below a path; None: all of it; empty: nothing."""
        tree: _Tree = self.tree
        for step in path:
            below = tree.get(step, {}) if isinstance(step, str) else {}
            if below is None:
                return None
            tree = below
        return tree


def error_key(error: ValidationError) -> ErrorKey:
    """What identifies an error."""
    return tuple(error.path), str(error.validator)


def _tree(changes: Document, stored: Json) -> _Tree:
    tree: _Tree = {}
    for name, change in changes.items():
        present = stored.get(name) if isinstance(stored, dict) else None
        merges = isinstance(change, dict) and change and isinstance(present, dict)
        tree[name] = _tree(change, present) if merges else None
    return tree


def _given(document: Document, tree: _Tree) -> Document:
    return {
        name: document[name] if below is None else _given(document[name], below)
        for name, below in tree.items()
        if name in document
    }
