"""Settings from the environment and the command line."""

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from faxbox_service.documents.model.callback_urls import BlockedHosts
from faxbox_service.settings.definition import definition_of, variable_named
from faxbox_service.settings.environment import InvalidSetting
from faxbox_service.settings.settings import Settings
from faxbox_service.stores.url import FileUrl, ServerUrl


def test_defaults_are_safe():
    settings = Settings.load({})
    assert settings == Settings()
    assert settings.host == "127.0.0.1"
    assert settings.store == FileUrl(Path("data/faxbox.db"))
    assert settings.trusted_proxies == ()
    assert not settings.blocked_callback_hosts


def test_options_win_over_the_environment():
    settings = Settings.load({"FAXBOX_PORT": "1234", "FAXBOX_HOST": "::1"}, port="4321", host=None)
    assert (settings.port, settings.host) == (4321, "::1")


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_can_be_given_as_text(setting):
    settings = Settings.load({variable_named(setting.name): definition_of(setting).default})
    assert getattr(settings, setting.name) == setting.default


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_no_setting_takes_blanks(setting):
    with pytest.raises(InvalidSetting, match=f"^{variable_named(setting.name)} "):
        Settings.load({variable_named(setting.name): " "})


def test_text_becomes_values():
    settings = Settings.load(
        {
            "FAXBOX_STORE": "couchdb://root:secret@host",
            "FAXBOX_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "FAXBOX_BLOCKED_CALLBACK_HOSTS": "localhost",
        }
    )
    assert settings.store == ServerUrl("http://host:5984", "root", "secret")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.blocked_callback_hosts == BlockedHosts(names=frozenset({"localhost"}))


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("FAXBOX_PORT", "70000", "must be from 0 to 65535, not '70000'"),
        ("FAXBOX_WORKERS", "two", "must be a whole number, not 'two'"),
        ("FAXBOX_BODY_MEMORY_LIMIT", "1", "must be from 1000000 to 1000000000000, not '1'"),
        ("FAXBOX_STORE_TIMEOUT", "0", "must be from 0.1 to 600 seconds, not '0'"),
        ("FAXBOX_RATE_LIMIT_REFILL", "x", "must be a number, not 'x'"),
        ("FAXBOX_LOG_LEVEL", "loud", "must be one of debug, info, warning, error, not 'loud'"),
        (
            "FAXBOX_TRUSTED_PROXIES",
            "proxy",
            "must name networks such as 10.0.0.0/8, or be `none`, not 'proxy'",
        ),
        ("FAXBOX_STORE", "couchdb:", "is not a URL of the form couchdb://user:password@host:5984"),
    ],
)
def test_the_message_says_which_setting_and_what_it_must_be(name, text, complaint):
    with pytest.raises(InvalidSetting) as raised:
        Settings.load({name: text})
    assert str(raised.value) == f"{name} {complaint}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FAXBOX_PORT", "-1"),
        ("FAXBOX_PORT", "1.5"),
        ("FAXBOX_STORE_TIMEOUT", "nan"),
        ("FAXBOX_STORE_TIMEOUT", "inf"),
        ("FAXBOX_STORE_TIMEOUT", "0"),
        ("FAXBOX_SCHEMA_STRICT_VALIDATION", "maybe"),
        ("FAXBOX_DEFAULT_SMTP_DOMAIN", "fax.example.com."),
        ("FAXBOX_DEFAULT_SMTP_DOMAIN", "x@fax.example.com"),
        ("FAXBOX_DEFAULT_SMTP_DOMAIN", "a." * 122 + "a"),
        ("FAXBOX_TYPO", "1"),
    ],
)
def test_impossible_values_are_refused(name, text):
    with pytest.raises(InvalidSetting, match=name):
        Settings.load({name: text})


def test_a_password_in_a_store_url_is_never_shown():
    with pytest.raises(InvalidSetting) as raised:
        Settings.load({"FAXBOX_STORE": "couchdb://root:hunter2#x@host"})
    assert "hunter2" not in str(raised.value)


def test_variables_of_the_tests_are_no_settings():
    assert Settings.load({"FAXBOX_TEST_COUCHDB_URL": "http://x"}) == Settings()
