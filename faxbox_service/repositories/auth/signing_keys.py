"""The RSA keys of tokens, where Kazoo keeps them (docs/reference/data-model.md, 8).

The current key's id is `system_config/auth` → `default.system_key`; the key itself is the
attachment `private_key.pem` of the document of that id in `system_auth`.
"""

from base64 import b64encode
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model.signed_token import is_key_id
from faxbox_service.documents.names import SYSTEM_AUTH, SYSTEM_CONFIG
from faxbox_service.documents.types import Document
from faxbox_service.repositories.configuration import Configuration
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase, StoreUnavailable

_CURRENT_KEY = ("auth", "system_key")
_SERVER_SECRET = ("auth", "secret_for_user_signature")

_ATTACHMENT = "private_key.pem"
_CONTENT_TYPE = "application/x-pem-file"
_KEY_BITS = 2048
_PUBLIC_EXPONENT = 65537


class SigningKeys:
    """Loads the keys by their ids, and makes the first one."""

    def __init__(
        self, store: Store, configuration: Configuration, clock: Clock, ids: IdGenerator
    ) -> None:
        self._store = store
        self._configuration = configuration
        self._clock = clock
        self._ids = ids
        self._private_keys: dict[str, RSAPrivateKey] = {}
        self._server_secret = ""

    @property
    def server_secret(self) -> str:
        """The secret that is part of every identity signature."""
        return self._server_secret

    async def open(self) -> None:
        """Find the current key and the server's secret, or make them.

        Raises `StoreUnavailable` when the settings name a key that is not there.
        """
        self._server_secret = await self._configuration.ensure_system_value(
            *_SERVER_SECRET, self._ids.new_id
        )
        await self._ensure_key()
        await self.current()

    async def current(self) -> tuple[str, RSAPrivateKey]:
        """The id and the key that new tokens are signed with.

        A rotation by another process is seen within a minute. Raises `StoreUnavailable` when the
        settings name a key that is not there.
        """
        key_id = await self._configuration.system_value(*_CURRENT_KEY)
        key = await self._load(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise StoreUnavailable(
                f"{SYSTEM_CONFIG}/auth names the key {key_id}, which {SYSTEM_AUTH} does not have"
            )
        return key_id, key

    async def rotate(self) -> str:
        """Sign new tokens with a new key, and return its id; old tokens stay valid (`kid`)."""
        key_id = await self._make_key()
        await self._configuration.set_system_value(*_CURRENT_KEY, key_id)
        return key_id

    async def public_key(self, key_id: str) -> RSAPublicKey | None:
        """The key that verifies tokens of this `kid`, or None when there is none."""
        if not is_key_id(key_id):
            return None
        key = await self._load(key_id)
        return key.public_key() if key is not None else None

    async def _ensure_key(self) -> None:
        if await self._configuration.system_value(*_CURRENT_KEY):
            return
        made = await self._make_key()
        await self._configuration.ensure_system_value(*_CURRENT_KEY, lambda: made)

    async def _make_key(self) -> str:
        """Store a new key; its id is published after that, so that no reader finds an id alone."""
        key_id = self._ids.new_id()
        await self._store.put(SYSTEM_AUTH, self._new_key_document(key_id))
        return key_id

    def _new_key_document(self, key_id: str) -> Document:
        key = generate_private_key(_PUBLIC_EXPONENT, _KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        now = gregorian_seconds(self._clock())
        return {
            "_id": key_id,
            "pvt_type": "system_key",
            "pvt_account_id": SYSTEM_AUTH,
            "pvt_account_db": SYSTEM_AUTH,
            "pvt_created": now,
            "pvt_modified": now,
            "_attachments": {
                _ATTACHMENT: {"content_type": _CONTENT_TYPE, "data": b64encode(pem).decode()}
            },
        }

    async def _load(self, key_id: str) -> RSAPrivateKey | None:
        key = self._private_keys.get(key_id)
        if key is not None:
            return key
        try:
            document = await self._store.get(SYSTEM_AUTH, key_id)
            if document.get("pvt_type") != "system_key":
                return None
            pem = await self._store.get_attachment(SYSTEM_AUTH, key_id, _ATTACHMENT)
        except (DocumentNotFound, MissingDatabase):
            return None
        key = _rsa_key(pem.data)
        if key is not None:
            self._private_keys[key_id] = key
        return key


@lru_cache(maxsize=8)
def _rsa_key(pem: bytes) -> RSAPrivateKey | None:
    """The key of a PEM file, None for a key of another kind; checking it takes 30 ms."""
    key = serialization.load_pem_private_key(pem, password=None)
    return key if isinstance(key, RSAPrivateKey) else None
