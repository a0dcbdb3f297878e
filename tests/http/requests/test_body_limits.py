"""What a body may be, by who sends it (docs/contract.md, 28): found out before it is read or
decoded."""

import asyncio
import gzip

import pytest

from faxbox_service.documents.json.text import encode_json
from tests.http.conftest import send_raw

ANONYMOUS = 2_000
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def environment():
    return {
        "FAXBOX_MAX_ANONYMOUS_SIZE": str(ANONYMOUS),
        "FAXBOX_MAX_UPLOAD_SIZE": "200000",
        "FAXBOX_MAX_MEMBERS": "50",
        "FAXBOX_MAX_ITEMS": "100",
        "FAXBOX_MAX_NODES": "300",
    }


def body_of(size, **envelope):
    return encode_json({"data": {"name": "x", "more": "y" * size}, **envelope})


async def test_a_long_body_needs_a_token(service, tenant):
    body = body_of(ANONYMOUS)
    answer = await service.client().put(tenant.faxboxes, body=body)
    assert answer.status == 413
    assert answer.data["file"]["maxSize"]["target"] == ANONYMOUS
    assert (await service.client("bad").put(tenant.faxboxes, body=body)).status == 401
    assert (await tenant.client.put(tenant.faxboxes, body=body)).status == 201


async def test_a_long_login_is_refused(service):
    body = encode_json({"data": {"credentials": "x" * ANONYMOUS, "account_name": "y"}})
    assert (await service.client().put("/v2/user_auth", body=body)).status == 413
    assert (await service.client("bad").put("/v2/user_auth", body=body)).status == 401


async def test_a_token_in_the_query_string_is_one(service, tenant):
    path = f"{tenant.faxboxes}?auth_token={tenant.client.token}"
    assert (await service.client().put(path, body=body_of(ANONYMOUS))).status == 201


async def test_a_token_in_a_small_body_is_one(service, tenant):
    body = body_of(10, auth_token=tenant.client.token)
    assert (await service.client().put(tenant.faxboxes, body=body)).status == 201
    body = body_of(ANONYMOUS, auth_token=tenant.client.token)
    assert (await service.client().put(tenant.faxboxes, body=body)).status == 413


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_what_reads_or_deletes_needs_no_long_body(tenant, method):
    path = f"{tenant.faxboxes}/nobody"
    assert (await tenant.client.request(method, path, body=b"x" * ANONYMOUS)).status == 404
    assert (await tenant.client.request(method, path, body=b"x" * (ANONYMOUS + 1))).status == 413


async def test_compressed_bodies_need_a_token(service, tenant):
    body, headers = gzip.compress(body_of(100_000)), {**JSON, "Content-Encoding": "gzip"}
    assert len(body) < ANONYMOUS
    nobody = await service.client().put(tenant.faxboxes, body=body, headers=headers)
    assert (nobody.status, nobody.headers["accept-encoding"]) == (415, "identity")
    refused = await service.client("bad").put(tenant.faxboxes, body=body, headers=headers)
    assert refused.status == 401
    answer = await tenant.client.put(tenant.faxboxes, body=body, headers=headers)
    assert (answer.status, len(answer.data["more"])) == (201, 100_000)


async def test_compressed_bodies_are_limited_by_what_they_become(tenant):
    body, headers = gzip.compress(body_of(200_000)), {**JSON, "Content-Encoding": "gzip"}
    assert (await tenant.client.put(tenant.faxboxes, body=body, headers=headers)).status == 413


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_is_not_compressed_as_it_says_is_a_400(tenant, coding):
    headers = {**JSON, "Content-Encoding": coding}
    answer = await tenant.client.put(tenant.faxboxes, body=b"rubbish", headers=headers)
    assert (answer.status, answer.json["message"]) == (400, "malformed_request")


async def test_other_codings_are_a_415(tenant):
    headers = {**JSON, "Content-Encoding": "br"}
    answer = await tenant.client.put(tenant.faxboxes, body=body_of(1), headers=headers)
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "gzip, deflate")


@pytest.mark.parametrize(
    ("data", "rule", "limit"),
    [
        ({f"k{n}": n for n in range(51)}, "maxProperties", 50),
        ({"list": list(range(101))}, "maxItems", 100),
        ({"lists": [list(range(90))] * 4}, "maxNodes", 300),
    ],
)
async def test_a_body_with_too_many_values_is_a_400(service, tenant, data, rule, limit):
    for client in (tenant.client, service.client()):
        answer = await client.put(tenant.faxboxes, {"name": "x", **data})
        assert (answer.status, answer.json["message"]) == (400, "validation error")
        assert answer.data["json"][rule]["target"] == limit


async def test_a_nested_body_names_the_levels_it_may_have(tenant):
    body = b'{"data":{"name":"x","d":' + b"[" * 270 + b"]" * 270 + b"}}"
    answer = await tenant.client.put(tenant.faxboxes, body=body)
    assert (answer.status, answer.data["json"]["maxDepth"]["target"]) == (400, 256)


@pytest.mark.parametrize("name", ["Accept", "Accept-Language", "If-Match", "X-Nobody-Knows"])
async def test_a_header_that_is_no_text_is_a_400(service, tenant, name):
    head = (
        f"GET {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f'X-Auth-Token: {tenant.client.token}\r\n{name}: a/b;x="'
    )
    reply = await send_raw(service, head.encode() + b'\xff"\r\n\r\n')
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert f'{{"message":"header is not UTF-8","cause":"{name.lower()}"}}'.encode() in reply


async def test_text_beyond_ascii_is_taken(tenant):
    headers = {"X-Nobody-Knows": "größer"}
    assert (await tenant.client.get(tenant.faxboxes, headers=headers)).status == 200


async def test_targets_in_absolute_form_are_taken_for_their_path(service, tenant):
    for target in (f"http://example.com{tenant.faxboxes}", f"https://x:1{tenant.faxboxes}?a=b"):
        head = f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        reply = await send_raw(
            service, f"{head}X-Auth-Token: {tenant.client.token}\r\n\r\n".encode()
        )
        assert reply.startswith(b"HTTP/1.1 200 ")


async def test_nothing_is_held_when_a_request_is_over(service, tenant):
    for body in (body_of(150_000), body_of(500_000), b"{", body_of(10)):
        await tenant.client.put(tenant.faxboxes, body=body)
    _, writer = await asyncio.open_connection("127.0.0.1", service.port)
    head = f"PUT {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {tenant.client.token}\r\n"
    writer.write(f"{head}Content-Length: 190000\r\n\r\n".encode() + b"x" * 100_000)
    memory = service.app.bodies.memory
    await until(lambda: memory.in_use > 0)
    writer.close()
    await until(lambda: memory.in_use == 0)


async def until(holds):
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
