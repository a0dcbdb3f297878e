"""Callback URLs that the operator has blocked (contract, 21)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.callback_urls import NOTHING_BLOCKED, BlockedHosts
from faxbox_service.documents.schema import InvalidDocument

BLOCKED = BlockedHosts.parse("127.0.0.0/8, 10.0.0.0/8, ::1/128, fd00::/8, localhost, *.internal")


def box(url, direction="inbound"):
    return {"notifications": {direction: {"callback": {"url": url}}}}


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://LOCALHOST:22/x",
        "http://localhost./",
        "http://db.internal/",
        "http://a.b.INTERNAL",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "https://10.255.0.1:8443/",
        "http://user:password@10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd12::3]/",
        "http://①②⑦.⓪.⓪.①/",
        "http:///path",
        "http://",
        "http://[::1",
        "http://exa mple.com/",
        "http://example.com\\@127.0.0.1/",
        "http://%31%32%37.0.0.1/",
    ],
)
@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_blocked_hosts_are_refused_in_every_spelling(url, direction):
    with pytest.raises(InvalidDocument) as error:
        BLOCKED.require_allowed(box(url, direction))
    assert error.value.errors == {
        f"notifications.{direction}.callback.url": {
            "error": {"message": "invalid client URL", "value": url}
        }
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/fax?to=127.0.0.1",
        "http://internal/",
        "http://notlocalhost/",
        "http://11.0.0.1/",
        "http://[2001:db8::1]/",
        "http://bücher.example/",
    ],
)
def test_other_hosts_are_not(url):
    BLOCKED.require_allowed(box(url))


@pytest.mark.parametrize(
    "fields", [{}, {"notifications": None}, {"notifications": {"inbound": []}}, box(None)]
)
def test_boxes_without_a_callback_are_fine(fields):
    BLOCKED.require_allowed(fields)


def test_nothing_is_blocked_by_default():
    BlockedHosts.parse(NOTHING_BLOCKED).require_allowed(box("http://127.0.0.1/"))


@pytest.mark.parametrize("text", ["10.0.0.0/33", "http://x", "a/b", "::1/x"])
def test_what_is_neither_network_nor_host_is_refused(text):
    with pytest.raises(ValueError, match="neither a network nor a host"):
        BlockedHosts.parse(text)


@given(st.text())
def test_any_url_is_judged(text):
    try:
        BLOCKED.require_allowed(box(f"http://{text}"))
    except InvalidDocument as error:
        assert error.errors
