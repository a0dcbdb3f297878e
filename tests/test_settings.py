"""Settings from the environment and the command line."""

from dataclasses import fields

import pytest

from faxbox_service.settings import InvalidSetting, Settings, variable_of


def test_defaults_are_safe():
    settings = Settings.load({})
    assert settings == Settings()
    assert settings.host == "127.0.0.1"
    assert settings.store.startswith("sqlite:")


def test_options_win_over_the_environment():
    settings = Settings.load({"FAXBOX_PORT": "1234", "FAXBOX_HOST": "::1"}, port="4321", host=None)
    assert (settings.port, settings.host) == (4321, "::1")


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_can_be_given_as_text(setting):
    text = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
    settings = Settings.load({variable_of(setting): str(text)})
    assert getattr(settings, setting.name) == setting.default


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_no_setting_takes_blanks(setting):
    with pytest.raises(InvalidSetting, match=f"^{variable_of(setting)} "):
        Settings.load({variable_of(setting): " "})


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
