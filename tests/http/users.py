"""What tests of users have in common."""

import base64
import hashlib

from faxbox_service.documents.names import account_database

NAMES = {"first_name": "Alice", "last_name": "Test"}
ALICE = {"username": "Alice", "password": "Secret1234", **NAMES}


def users_of(tenant):
    return f"{tenant.path}/users"


async def make(tenant, **fields):
    answer = await tenant.client.put(users_of(tenant), {**ALICE, **fields})
    assert answer.status == 201, answer.body
    return answer


async def stored(service, tenant, user_id):
    return await service.repositories.store.get(account_database(tenant.account.id), user_id)


async def log_in(service, tenant, name, password, method="md5", **more):
    digest = {"md5": hashlib.md5, "sha": hashlib.sha1}[method]
    credentials = digest(f"{name}:{password}".encode()).hexdigest()
    data = {"credentials": credentials, "method": method, "realm": tenant.account.realm, **more}
    return await service.client().put("/v2/user_auth", data)


def basic(tenant, username, password):
    text = base64.b64encode(f"{tenant.account.id}:{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {text}"}
