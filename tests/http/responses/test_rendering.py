"""Languages, compression, pretty printing, JSONP and CSV over the wire."""

import gzip
import json

import pytest

from tests.http.conftest import send_raw


@pytest.fixture
async def box(tenant):
    fields = {"name": 'The "front" desk', "media": {"fax_option": True}, "flags": ["a", "b"]}
    return (await tenant.client.put(tenant.faxboxes, fields)).data


async def test_every_negotiated_reply_says_what_it_varies_by(tenant, box):
    for path in (tenant.faxboxes, f"{tenant.faxboxes}/{box['id']}", f"{tenant.faxboxes}/x"):
        answer = await tenant.client.get(path, headers={"Accept-Language": "de, en;q=0.5"})
        assert answer.headers["vary"].startswith("accept-language, accept, accept-encoding, ")
        assert answer.headers["content-language"] == "de"


async def test_replies_before_negotiation_say_nothing_of_it(service, tenant):
    for answer in (
        await service.client().get(tenant.faxboxes),
        await tenant.client.get(tenant.faxboxes, headers={"Accept": "image/png"}),
        await tenant.client.request("DELETE", tenant.faxboxes),
    ):
        assert answer.status in (401, 405, 406)
        assert "vary" not in answer.headers
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
async def test_nothing_acceptable_is_a_406(tenant, method):
    answer = await tenant.client.request(
        method, tenant.faxboxes, headers={"Accept": "application/xml"}, body=b'{"data":{}}'
    )
    assert answer.status == 406
    if method != "HEAD":
        assert answer.json["message"] == "not_acceptable"


async def test_long_replies_are_compressed_when_the_client_can(service, tenant, box):
    head = f"GET {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    token = f"X-Auth-Token: {tenant.client.token}\r\n"
    raw = await send_raw(service, f"{head}{token}Accept-Encoding: gzip\r\n\r\n".encode())
    headers, _, body = raw.partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in headers.lower()
    assert json.loads(gzip.decompress(body))["data"] == [box]
    head_only = head.replace("GET", "HEAD") + token + "Accept-Encoding: gzip\r\n\r\n"
    raw = await send_raw(service, head_only.encode())
    assert raw.partition(b"\r\n\r\n")[2] == b""
    plain = await send_raw(service, f"{head}{token}\r\n".encode())
    assert b"\r\ncontent-encoding:" not in plain.lower()


async def test_short_replies_are_not_compressed(service):
    request = b"GET /v2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n"
    raw = await send_raw(service, request)
    assert b"\r\ncontent-encoding:" not in raw.lower()
    assert b'"invalid_credentials"' in raw


async def test_pretty_printing_of_successes_and_errors(tenant, box):
    for path in (tenant.faxboxes, f"{tenant.faxboxes}/x"):
        by_header = await tenant.client.get(path, headers={"X-Pretty-Print": "true"})
        by_option = await tenant.client.get(f"{path}?pretty_print=true")
        compact = await tenant.client.get(f"{path}?pretty_print=yes")
        for answer in (by_header, by_option):
            assert b'\n  "status" : "' in answer.body
            assert answer.json.keys() == compact.json.keys()
        assert b"\n" not in compact.body
    by_envelope = await tenant.client.post(
        f"{tenant.faxboxes}/{box['id']}", {"name": "x"}, pretty_print=True
    )
    assert b'\n  "status" : "' in by_envelope.body


async def test_jsonp(service, tenant, box):
    token = tenant.client.token
    path = f"{tenant.faxboxes}/{box['id']}?auth_token={token}&jsonp=app.on_box"
    answer = await service.client().get(path)
    assert answer.headers["content-type"] == "application/javascript"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body.startswith(b"app.on_box({")
    assert answer.body.endswith(b"});")
    assert json.loads(answer.body[len("app.on_box(") : -2])["data"] == box


@pytest.mark.parametrize("name", ["alert(1);f", "f%0Ag", "", "%3C%2Fscript%3E", "a-b"])
async def test_a_callback_that_is_no_name_is_refused_in_plain_json(tenant, name):
    answer = await tenant.client.get(f"{tenant.faxboxes}?jsonp={name}")
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert answer.data["message"] == "jsonp must be the name of a function"


async def test_a_listing_as_csv(tenant, box):
    await tenant.client.put(tenant.faxboxes, {"name": "plain", "owner_id": "0" * 32})
    for path, headers in (
        (tenant.faxboxes, {"Accept": "text/csv"}),
        (f"{tenant.faxboxes}?accept=csv", {}),
        (f"{tenant.faxboxes}?accept=text/csv&is_chunked=true", {}),
    ):
        answer = await tenant.client.get(path, headers=headers)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/csv")
        assert answer.headers["content-disposition"].startswith('attachment; filename="json_')
        lines = answer.body.decode().splitlines()
        assert len(lines) == 3
        assert '"media_fax_option"' in lines[0]
        # Every row has as many cells as the first; only quoted cells hold commas.
        assert '"The ""front"" desk"' in answer.body.decode()
        headers = {**headers, "If-None-Match": answer.headers["etag"]}
        assert (await tenant.client.get(path, headers=headers)).status == 304


async def test_a_csv_is_called_what_the_client_wants(tenant, box):
    for path, headers in (
        (f"{tenant.faxboxes}?accept=csv&file_name=boxes.csv", {}),
        (f"{tenant.faxboxes}?accept=csv", {"X-File-Name": "boxes.csv"}),
    ):
        answer = await tenant.client.get(path, headers=headers)
        assert answer.headers["content-disposition"] == 'attachment; filename="boxes.csv"'


async def test_one_box_as_csv(tenant, box):
    answer = await tenant.client.get(
        f"{tenant.faxboxes}/{box['id']}", headers={"Accept": "text/csv"}
    )
    assert (answer.status, len(answer.body.decode().splitlines())) == (200, 2)
    assert answer.headers["etag"]


async def test_an_empty_csv_is_a_204(tenant):
    answer = await tenant.client.get(f"{tenant.faxboxes}?accept=csv")
    assert (answer.status, answer.body) == (204, b"")


async def test_changes_and_errors_are_json_whatever_was_negotiated(tenant):
    headers = {"Accept": "text/csv"}
    created = await tenant.client.put(tenant.faxboxes, {"name": "x"}, headers=headers)
    assert (created.status, created.data["name"]) == (201, "x")
    missing = await tenant.client.get(f"{tenant.faxboxes}/nope", headers=headers)
    assert (missing.status, missing.json["message"]) == (404, "bad_identifier")
