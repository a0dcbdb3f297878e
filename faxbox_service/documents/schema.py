"""Documents judged by JSON Schemas, as Crossbar judges the `data` of requests (wire, section 5)."""

from functools import cache
from itertools import islice

from faxbox_service.packaged import packaged_folder

from .coercion import with_repairs
from .json_text import decode_stored_json
from .schema_defaults import Defaults
from .schema_errors import InvalidDocument, PropertyErrors, property_errors
from .schema_references import BrokenSchema, References, Resolve, no_other_schema
from .schema_rules import kazoo_validator
from .types import Document

__all__ = [
    "BrokenSchema",
    "InvalidDocument",
    "PropertyErrors",
    "Schema",
    "UnknownSchema",
    "packaged_schema",
]

MOST_ERRORS = 10_000
"""A walk ends there, so that a body full of wrong items costs bounded memory."""


class UnknownSchema(LookupError):
    """No packaged schema has this name."""


class Schema:
    """A JSON Schema of draft 4, ready to judge any number of documents. Immutable.

    Keywords and properties are visited in the order of `schema`; the packaged files are sorted, as
    Kazoo's are.
    """

    __slots__ = ("_defaults", "_document", "_id", "_strict", "_validator")

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
            self._validator = kazoo_validator(schema, references)
            self._defaults = Defaults(schema, references)
        except RecursionError:
            raise BrokenSchema("it nests too deeply") from None

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

        Raises `InvalidDocument` with all failing properties. `data` is never changed; the result
        shares those of its parts that are as they were.
        """
        try:
            return self._validated(data)
        except RecursionError:
            # Only a schema that contains itself leads that deep.
            raise InvalidDocument({"": {"error": {"message": "nested too deeply"}}}) from None

    def _validated(self, data: Document) -> Document:
        document = data
        while errors := list(islice(self._validator.iter_errors(document), MOST_ERRORS)):
            repaired = None if self._strict else with_repairs(document, errors)
            if repaired is None:
                raise InvalidDocument(property_errors(errors))
            document = repaired
        with_defaults: Document = self._defaults.added_to(document)
        return with_defaults


def packaged_schema_ids() -> list[str]:
    """The ids of the packaged schemas, sorted."""
    return sorted(file.stem for file in packaged_folder("schemas").glob("*.json"))


@cache
def packaged_schema(name: str, *, strict: bool = False) -> Schema:
    """The schema of `schemas/<name>.json`; raises `UnknownSchema` where there is no such file."""
    # Names come from URLs too: they select among the files, and never become part of a path.
    for file in packaged_folder("schemas").glob("*.json"):
        if file.stem == name:
            return Schema(name, decode_stored_json(file.read_bytes()), strict=strict)
    raise UnknownSchema(name)
