"""Where token restrictions are kept, and which of them apply to a login."""

from faxbox_service.documents.account import Account
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import is_soft_deleted
from faxbox_service.documents.token_restrictions import ANYTHING, restrictions_for
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.stores.base import DocumentNotFound, MissingDatabase, Store

from .clock import Clock
from .configuration import Configuration
from .expiring import Expiring

TOKEN_RESTRICTIONS = "token_restrictions"
"""The id of the account's document, and its `pvt_type`."""

_CATEGORY = "crossbar.token_restrictions"


class TokenRestrictions:
    """Finds the restrictions of an account; they are remembered for `remembered_seconds`."""

    def __init__(
        self,
        store: Store,
        configuration: Configuration,
        clock: Clock,
        *,
        remembered_seconds: float,
    ) -> None:
        self._store = store
        self._configuration = configuration
        self._known: Expiring[AccountId, Document] = Expiring(remembered_seconds, clock)

    async def find(self, account: Account, method: str, priv_level: str) -> Document | None:
        """The rules for a token of the account; None: it may be used for everything.

        The account's own come before the system's; superduper admins have none.
        """
        if account.is_superduper_admin:
            return None
        own = (await self._document(account.id)).get("restrictions")
        if isinstance(own, dict) and (method in own or ANYTHING in own):
            return restrictions_for(own, method, priv_level)
        return restrictions_for(await self._system(method), method, priv_level)

    async def _system(self, method: str) -> Json:
        return {
            name: value
            for name in (method, ANYTHING)
            if (value := await self._configuration.system_value(_CATEGORY, name)) is not None
        }

    async def _document(self, account_id: AccountId) -> Document:
        document = self._known.get(account_id)
        if document is None:
            document = await self._stored(account_id)
            self._known.put(account_id, document)
        return document

    async def _stored(self, account_id: AccountId) -> Document:
        try:
            document = await self._store.get(account_database(account_id), TOKEN_RESTRICTIONS)
        except (DocumentNotFound, MissingDatabase):
            return {}
        return {} if is_soft_deleted(document) else document
