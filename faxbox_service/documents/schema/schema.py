"""Documents judged by JSON Schemas, as Crossbar judges the `data` of requests (wire, section 5)."""

from dataclasses import dataclass
from itertools import islice

from jsonschema import ValidationError

from faxbox_service.documents.types import Document

from .coercion import Repairs
from .defaults import Defaults
from .errors import InvalidDocument, PropertyErrors, property_errors, property_path
from .patch_scope import PatchScope, fault_of
from .references import BrokenSchema, References, Resolve, no_other_schema
from .walk import Steps, TooManySteps, Walks

_MOST_ERRORS = 1000
"""That are remembered of a walk: a body full of wrong items costs bounded memory."""

_MOST_STEPS = 400_000
"""A second or two; by the packaged schemas the longest bodies take half of them."""


@dataclass(frozen=True, slots=True)
class Patched:
    """A document that a PATCH made, and the dotted keys of what was invalid before and still is."""

    document: Document
    invalid: tuple[str, ...]


class Schema:
    """A JSON Schema of draft 4, ready to judge any number of documents. Immutable.

    Keywords and properties are visited in the order of `schema`; the packaged files are sorted, as
    Kazoo's are.
    """

    __slots__ = ("_defaults", "_document", "_id", "_strict", "_walks")

    def __init__(
        self,
        id: str,
        schema: Document,
        *,
        strict: bool = False,
        resolve: Resolve = no_other_schema,
    ) -> None:
        """`strict` leaves values of a wrong type unrepaired (`schema_strict_validation`).

        `resolve` finds the schemas that `$ref` names. Raises `BrokenSchema`.
        """
        self._id = id
        self._document = schema
        self._strict = strict
        try:
            references = References(id, schema, resolve)
            self._walks = Walks(schema, references)
            self._defaults = Defaults.of(schema, references)
        except RecursionError:
            raise BrokenSchema("it nests too deeply") from None
        except TooManySteps:
            raise BrokenSchema("it has too many parts") from None

    @property
    def id(self) -> str:
        """The name by which `/schemas/{id}` knows it."""
        return self._id

    @property
    def document(self) -> Document:
        """The schema itself, not to be changed."""
        return self._document

    def validate(self, data: Document) -> Document:
        """Return a new document: `data` with scalars repaired (5.4) and defaults added (5.3).

        Raises `InvalidDocument` with the failing properties. `data` is never changed; the result
        shares those of its parts that are as they were.
        """
        try:
            return self.validate_within(Steps(_MOST_STEPS), data)
        except TooManySteps:
            # Only a schema that leads to the same parts again and again takes so many.
            raise InvalidDocument(_as_a_whole("takes too long to judge")) from None

    def validate_within(self, steps: Steps, data: Document) -> Document:
        """As `validate`, in so many steps. Raises `TooManySteps` too."""
        try:
            return self._validated(steps, data)
        except RecursionError:
            # Only a schema that contains itself leads that deep.
            raise InvalidDocument(_as_a_whole("nested too deeply")) from None

    def validate_patched(self, data: Document, touched: PatchScope) -> Patched:
        """As `validate`, of a document that a PATCH made: only for what the PATCH is to blame for.

        All else stays as it is, unrepaired, and is named if it is invalid.
        """
        try:
            return self.validate_patched_within(Steps(_MOST_STEPS), data, touched)
        except TooManySteps:
            raise InvalidDocument(_as_a_whole("takes too long to judge")) from None

    def validate_patched_within(self, steps: Steps, data: Document, touched: PatchScope) -> Patched:
        """As `validate_patched`, in so many steps. Raises `TooManySteps` too."""
        try:
            return self._validated_patched(steps, data, touched)
        except RecursionError:
            raise InvalidDocument(_as_a_whole("nested too deeply")) from None

    def _validated_patched(self, steps: Steps, data: Document, touched: PatchScope) -> Patched:
        document = data
        while True:
            errors = self._errors(document, steps)
            faults = self._faults_of(document, touched, errors, steps)
            if not faults:
                others = dict.fromkeys(property_path(error.path) for error in errors)
                with_defaults: Document = self._defaults.added_to(document)
                return Patched(with_defaults, tuple(others))
            repairs = Repairs(document)
            if not self._strict:
                for fault in faults:
                    repairs.repair(fault)
            if not repairs.any_made:
                raise InvalidDocument(property_errors(faults))
            document = repairs.document

    def _faults_of(
        self, document: Document, touched: PatchScope, errors: list[ValidationError], steps: Steps
    ) -> list[ValidationError]:
        """Those that a PATCH is to blame for. Of what it gives none is missing, as one may be among
        the errors of a document that has very many."""
        if not errors:
            return []
        before = {
            fault_of(error)
            for error in self._errors(touched.stored, steps)
            if touched.contains_parts_of(error.path)
        }
        of_given = self._errors(touched.given(document), steps)
        return [
            *(error for error in errors if touched.is_to_blame(error, before)),
            *(error for error in of_given if touched.covers(error.path)),
        ]

    def _errors(self, document: Document, steps: Steps) -> list[ValidationError]:
        return list(islice(self._walks.errors(document, steps), _MOST_ERRORS))

    def _validated(self, steps: Steps, data: Document) -> Document:
        document = data
        while True:
            repairs = Repairs(document)
            errors: list[ValidationError] = []
            for error in self._walks.errors(document, steps):
                is_repaired = not self._strict and repairs.repair(error)
                if not is_repaired and len(errors) < _MOST_ERRORS:
                    errors.append(error)
            if repairs.any_made:
                document = repairs.document
            elif errors:
                raise InvalidDocument(property_errors(errors))
            else:
                break
        with_defaults: Document = self._defaults.added_to(document)
        return with_defaults


def _as_a_whole(message: str) -> PropertyErrors:
    return {"": {"error": {"message": message}}}
