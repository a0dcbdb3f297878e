"""The URLs of stores."""

from pathlib import Path

import pytest

from faxbox_service.stores.url import FileUrl, parse_store_url


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/lib/x.db", "/var/lib/x.db"),
        ("sqlite:////var/lib/x.db", "/var/lib/x.db"),
        ("sqlite:/var/lib/x.db", "/var/lib/x.db"),
        ("sqlite:data/x.db", "data/x.db"),
        ("sqlite:x.db", "x.db"),
        ("sqlite:///a%20b/%3F.db", "/a b/?.db"),
    ],
)
def test_the_path_of_an_embedded_store(url, path):
    assert parse_store_url(url) == FileUrl(Path(path))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://data/x.db",
        "sqlite://x.db",
        "sqlite://localhost/x.db",
        "sqlite:%2F%2Fdata/x.db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:%20",
        "sqlite::memory:",
        "sqlite:///x%00.db",
        "data/x.db",
        "http://admin:hunter2@127.0.0.1:5984",
        "mysql://admin:hunter2@127.0.0.1",
        "",
    ],
)
def test_any_other_form_is_refused_and_the_right_ones_named(url):
    with pytest.raises(
        ValueError, match=r"must be sqlite:///absolute.* sqlite:relative.* couchdb:"
    ):
        parse_store_url(url)


def test_a_store_is_shown_without_its_password():
    url = parse_store_url("couchdb://admin:hunter2@db.example:5984/prefix")
    assert url.shown == "http://db.example:5984/prefix"
    assert "hunter2" not in repr(url)
    assert parse_store_url("sqlite:data/x.db").shown == str(Path("data/x.db").absolute())
