"""Secrets in files, as container platforms provide them."""

from pathlib import Path
from typing import Final

LONGEST: Final = 4096
"""Bytes, without the newline at the end: more than any password, key or URL has."""


class UnreadableSecret(ValueError):
    """A secret cannot be read; the text says why, and shows nothing of what was read."""


def read_secret_file(path: Path) -> str:
    """The text of a file, without the newline that editors put at its end.

    Raises `UnreadableSecret` for a file that cannot be read, is empty, is not UTF-8, or has more
    than `LONGEST` bytes; no more than that is read, whatever the file is.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + len(b"\r\n") + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableSecret(f"{path}: {reason}") from None
    return secret_of(content, str(path))


def secret_of(content: bytes, source: str) -> str:
    """The secret in the bytes read from `source`. Raises `UnreadableSecret`."""
    secret = _without_newline(content)
    if not secret:
        raise UnreadableSecret(f"{source} is empty")
    if len(secret) > LONGEST:
        raise UnreadableSecret(f"{source} has more than {LONGEST} bytes")
    try:
        return secret.decode()
    except UnicodeDecodeError:
        raise UnreadableSecret(f"{source} is not UTF-8 text") from None


def _without_newline(content: bytes) -> bytes:
    line = content.removesuffix(b"\n")
    return line if line == content else line.removesuffix(b"\r")
