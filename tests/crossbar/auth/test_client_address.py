"""Which address a client is known by."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.auth.client_address import (
    UNKNOWN,
    ClientAddresses,
    grouped,
)
from faxbox_service.networks import parse_networks

PROXIES = parse_networks("10.0.0.0/8, 2001:db8:f::/48, 192.0.2.1")


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_addresses_are_grouped_by_who_has_them(text, group):
    assert grouped(text) == group


def test_nobody_is_believed_by_default():
    addresses = ClientAddresses(())
    assert addresses.find("203.0.113.7", ["198.51.100.1"]) == "203.0.113.7"
    assert addresses.find(None, []) == UNKNOWN


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["1.1.1.1, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.1.1.1", ["1.1.1.1", "198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.1.1.1", ["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ("10.1.1.1", ["198.51.100.1, rubbish, 10.2.2.2"], "10.2.2.2"),
        ("10.1.1.1", [], "10.1.1.1"),
        ("10.1.1.1", [""], "10.1.1.1"),
        ("2001:db8:f::1", ["2001:db8:1:2::9"], "2001:db8:1:2::/64"),
        ("::ffff:10.1.1.1", ["198.51.100.1:80"], "198.51.100.1"),
    ],
)
def test_clients_behind_proxies(remote, forwarded, client):
    assert ClientAddresses(PROXIES).find(remote, forwarded) == client


HOPS = st.sampled_from(
    ["10.0.0.1", "10.9.9.9", "192.0.2.1", "203.0.113.7", "198.51.100.1", "rubbish", ""]
)


def is_trusted(text):
    return any(ip_address(text) in network for network in PROXIES if network.version == 4)


@given(st.lists(HOPS, max_size=6))
def test_nobody_is_farther_than_the_first_who_is_not_trusted(hops):
    client = ClientAddresses(PROXIES).find("10.0.0.1", [", ".join(hops)])
    expected = "10.0.0.1"
    for hop in reversed(hops):
        if hop in ("rubbish", ""):
            break
        expected = hop
        if not is_trusted(hop):
            break
    assert client == expected


def test_networks_are_checked():
    assert parse_networks("none") == ()
    assert ip_network("10.0.0.0/8") in PROXIES
    for wrong in ("10.0.0.1/8", "proxy.example.com", "", "10.0.0.0/8,", "300.1.1.1"):
        with pytest.raises(ValueError):
            parse_networks(wrong)
