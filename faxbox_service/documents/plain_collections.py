"""Collections whose documents need nothing but a schema and a view: each is one declaration.

All layers read it: the embedded store's views, the repositories, the routes, the resources and the
OpenAPI document. docs/contributing.md adds one, step by step.
"""

from dataclasses import dataclass
from typing import ClassVar

from .types import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCollection:
    """Documents of one type, listed by their ids."""

    noun: str
    """The path segment; also the name of the schema, and of the design document with the view."""
    document_type: str
    """The documents' `pvt_type`."""
    singular: str
    """How one is called in the names of operations and components: `Vmbox`."""
    plural: str
    example: Document
    """The `data` of a PUT, as the OpenAPI document shows it."""

    LISTING: ClassVar[str] = "crossbar_listing"
    """The view whose keys are the ids of those that are not soft-deleted."""


PLAIN_COLLECTIONS: tuple[PlainCollection, ...] = ()
