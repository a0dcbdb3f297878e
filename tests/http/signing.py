"""Tokens that say what a test wants, signed with the service's own key."""

import jwt
from cryptography.hazmat.primitives import serialization

from faxbox_service.documents.names import SYSTEM_AUTH, SYSTEM_CONFIG


async def signing_key(service):
    """The key's id, and the key."""
    store = service.repositories.store
    key_id = (await store.get(SYSTEM_CONFIG, "auth"))["default"]["system_key"]
    pem = await store.get_attachment(SYSTEM_AUTH, key_id, "private_key.pem")
    return key_id, serialization.load_pem_private_key(pem.data, None)


async def claims_of(service, token):
    """What a token of the service says."""
    _, key = await signing_key(service)
    return jwt.decode(token, key.public_key(), algorithms=["RS256"])


async def signed(service, payload, **headers):
    """A token of these claims, or of these bytes."""
    key_id, key = await signing_key(service)
    headers = {"kid": key_id, **headers}
    if isinstance(payload, bytes):
        return jwt.PyJWS().encode(payload, key, "RS256", headers)
    return jwt.encode(payload, key, "RS256", headers)
