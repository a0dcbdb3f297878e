"""What a Kazoo node does with tokens, accounts and users, from docs/reference/data-model.md alone.

Nothing of the service is used here, and no library that knows tokens: documents come as JSON, and
signatures are RSA and HMAC (docs/reference/data-model.md, 1.4, 1.6 and 8).
"""

import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Document = dict[str, Any]

GREGORIAN_EPOCH = 62_167_219_200
HASHES = {"RS256": hashes.SHA256, "RS384": hashes.SHA384, "RS512": hashes.SHA512}


@dataclass(frozen=True)
class Databases:
    """Raw access to CouchDB's documents: by database and id, as JSON."""

    read: Callable[[str, str], Awaitable[Document]]
    read_attachment: Callable[[str, str, str], Awaitable[bytes]]
    write: Callable[[str, Document], Awaitable[None]]
    create: Callable[[str], Awaitable[None]]


def database_of(account_id: str) -> str:
    return f"account/{account_id[:2]}/{account_id[2:4]}/{account_id[4:]}"


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Refused(Exception):
    """A token that a node does not accept, and why."""


class KazooNode:
    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    async def verify(self, token: str) -> Document:
        """The claims of a good token."""
        header_text, payload_text, signature = token.split(".")
        header, payload = json.loads(decoded(header_text)), json.loads(decoded(payload_text))
        if header["alg"] not in HASHES or header["typ"] != "JWT":
            raise Refused("algorithm")
        key = (await self._private_key(header["kid"])).public_key()
        signed = f"{header_text}.{payload_text}".encode()
        try:
            key.verify(decoded(signature), signed, padding.PKCS1v15(), HASHES[header["alg"]]())
        except InvalidSignature:
            raise Refused("signature") from None
        if payload["iss"] != "kazoo":
            raise Refused("issuer")
        if payload["exp"] <= time.time():
            raise Refused("expired")
        if payload["identity_sig"] != await self._identity_signature(payload):
            raise Refused("identity")
        return payload

    async def issue(
        self, account_id: str, owner_id: str | None, method: str, algorithm: str = "RS256"
    ) -> str:
        """A new token, as a node makes it; the identity gets a secret if it has none."""
        identity_id = owner_id or account_id
        database = database_of(account_id)
        identity = await self._databases.read(database, identity_id)
        if "pvt_signature_secret" not in identity:
            identity["pvt_signature_secret"] = secrets.token_hex(16)
            await self._databases.write(database, identity)
        claims = {"account_id": account_id, "owner_id": owner_id, "method": method}
        payload = {name: value for name, value in claims.items() if value is not None}
        payload |= {"iss": "kazoo", "exp": int(time.time()) + 3600}
        payload["identity_sig"] = await self._identity_signature(payload)
        settings = await self._databases.read("system_config", "auth")
        key_id = settings["default"]["system_key"]
        header = {"alg": algorithm, "typ": "JWT", "kid": key_id}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, payload))
        key = await self._private_key(key_id)
        signature = key.sign(signed.encode(), padding.PKCS1v15(), HASHES[algorithm]())
        return f"{signed}.{encoded(signature)}"

    async def _private_key(self, key_id: str) -> rsa.RSAPrivateKey:
        document = await self._databases.read("system_auth", key_id)
        if document["pvt_type"] != "system_key":
            raise Refused("key")
        pem = await self._databases.read_attachment("system_auth", key_id, "private_key.pem")
        key = serialization.load_pem_private_key(pem, None)
        assert isinstance(key, rsa.RSAPrivateKey) and key.key_size == 2048
        return key

    async def _identity_signature(self, payload: Document) -> str:
        identity_id = payload.get("owner_id") or payload["account_id"]
        identity = await self._databases.read(database_of(payload["account_id"]), identity_id)
        settings = await self._databases.read("system_config", "auth")
        server_secret = settings["default"]["secret_for_user_signature"]
        key = identity["pvt_signature_secret"] + server_secret
        return encoded(hmac.new(key.encode(), identity_id.encode(), hashlib.sha256).digest())

    async def log_in(self, account_id: str, user_id: str, username: str, password: str) -> bool:
        """Whether a node takes the password: it knows the hashes that its views show."""
        user = await self._databases.read(database_of(account_id), user_id)
        pair = f"{username.lower()}:{password}".encode()
        return (
            user["pvt_type"] == "user"
            and user["enabled"] is True
            and not user.get("pvt_deleted")
            and user["pvt_md5_auth"] == hashlib.md5(pair).hexdigest()
            and user["pvt_sha1_auth"] == hashlib.sha1(pair).hexdigest()
        )

    async def create_account(self, parent: Document, name: str, realm: str) -> Document:
        """An account below `parent`, in its own database and in `accounts`."""
        account_id = secrets.token_hex(16)
        document = {
            "_id": account_id,
            "name": name,
            "realm": realm,
            "timezone": "America/Los_Angeles",
            "pvt_type": "account",
            "pvt_tree": [*parent["pvt_tree"], parent["_id"]],
            "pvt_parent_id": parent["_id"],
            "pvt_enabled": True,
            "pvt_api_key": secrets.token_hex(32),
            "pvt_reseller_id": parent["_id"],
            "pvt_alphanum_name": name.lower(),
            "pvt_node": "kazoo_apps@127.0.0.1",
            **self._private_fields(account_id),
        }
        await self._databases.create(database_of(account_id))
        await self._databases.write(database_of(account_id), document)
        await self._databases.write("accounts", document)
        return document

    async def create_user(self, account_id: str, username: str, password: str) -> Document:
        pair = f"{username}:{password}".encode()
        document = {
            "_id": secrets.token_hex(16),
            "username": username,
            "first_name": "Kazoo",
            "last_name": "User",
            "priv_level": "admin",
            "enabled": True,
            "pvt_type": "user",
            "pvt_md5_auth": hashlib.md5(pair).hexdigest(),
            "pvt_sha1_auth": hashlib.sha1(pair).hexdigest(),
            "pvt_signature_secret": secrets.token_hex(16),
            **self._private_fields(account_id),
        }
        await self._databases.write(database_of(account_id), document)
        return document

    def _private_fields(self, account_id: str) -> Document:
        now = int(time.time()) + GREGORIAN_EPOCH
        return {
            "pvt_account_id": account_id,
            "pvt_account_db": database_of(account_id).replace("/", "%2F"),
            "pvt_vsn": "1",
            "pvt_created": now,
            "pvt_modified": now,
        }
