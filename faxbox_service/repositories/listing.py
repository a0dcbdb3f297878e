"""A part of a listing, as repositories return it."""

from collections.abc import Sequence
from dataclasses import dataclass

from faxbox_service.documents.types import Json
from faxbox_service.stores.base import ViewRow


@dataclass(slots=True)
class FoundRows:
    """Rows with documents, and the key of the row after them, if there is one."""

    rows: Sequence[ViewRow]
    next_key: Json | None
