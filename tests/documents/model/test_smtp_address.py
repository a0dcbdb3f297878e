"""Which texts are addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.model.smtp_address import address_error, folded, mail_domain_error

LONGEST_DOMAIN = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])

ADDRESSES = [
    "x",
    "a@x",
    "fax.example.com",
    "Fax.Example.COM",
    "3com.example",
    "a-b.1-2.x",
    "1.2.3.x4",
    "!#$%&'*+-/=?^_`{|}~@x",
    "a.b.c@x.y",
    f"{'a' * 64}@{'b' * 63}.x",
    LONGEST_DOMAIN,
    "xn--mnchen-3ya.de",
    "a@XN--MNCHEN-3YA.de",
    "xn--fiqs8s",
    "xn--mgbh0fb.xn--kgbechtv",
    "r-1--x.y",
]

NONE = [
    "",
    "@",
    "a@",
    "@x",
    "a@x ",
    " a@x",
    "a @x",
    "a@x\n",
    "a@x\r\n",
    "a@x\0",
    "a@x\t",
    "a@x.",
    ".x",
    "x..y",
    "a@.x",
    ".a@x",
    "a.@x",
    "a..b@x",
    "a@b@x",
    '""@x',
    '"a"@x',
    '"a@b"@x',
    "a(comment)@x",
    "<a@x>",
    "mailto:a@x",
    "a,b@x",
    "a@x,b@y",
    "a@x_y",
    "-x",
    "x-",
    "a@x.-y",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "127.0.0.1",
    "a@127.0.0.1",
    "x.0",
    "\uff41@x",
    "a@\uff58",
    "a\uff20x",
    "x\u3002y",
    "x\uff0ey",
    "x\uff61y",
    "m\xfcnchen.de",
    "\xfc@x",
    "\u212a",
    "x\u0131",
    "x\u200b",
    "\ufeffx",
    "x\u00ad",
    "\udc80@x",
    f"{'a' * 65}@x",
    "a" * 64,
    f"{LONGEST_DOMAIN}d",
    f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 62}",
    "xn--.de",
    "xn--a.de",
    "xn--abc-.de",
    "xn--99999999.de",
    "xn--mnchen-3ya-.de",
    "XN--\xfc.de",
    "ab--cd.de",
    # Fake A-labels: of another spelling, a letter of full width, a zero width space, an accent that
    # stands alone, a dot that Catalan has between two l.
    "xn--abc-ya.de",
    "xn---bbk.de",
    "xn--nchen-jva84866b.de",
    "xn--a-eha669u.de",
    "xn--a-wbb.de",
    "xn--uba2l.de",
    # Right to left with a digit at its front, or in a name whose other parts are not in order.
    "xn--1-0hc.de",
    "1a.xn--4dbrk0ce",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_an_address(address):
    assert address_error(address) is None


@pytest.mark.parametrize("address", NONE)
def test_what_is_none(address):
    assert address_error(address)


@given(st.text(max_size=20) | st.from_regex(r"[a-z@.\-\"\x00-\x20üＡ。]{0,12}"))
def test_an_address_is_visible_ascii_and_nothing_of_it_can_be_trimmed(address):
    if address_error(address) is None:
        assert address.isascii() and address.isprintable()
        assert address == address.strip() and " " not in address
        assert address.count("@") <= 1


@given(st.text(max_size=30))
def test_folding_touches_nothing_but_ascii_capitals(text):
    assert len(folded(text)) == len(text)
    for before, after in zip(text, folded(text), strict=True):
        assert after == (before.lower() if before.isascii() else before)


def test_the_domain_of_generated_addresses_leaves_room_for_them():
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 52])
    assert mail_domain_error(longest) is None
    assert address_error(f"12345678.{longest}") is None
    assert mail_domain_error(f"{longest}d")
    assert mail_domain_error("a@x")
    assert mail_domain_error("Fax.Example.com") is None
