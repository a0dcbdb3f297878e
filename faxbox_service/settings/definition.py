"""What defines a setting, kept with the dataclass field that holds its value."""

from collections.abc import Callable
from dataclasses import Field, dataclass, field
from typing import Any, cast

_PREFIX = "FAXBOX_"
_KEY = "definition"


@dataclass(frozen=True, slots=True)
class Definition:
    """A setting's meaning in Markdown, its default as text, and how its text is read."""

    meaning: str
    default: str
    read: Callable[[str], Any]
    """Returns the value. Raises `ValueError`, whose text follows the name of the setting."""
    is_secret: bool
    """Its value is never shown, and a file may hold it."""


def setting(
    default: str | float, meaning: str, read: Callable[[str], Any], *, is_secret: bool = False
) -> Any:
    """A dataclass field with its definition; a default that is text is read as well."""
    is_text = isinstance(default, str)
    text = str(default).lower() if isinstance(default, bool) else str(default)
    definition = Definition(meaning, text, read, is_secret)
    return field(default=read(text) if is_text else default, metadata={_KEY: definition})


def definition_of(setting: "Field[Any]") -> Definition:
    """The definition of a field that `setting` made."""
    return cast(Definition, setting.metadata[_KEY])


def variable_named(name: str) -> str:
    """The environment variable of a setting, or of a secret that a command takes."""
    return f"{_PREFIX}{name.upper()}"


def is_ours(variable: str) -> bool:
    """Whether an environment variable has our prefix; the tests' variables have another one."""
    return variable.startswith(_PREFIX) and not variable.startswith(f"{_PREFIX}TEST_")


def file_variable(variable: str) -> str:
    """The environment variable that names the file which another one's value is in."""
    return f"{variable}_FILE"
