"""Finds the text of settings: command line options, environment variables, files."""

from collections.abc import Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

from faxbox_service.secret_files import UnreadableSecret, read_secret_file

from .definition import definition_of, file_variable, is_ours, variable_named

SECRETS_OF_COMMANDS = ("password", "api_key")
"""Secrets that commands take from the environment, though they are not settings."""


class InvalidSetting(ValueError):
    """A setting that cannot be used; the text says which, why, and what was given."""


def values_given(
    settings: "tuple[Field[Any], ...]",
    environment: Mapping[str, str],
    options: Mapping[str, str | None],
) -> dict[str, Any]:
    """The values of those settings that are given; options win over the environment.

    Raises `InvalidSetting`, also for an environment variable with our prefix that is not a
    setting, so that a misspelt one does not go unnoticed.
    """
    known = {name for setting in settings for name in _variables_of(setting)}
    for name in SECRETS_OF_COMMANDS:
        known |= {variable_named(name), file_variable(variable_named(name))}
    for name in environment:
        if is_ours(name) and name not in known:
            raise InvalidSetting(f"{name} is not a setting of this service")
    values = {}
    for setting in settings:
        found = _found(setting, options.get(setting.name), environment)
        if found is not None:
            values[setting.name] = _value(setting, *found)
    return values


def _variables_of(setting: "Field[Any]") -> tuple[str, ...]:
    """The environment variables that may give a setting."""
    variable = variable_named(setting.name)
    is_secret = definition_of(setting).is_secret
    return (variable, file_variable(variable)) if is_secret else (variable,)


def _found(
    setting: "Field[Any]", option: str | None, environment: Mapping[str, str]
) -> tuple[str, str] | None:
    """Where a setting is given, and as which text; None: nowhere. Raises `InvalidSetting`."""
    if option is not None:
        return f"--{setting.name.replace('_', '-')}", option
    found = [name for name in _variables_of(setting) if name in environment]
    if len(found) > 1:
        raise InvalidSetting(f"{' and '.join(found)} exclude each other")
    if not found:
        return None
    (name,) = found
    if name == variable_named(setting.name):
        return name, environment[name]
    try:
        return name, read_secret_file(Path(environment[name]))
    except UnreadableSecret as error:
        raise InvalidSetting(f"{name}: {error}") from None


def _value(setting: "Field[Any]", source: str, text: str) -> Any:
    definition = definition_of(setting)
    try:
        return definition.read(text)
    except ValueError as error:
        shown = "" if definition.is_secret else f", not {text!r}"
        raise InvalidSetting(f"{source} {error}{shown}") from None
