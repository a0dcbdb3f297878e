"""The URLs of stores."""

from pathlib import Path

import pytest

from faxbox_service.stores.url import FileUrl, ServerUrl, parse_store_url


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


class TestServerUrl:
    @pytest.mark.parametrize(
        ("url", "address", "user", "password"),
        [
            ("couchdb://h", "http://h:5984", None, ""),
            ("couchdbs://h", "https://h:6984", None, ""),
            ("couchdb://u:p@h:1", "http://h:1", "u", "p"),
            ("couchdb://u@h/", "http://h:5984", "u", ""),
            ("couchdb://h/a/b%20c/", "http://h:5984/a/b%20c", None, ""),
            ("couchdb://[::1]:9", "http://[::1]:9", None, ""),
            ("couchdb://a%40b:s3cr%3At%2F%40%C3%A9@h", "http://h:5984", "a@b", "s3cr:t/@é"),
        ],
    )
    def test_its_parts(self, url: str, address: str, user: str | None, password: str) -> None:
        assert ServerUrl.parse(url) == ServerUrl(address, user, password)

    @pytest.mark.parametrize(
        "url",
        [
            *("http://h", "couchdb:", "couchdb://", "secret", "couchdb://u:secret/word@h"),
            *("couchdb://u:1/secret@h", "couchdb://u:1#secret@h", "couchdb://u:1?secret@h"),
        ],
    )
    def test_what_is_none_is_refused_without_being_shown(self, url: str) -> None:
        with pytest.raises(ValueError) as refusal:
            ServerUrl.parse(url)
        assert "secret" not in str(refusal.value)

    def test_its_password_is_not_shown(self) -> None:
        assert "secret" not in repr(ServerUrl.parse("couchdb://u:secret@h"))
