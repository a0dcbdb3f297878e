"""The reply of the login resources: a new token, and facts about its account."""

from faxbox_service.crossbar.auth.principal import Principal
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.types import Document, DocumentId, Json
from faxbox_service.repositories.auth.tokens import Tokens

_AUTOMATIC = "automatic"
"""The `revision` of replies that Crossbar makes without an entity tag
(docs/reference/wire.md, 1.2)."""

_CAPABILITIES = {"voicemail": {"transcription": {"default": False, "available": False}}}
_LANGUAGE = "en-US"

AFTER_LOOKUP = {"page_size": 0}
"""The first member of Crossbar's refusal of a login, when it got as far as a look-up."""


class Logins:
    """Makes the replies of `user_auth`, `api_auth` and `token_auth`."""

    def __init__(self, tokens: Tokens, cluster_id: str) -> None:
        self._tokens = tokens
        self._cluster_id = cluster_id

    async def reply(
        self,
        account: Account,
        owner_id: DocumentId | None,
        method: str,
        *,
        masquerade: Json = None,
    ) -> Reply:
        """201 with a new token; `masquerade` is the claim `as`: which user it acts as."""
        token = await self._tokens.issue(account, owner_id, method, masquerade=masquerade)
        return Reply(
            self.facts(account, owner_id),
            status=201,
            revision=_AUTOMATIC,
            has_etag=False,
            location_id=owner_id or account.id,
            paging={"page_size": 1},
            auth_token=token,
            principal=Principal(account, owner_id, {}),
        )

    def facts(self, account: Account, owner_id: DocumentId | None) -> Document:
        """The account and user of a token, and what is available to them.

        See docs/reference/wire.md, 6.5.
        """
        owner = {} if owner_id is None else {"owner_id": owner_id}
        return {
            **owner,
            "account_id": account.id,
            "ui_config": {},
            "capabilities": _CAPABILITIES,
            "is_master_account": account.is_master,
            "is_reseller": account.is_reseller,
            "reseller_id": account.reseller_id or account.id,
            "cluster_id": self._cluster_id,
            "account_name": account.name,
            "language": _LANGUAGE,
            "apps": [],
        }
