"""Validation by JSON Schemas, as Crossbar validates the `data` of requests.

See docs/reference/wire.md, 5.
"""

from dataclasses import dataclass
from itertools import islice

from jsonschema import ValidationError

from faxbox_service.documents.types import Document

from .coercion import Coercions
from .defaults import Defaults
from .errors import InvalidDocument, PropertyErrors, property_errors, property_path
from .patch_scope import PatchScope, error_key
from .references import BrokenSchema, References, Resolve, no_other_schema
from .walk import SchemaWalker, Steps, TooManySteps

_MOST_ERRORS = 1000
"""That are kept of a walk: a body full of wrong items takes bounded memory."""

_MOST_STEPS = 400_000
"""A second or two; with the packaged schemas the longest bodies take half of them."""


@dataclass(frozen=True, slots=True)
class Patched:
    """The result of a PATCH, and the dotted keys of what was invalid before and still is."""

    document: Document
    invalid: tuple[str, ...]


class Schema:
    """A JSON Schema of draft 4, ready to validate any number of documents. Immutable.

    Keywords and properties are visited in the order of `schema`; the packaged files are sorted, as
    Kazoo's are.
    """

    __slots__ = ("_defaults", "_document", "_id", "_strict", "_walker")

    def __init__(
        self,
        id: str,
        schema: Document,
        *,
        strict: bool = False,
        resolve: Resolve = no_other_schema,
    ) -> None:
        """`strict` does not convert values of a wrong type (`schema_strict_validation`).

        `resolve` finds the schemas that `$ref` names. Raises `BrokenSchema`.
        """
        self._id = id
        self._document = schema
        self._strict = strict
        try:
            references = References(id, schema, resolve)
            self._walker = SchemaWalker(schema, references)
            self._defaults = Defaults.of(schema, references)
        except RecursionError:
            raise BrokenSchema("it nests too deeply") from None
        except TooManySteps:
            raise BrokenSchema("it has too many parts") from None

    @property
    def id(self) -> str:
        """Its name in `/schemas/{id}`."""
        return self._id

    @property
    def document(self) -> Document:
        """The schema itself, not to be changed."""
        return self._document

    def validate(self, data: Document) -> Document:
        """Return a new document: `data` with scalars converted (5.4) and defaults added (5.3).

        Raises `InvalidDocument` with the failing properties. `data` is never changed; the result
        shares its unchanged parts.
        """
        try:
            return self.validate_within(Steps(_MOST_STEPS), data)
        except TooManySteps:
            # Only a schema that leads to the same parts again and again takes that many.
            raise InvalidDocument(_as_a_whole("takes too long to judge")) from None

    def validate_within(self, steps: Steps, data: Document) -> Document:
        """As `validate`, within `steps`. Raises `TooManySteps` too."""
        try:
            return self._validated(steps, data)
        except RecursionError:
            # Only a schema that contains itself leads that deep.
            raise InvalidDocument(_as_a_whole("nested too deeply")) from None

    def validate_patched(self, data: Document, scope: PatchScope) -> Patched:
        """As `validate`, for the result of a PATCH: raises only for errors that the PATCH causes.

        All else stays as it is, not converted, and is named if it is invalid.
        """
        try:
            return self.validate_patched_within(Steps(_MOST_STEPS), data, scope)
        except TooManySteps:
            raise InvalidDocument(_as_a_whole("takes too long to judge")) from None

    def validate_patched_within(self, steps: Steps, data: Document, scope: PatchScope) -> Patched:
        """As `validate_patched`, within `steps`. Raises `TooManySteps` too."""
        try:
            return self._validated_patched(steps, data, scope)
        except RecursionError:
            raise InvalidDocument(_as_a_whole("nested too deeply")) from None

    def _validated_patched(self, steps: Steps, data: Document, scope: PatchScope) -> Patched:
        document = data
        while True:
            errors = self._errors(document, steps)
            own_errors = self._errors_of_patch(document, scope, errors, steps)
            if not own_errors:
                others = dict.fromkeys(property_path(error.path) for error in errors)
                with_defaults: Document = self._defaults.added_to(document)
                return Patched(with_defaults, tuple(others))
            coercions = Coercions(document)
            if not self._strict:
                for error in own_errors:
                    coercions.coerce(error)
            if not coercions.any_made:
                raise InvalidDocument(property_errors(own_errors))
            document = coercions.document

    def _errors_of_patch(
        self, document: Document, scope: PatchScope, errors: list[ValidationError], steps: Steps
    ) -> list[ValidationError]:
        """Those that the PATCH causes. What it gives is validated alone as well: of a document with
        very many errors only the first are kept.
        """
        if not errors:
            return []
        before = {
            error_key(error)
            for error in self._errors(scope.stored, steps)
            if scope.contains_parts_of(error.path)
        }
        of_given = self._errors(scope.given(document), steps)
        return [
            *(error for error in errors if scope.is_to_blame(error, before)),
            *(error for error in of_given if scope.covers(error.path)),
        ]

    def _errors(self, document: Document, steps: Steps) -> list[ValidationError]:
        return list(islice(self._walker.errors(document, steps), _MOST_ERRORS))

    def _validated(self, steps: Steps, data: Document) -> Document:
        document = data
        while True:
            coercions = Coercions(document)
            errors: list[ValidationError] = []
            for error in self._walker.errors(document, steps):
                is_coerced = not self._strict and coercions.coerce(error)
                if not is_coerced and len(errors) < _MOST_ERRORS:
                    errors.append(error)
            if coercions.any_made:
                document = coercions.document
            elif errors:
                raise InvalidDocument(property_errors(errors))
            else:
                break
        with_defaults: Document = self._defaults.added_to(document)
        return with_defaults


def _as_a_whole(message: str) -> PropertyErrors:
    return {"": {"error": {"message": message}}}
