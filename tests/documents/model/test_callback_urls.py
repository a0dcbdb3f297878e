"""Callback URLs that the operator has blocked (docs/contract.md, 21)."""

import contextlib
import tracemalloc
import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.model.callback_urls import NOTHING_BLOCKED, BlockedHosts, _host
from faxbox_service.documents.schema.errors import InvalidDocument

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
        "http:/\n/localhost/x",
        "http:/\t/localhost/x//example.com/",
        "http://localhost?//example.com/",
        "http://localhost#//example.com/",
        "http://localhost／example.com/",
        f"http://localhost/{'x' * 100_000}",
        f"http://{'a' * 1000}@example.com/",
        f"http://{'.' * 5000}",
    ],
)
@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_blocked_hosts_are_refused_in_every_spelling(url, direction):
    with pytest.raises(InvalidDocument) as error:
        BLOCKED.require_allowed(box(url, direction))
    (path,) = error.value.errors
    assert path == f"notifications.{direction}.callback.url"
    fault = error.value.errors[path]["error"]
    assert fault["message"] == "invalid client URL"
    assert url.startswith(fault["value"].removesuffix("…"))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/fax?to=127.0.0.1",
        "http://internal/",
        "http://notlocalhost/",
        "http://11.0.0.1/",
        "http://[2001:db8::1]/",
        "http://bücher.example/",
        f"http://example.com/{'//localhost/' * 10_000}",
        f"http://user:{'p' * 500}@example.com?{'x' * 100_000}",
        "http://example.com/" + "\u0301\u0323" * 1_000_000,
    ],
    ids=lambda url: url[:20],
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


@given(st.text(max_size=200), st.text("/?#@:[]%.a１。／＠", max_size=30))
def test_a_host_is_read_as_from_the_whole_url(path, host):
    """What is left out, for its cost, decides nothing."""
    url = f"http://{host}/{path}"
    with contextlib.suppress(ValueError):
        assert _host(url) == urlsplit(unicodedata.normalize("NFKC", url)).hostname


def test_nothing_of_long_urls_stays():
    tracemalloc.start()
    for number in range(200):
        with contextlib.suppress(InvalidDocument):
            BLOCKED.require_allowed(box(f"http://{number}.example/{'x' * 100_000}"))
            BLOCKED.require_allowed(box(f"http://{number}{'x' * 100_000}.example/"))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000
