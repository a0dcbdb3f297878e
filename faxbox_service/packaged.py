"""Where the JSON Schemas and design documents are, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def packaged_folder(name: str) -> Path:
    """The folder `schemas` or `couchdb`: beside the package in a checkout, inside it in a wheel."""
    installed = _PACKAGE / "packaged" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
