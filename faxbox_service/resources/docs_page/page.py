"""`/docs`: Swagger UI on our OpenAPI document, with a form to log in.

Swagger UI's own files come from the package swagger-ui-py, of which nothing is run.
"""

import logging
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from faxbox_service.crossbar.response.results import RawReply

_log = logging.getLogger(__name__)

_FOLDER = "docs"
_OURS = Path(__file__).parent
_PACKAGE = "swagger-ui-py"
_THEIRS = "swagger_ui/static"

_OUR_FILES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
_THEIR_FILES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
_HTML = "text/html; charset=utf-8"

_ETAG_LENGTH = 32

_HEADERS = {
    # Nothing from elsewhere, nothing inline but the styles that Swagger UI sets, no frames.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


class DocsPage:
    """The page and its files, read once."""

    def __init__(self) -> None:
        self._files: dict[str, RawReply] | None = None

    def find(self, segments: list[str]) -> RawReply | None:
        """The file at a path, by its decoded segments: `docs`, or `docs` and a name."""
        if not segments or segments[0] != _FOLDER or len(segments) > 2:
            return None
        if self._files is None:
            self._files = _read_files()
        return self._files.get(segments[1] if len(segments) == 2 else "")


def _read_files() -> dict[str, RawReply]:
    files = {name: _reply((_OURS / name).read_bytes(), kind) for name, kind in _OUR_FILES.items()}
    try:
        theirs = Path(str(distribution(_PACKAGE).locate_file(_THEIRS)))
        for name, kind in _THEIR_FILES.items():
            files[name] = _reply((theirs / name).read_bytes(), kind)
        page = "page.html"
    except (PackageNotFoundError, OSError) as error:
        _log.warning("/docs can show no page: %s is not installed (%s)", _PACKAGE, error)
        page = "missing.html"
    files[""] = _reply((_OURS / page).read_bytes(), _HTML)
    return files


def _reply(body: bytes, content_type: str) -> RawReply:
    etag = sha256(body).hexdigest()[:_ETAG_LENGTH]
    return RawReply(body, content_type, etag, dict(_HEADERS))
