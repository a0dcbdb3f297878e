"""Preconditions: what a client requires of the revision its change is applied to.

See docs/contract.md, 4.
"""

from dataclasses import dataclass

from faxbox_service.documents.types import Revision
from faxbox_service.repositories.errors import PreconditionNotMet, StaleRevision

ANY = "*"


@dataclass(frozen=True, slots=True)
class Precondition:
    """Requirements on the current revision; none by default.

    `match` and `none_match` hold the entity tags of the headers without quotes, `*` for any
    (RFC 9110, 13.1.1 and 13.1.2); `revision` is the one a body was made from.
    """

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None
    revision: Revision | None = None

    def require(self, current: Revision) -> None:
        """Raise `PreconditionNotMet` or `StaleRevision` unless `current` meets everything."""
        self.require_match(current)
        if self.none_match is not None and self.none_match & {current, ANY}:
            raise PreconditionNotMet
        if self.revision is not None and self.revision != current:
            raise StaleRevision(self.revision)

    def require_match(self, current: Revision) -> None:
        """Raise `PreconditionNotMet` unless `current` meets `match`: all that a read requires."""
        if self.match is not None and not self.match & {current, ANY}:
            raise PreconditionNotMet

    def require_absent(self) -> None:
        """Raise `PreconditionNotMet` when `match` requires a document that does not exist yet."""
        if self.match is not None:
            raise PreconditionNotMet


NO_PRECONDITION = Precondition()
