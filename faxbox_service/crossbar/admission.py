"""Who may ask: whose requests they are, on which accounts, and how often.

See docs/reference/wire.md, 6.3 to 6.6.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import ACCOUNT_ID_LENGTH
from faxbox_service.documents.types import AccountId
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.errors import InvalidCredentials, TokenExpired

from .auth.authentication import Authenticator
from .auth.credentials import Credential, CredentialKind
from .auth.principal import Identification, Principal
from .auth.rate_limits import Charge, RateLimits
from .errors import CrossbarError, bad_account_id, forbidden, invalid_credentials
from .resource import Access

_REFUSED_LOGINS = (401, 404)
"""`api_auth` answers 404 for an unknown key."""

Result = TypeVar("Result")


class Admission:
    """Authenticates and authorises requests, and charges those that prove nothing, and logins."""

    def __init__(
        self, authenticator: Authenticator, accounts: Accounts, limits: RateLimits
    ) -> None:
        self._authenticator = authenticator
        self._accounts = accounts
        self._limits = limits

    def charge(self, address: str, is_login: bool) -> Charge:
        """What a request from an address may be charged later: nothing yet."""
        return Charge(self._limits, address, is_login)

    async def identify(self, sender: Identification, charge: Charge) -> Identification:
        """Find out who sends a request before its body is read. Raises a 429.

        A request that proves nothing is charged now. What a credential is refused with is raised
        by `authenticate`, where it matters.
        """
        credential = sender.credential
        if credential is None:
            charge.for_no_identity()
            return sender
        try:
            return Identification(credential, await self._prove(credential, charge))
        except (InvalidCredentials, TokenExpired) as refusal:
            return Identification(credential, refusal=type(refusal))

    async def authenticate(self, sender: Identification, charge: Charge) -> Principal:
        """Who asks. Raises a 429, or what the authenticator raises.

        A credential that was looked at before the body was read is not looked at again.
        """
        if sender.principal is not None:
            return sender.principal
        if sender.refusal is not None:
            raise sender.refusal
        if sender.credential is None:
            charge.for_no_identity()
            raise invalid_credentials()
        return await self._prove(sender.credential, charge)

    async def admit_anyone(self, sender: Identification, charge: Charge) -> None:
        """Let in a request that needs no token; only a good one spares the charge. Raises a 429."""
        if sender.principal is not None:
            return
        credential = sender.credential
        is_token = credential is not None and credential.kind is CredentialKind.TOKEN
        if is_token and sender.refusal is None:
            sender = await self.identify(sender, charge)
        if sender.principal is None:
            charge.for_no_identity()

    async def account_of(
        self, account_id: str | None, access: Access, principal: Principal
    ) -> Account | None:
        """The account that a path names, when the caller may act on it.

        See docs/reference/wire.md, 6.4.

        None for a path without one that needs none. Raises a 403 or a 404.
        """
        if account_id is None:
            if access is Access.TOKEN:
                return None
            raise forbidden()
        if len(account_id) != ACCOUNT_ID_LENGTH:
            raise bad_account_id(account_id)
        account = await self._accounts.find(account_id)
        if not principal.account.may_act_on(account):
            raise forbidden()
        return account

    def charge_authenticated(self, address: str, account_id: AccountId | None) -> None:
        """Charge a request with a good token, where the settings want that. Raises a 429."""
        self._limits.charge_authenticated((address, account_id))

    async def log_in(self, charge: Charge, attempt: Coroutine[Any, Any, Result]) -> Result:
        """What comes of an attempt to log in, each failure of which makes the next one cost more.

        Raises a 429 before the attempt is begun.
        """
        try:
            charge.for_login()
        except CrossbarError:
            attempt.close()
            raise
        try:
            result = await attempt
        except InvalidCredentials:
            charge.login_failed()
            raise
        except CrossbarError as error:
            if error.status in _REFUSED_LOGINS:
                charge.login_failed()
            raise
        charge.login_succeeded()
        return result

    async def _prove(self, credential: Credential, charge: Charge) -> Principal:
        proof = self._authenticator.authenticate(credential)
        if credential.kind is CredentialKind.BASIC:
            return await self.log_in(charge, proof)
        try:
            principal = await proof
        except (InvalidCredentials, TokenExpired):
            charge.for_no_identity()
            raise
        # It may have been charged for a body that was read to find this token in it.
        charge.refund()
        return principal
