"""What a resource is asked: one request, as far as HTTP and authorisation go."""

from dataclasses import dataclass, field

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import Document, Json
from faxbox_service.repositories.primitives.preconditions import Precondition

from .auth.principal import Principal
from .request.negotiation import Representation
from .request.parsed import Options


@dataclass(slots=True)
class Call:
    """One request, after all that HTTP and authorisation decide."""

    method: str
    arguments: tuple[str, ...]
    account: Account | None
    """The account of the path; the caller may act on it."""
    principal: Principal | None
    request_id: str
    options: Options
    precondition: Precondition
    representation: Representation = Representation.JSON
    """What the reply to a read should be, where the resource has more than one."""
    token: str | None = field(default=None, repr=False)
    """The caller's token, when it was a token that proved who asks."""
    idempotency_key: str | None = field(default=None, repr=False)
    """What identifies a creation when the request is repeated."""
    is_preview: bool = False
    """The method is tunnelled through a GET: show what it would do, and do nothing
    (docs/reference/wire.md, 2.3)."""

    @property
    def author(self) -> Author:
        """Who makes the changes of this call."""
        if self.principal is None:
            return Author(self.request_id)
        claims = self.principal.claims
        return Author(
            self.request_id,
            self.principal.account.id,
            self.principal.user_id,
            claims.get("original_account_id"),
            claims.get("original_owner_id"),
        )

    def option(self, name: str) -> Json:
        """An option by its name."""
        return self.options.get(name)

    def should_soft_delete(self) -> bool:
        """Whether a DELETE only hides: unless the option says anything but true.

        See docs/reference/wire.md, 4.7.
        """
        return self.option("should_soft_delete") in (None, True, "true")

    def path_account(self) -> Account:
        """The account of the path, for resources that only exist below one."""
        if self.account is None:
            raise LookupError("a resource of accounts was called without one")
        return self.account

    def data(self) -> Document:
        """The envelope's `data`. Raises `InvalidDocument` when it is not an object."""
        data = self.options.envelope.get("data", {})
        if isinstance(data, dict):
            return data
        raise InvalidDocument(
            {
                "": {
                    "type": {
                        "message": "Value did not match type(s): object",
                        "target": "object",
                        "value": data,
                    }
                }
            }
        )
