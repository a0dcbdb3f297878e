"""Whatever comes in: a 4xx with the envelope, nothing stored, never a 500."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.conftest import send_raw

DEEP = 10_000


def error_of(answer):
    envelope = answer.json
    assert envelope["status"] == "error"
    assert envelope["error"] == str(answer.status)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"] == envelope["request_id"]
    assert answer.headers["access-control-allow-origin"] == "*"
    return envelope["message"], envelope.get("data")


BAD_BODIES = {
    "not JSON": b"{",
    "blanks": b"   ",
    "a BOM": b'\xef\xbb\xbf{"data":{"name":"x"}}',
    "trailing text": b'{"data":{"name":"x"}} x',
    "single quotes": b"{'data':{'name':'x'}}",
    "NaN": b'{"data":{"name":"x","n":NaN}}',
    "infinity": b'{"data":{"name":"x","n":1e999}}',
    "a lone surrogate": rb'{"data":{"name":"a\ud800b"}}',
    "a control character": b'{"data":{"name":"a\x00b"}}',
    "an array": b"[]",
    "a number": b"5",
    "null": b"null",
    "deep arrays": b'{"data":{"name":"x","d":' + b"[" * DEEP + b"]" * DEEP + b"}}",
    "deep objects": b'{"data":{"name":"x","d":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}}",
    "unclosed depth": b"[" * DEEP,
    "random bytes": bytes(range(256)),
    "no data": b'{"name":"x"}',
    "null data": b'{"data":null}',
    "text data": b'{"data":"x"}',
    "list data": b'{"data":[1]}',
    "empty list data": b'{"data":[]}',
    "an empty object": b"{}",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
async def test_bad_bodies(tenant, body):
    headers = {"Content-Type": "application/json"}
    box = (await tenant.client.put(tenant.faxboxes, {"name": "kept"})).data
    item = f"{tenant.faxboxes}/{box['id']}"
    for method, path in (("PUT", tenant.faxboxes), ("POST", item), ("PATCH", item)):
        answer = await tenant.client.request(method, path, body=body, headers=headers)
        assert answer.status == 400, answer.body
        assert error_of(answer)[0] == "validation error"
    assert (await tenant.client.get(tenant.faxboxes)).data == [box]


async def test_the_reply_names_what_is_wrong(tenant):
    answer = await tenant.client.put(
        tenant.faxboxes,
        {
            "retries": 9,
            "smtp_permission_list": ["ok@example.com", "*@bad"],
            "notifications": {"inbound": {"email": {"send_to": "nobody"}}},
        },
    )
    assert answer.status == 400
    assert answer.data == {
        "name": {"required": {"message": "Field is required but missing", "value": "name"}},
        "retries": {"maximum": {"message": "Value must be at most 4", "target": 4, "value": 9}},
        "smtp_permission_list.1": {
            "error": {"message": "invalid regular expression: '*@bad'", "value": "*@bad"}
        },
        "notifications.inbound.email.send_to": {
            "not_one_schema_valid": {"message": "failed to validate", "value": "nobody"}
        },
    }


async def test_bodies_that_are_odd_but_good(tenant):
    for body, name in (
        (b'{"data":{"name":"first","name":"second"}}', "second"),
        (b'{"data":{"name":"caf\xe9"}}', "café"),
        (rb'{"data":{"name":"a\u0000b"}}', "a\0b"),
        (b'{"DATA":{"name":"upper"}}', "upper"),
    ):
        answer = await tenant.client.put(
            tenant.faxboxes, body=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status, answer.data["name"]) == (201, name)
        read = await tenant.client.get(f"{tenant.faxboxes}/{answer.data['id']}")
        assert read.data["name"] == name


async def test_numbers_beyond_64_bits(tenant):
    answer = await tenant.client.put(tenant.faxboxes, {"name": "x", "retries": 10**30})
    assert answer.status == 400
    assert answer.data["retries"]["maximum"]["value"] == 10**30
    assert (await tenant.client.put(tenant.faxboxes, {"name": "x", "n": 2**64})).status == 201


@pytest.mark.parametrize("has_length", [True, False])
async def test_bodies_beyond_the_limit_are_a_413(tenant, has_length):
    body = b'{"data":{"name":"' + b"x" * 10_000_000 + b'"}}'

    async def chunks():
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    answer = await tenant.client.put(
        tenant.faxboxes,
        body=body if has_length else chunks(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status == 413
    assert error_of(answer)[1] == {
        "file": {
            "maxSize": {
                "message": "Payload or Files must not be more than 8000000 bytes",
                "target": 8000000,
            }
        }
    }


async def test_a_client_that_asks_first_is_told_to_go_on(service, tenant):
    body = b'{"data":{"name":"asked"}}'
    head = (
        f"PUT {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"X-Auth-Token: {tenant.client.token}\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    answer = await send_raw(service, head.encode() + body)
    go_on, _, rest = answer.partition(b"\r\n\r\n")
    assert go_on == b"HTTP/1.1 100 Continue"
    assert rest.startswith(b"HTTP/1.1 201")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application", "", "application/base64"],
)
async def test_json_under_any_content_type(tenant, content_type):
    body = b'{"data":{"name":"a=b&c"}}'
    headers = {"Content-Type": content_type}
    answer = await tenant.client.put(tenant.faxboxes, body=body, headers=headers)
    assert (answer.status, answer.data["name"]) == (201, "a=b&c")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"name=x&retries=2"),
        ("text/xml", b"<name>x</name>"),
        ("multipart/form-data", b"--b"),
        ("multipart/form-data; boundary=b", b'--b\r\n\r\n{"data":1'),
        ("application/octet-stream", bytes(range(256))),
    ],
)
async def test_bodies_that_are_no_json_are_a_415(tenant, content_type, body):
    headers = {"Content-Type": content_type}
    answer = await tenant.client.put(tenant.faxboxes, body=body, headers=headers)
    assert answer.status == 415
    assert error_of(answer)[0] == "unsupported_media_type"


async def test_a_json_part_of_a_multipart_body(tenant):
    body = b'--b\r\nContent-Type: application/json\r\n\r\n{"data":{"name":"x"}}\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    assert (await tenant.client.put(tenant.faxboxes, body=body, headers=headers)).status == 201


async def test_bodies_of_get_and_delete_are_ignored(tenant):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    path = f"{tenant.faxboxes}/{box['id']}"
    for body in (b"{", b"{}", b"[]", b'{"data":5}', b"a=b"):
        assert (await tenant.client.get(path, body=body)).status == 200
    assert (await tenant.client.delete(path, body=b"{")).status == 200


ODD_IDS = [
    "a%2Fb",
    "..",
    ".",
    "%2e%2e",
    "%2E%2E%2F_all_docs",
    "..%2f..%2f_users",
    "_design%2Ffaxbox",
    "_local%2Fx",
    "_all_docs",
    "_changes",
    "%00",
    "a%20b",
    "%C3%A9",
    "NULL",
    "undefined",
    "0",
    "%25",
    "%2525",
    "a%3Fb%3D1",
    "a%23b",
    "%22",
    "x" * 3000,
    "'" * 7000,
    "%F0%9F%93%A0",
]


@pytest.mark.parametrize("odd_id", ODD_IDS)
async def test_odd_ids_simply_do_not_exist(service, tenant, odd_id):
    for method in ("GET", "DELETE", "POST", "PATCH"):
        data = {"name": "x"}
        answer = await tenant.client.request(method, f"{tenant.faxboxes}/{odd_id}", data)
        assert answer.status == 404, (method, answer.body)
        assert error_of(answer)[0] == "bad_identifier"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/v2", 404),
        ("/v2/", 404),
        ("/v2/nope", 404),
        ("/v1/accounts", 410),
        ("/vx/accounts", 404),
        ("/robots.txt", 404),
        ("/v2/accounts//faxboxes", 404),
        ("/v2//accounts", 404),
        ("/v2/accounts/..%2f..%2ffaxes/faxboxes", 404),
        ("/v2/accounts/" + "A" * 32 + "/faxboxes", 404),
        ("/v2/accounts/" + "%00" * 32 + "/faxboxes", 404),
        ("/v2/accounts/%zz/faxboxes", 400),
        ("/v2/accounts/%ff/faxboxes", 400),
        ("/v2/accounts?=x", 400),
        ("/v2/accounts?a=%zz", 400),
    ],
)
async def test_odd_paths(tenant, path, status):
    answer = await tenant.client.get(path)
    assert answer.status == status
    error_of(answer)


async def test_a_path_below_a_faxbox(tenant):
    answer = await tenant.client.get(f"{tenant.faxboxes}/{'f' * 32}/x")
    assert answer.status == 404
    assert error_of(answer) == ("not_found", {"message": "not found"})


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "", "OPTIONS, PUT, GET"),
        ("POST", "", "OPTIONS, PUT, GET"),
        ("PUT", "/" + "f" * 32, "OPTIONS, PATCH, POST, GET, DELETE"),
        ("OPTIONS", "", "OPTIONS, PUT, GET"),
    ],
)
async def test_methods_that_are_not_allowed(tenant, method, path, allow):
    answer = await tenant.client.request(method, f"{tenant.faxboxes}{path}")
    assert answer.status == 405
    assert error_of(answer) == ("invalid_method", {"message": "method not allowed"})
    assert answer.headers["allow"] == allow


async def test_head_is_get_without_a_body(tenant):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    for path in (tenant.faxboxes, f"{tenant.faxboxes}/{box['id']}"):
        get, head = await tenant.client.get(path), await tenant.client.request("HEAD", path)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["etag"] == get.headers["etag"]


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("value", ["1-abc 2-def", '"1-abc', "*, *", ","])
async def test_malformed_preconditions_are_a_400(tenant, name, value):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    answer = await tenant.client.patch(
        f"{tenant.faxboxes}/{box['id']}", {"name": "y"}, headers={name: value}
    )
    assert answer.status == 400
    assert error_of(answer)[0] == "malformed_request"
    assert (await tenant.client.get(tenant.faxboxes)).data == [box]


@pytest.mark.parametrize(
    "request_id", ["", "x" * 257, "a\xe9b", "ü", "a\tb"], ids=["empty", "long", "é", "ü", "tab"]
)
async def test_request_ids_that_cannot_be_repeated_are_replaced(tenant, request_id):
    answer = await tenant.client.get(tenant.faxboxes, headers={"X-Request-ID": request_id})
    assert answer.status == 200
    assert answer.headers["x-request-id"] not in ("", request_id)


RAW = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "words": b"hello\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nrubbish\r\n\r\n",
    "a header with a NUL": b"GET / HTTP/1.1\r\nHost: x\r\nX-Auth-Token: a\x00b\r\n\r\n",
    "a bad length": b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": (
        b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "a bad chunk": b"PUT /v2/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a long header": b"GET / HTTP/1.1\r\nX-Auth-Token: " + b"x" * 100_000 + b"\r\n\r\n",
    "a long target": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "an odd method": b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
    "an odd version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", RAW.values(), ids=RAW)
async def test_bytes_that_are_no_request(service, request_bytes):
    answer = await send_raw(service, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert 400 <= status < 500 or status == 501
    assert b"content-type: application/json" in head.lower()
    assert json.loads(body)["error"] == str(status)


_json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "retries", "media", "notifications", "inbound", "email", "x.y"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_any_json_is_stored_or_refused(tenant, data):
    for method in ("PUT", "PATCH", "POST"):
        value = data.draw(_json_values)
        path = tenant.faxboxes
        if method != "PUT":
            path += f"/{(await tenant.client.put(path, {'name': 'x'})).data['id']}"
        answer = await tenant.client.request(method, path, value)
        assert answer.status in (200, 201, 400), answer.body
        if answer.status == 400:
            error_of(answer)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=st.binary(min_size=1, max_size=64))
async def test_any_bytes_are_refused(tenant, body):
    answer = await tenant.client.put(
        tenant.faxboxes, body=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400
    error_of(answer)


class TestBlockedCallbacks:
    """docs/contract.md, 21."""

    @pytest.fixture
    def environment(self):
        return {"FAXBOX_BLOCKED_CALLBACK_HOSTS": "10.0.0.0/8, *.internal"}

    async def test_a_callback_to_a_blocked_host_is_refused(self, tenant):
        def box(url):
            return {"name": "x", "notifications": {"inbound": {"callback": {"url": url}}}}

        url = "http://10.0.0.1/cb"
        errors = {
            "notifications.inbound.callback.url": {
                "error": {"message": "invalid client URL", "value": url}
            }
        }
        good = await tenant.client.put(tenant.faxboxes, box("https://example.com/cb"))
        path = f"{tenant.faxboxes}/{good.data['id']}"
        for answer in (
            await tenant.client.put(tenant.faxboxes, box(url)),
            await tenant.client.post(path, box(url)),
            await tenant.client.patch(path, box(url)),
        ):
            assert (answer.status, answer.data) == (400, errors)
        assert (await tenant.client.get(path)).data == good.data
