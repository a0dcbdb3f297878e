"""The internals of other packages that the service uses: each is named here, and still there.

Packages whose internals are used have an upper bound in `pyproject.toml`. To raise it, run this
module and the tests of the files named here with the new version.
"""

import argparse
import ast
import logging
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiocouch import remote
from aiohttp import connector, http_exceptions, http_writer, streams, web, web_protocol

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "faxbox_service"


@dataclass(frozen=True)
class Internal:
    """A name of another package that its documentation does not promise, and who uses it."""

    owner: object
    name: str
    used_in: str
    """A file or folder below `faxbox_service/`."""

    def __str__(self) -> str:
        owner = getattr(self.owner, "__name__", type(self.owner).__name__)
        return f"{owner}.{self.name}"


class _Server(remote.RemoteServer):
    """A server as aiocouch initialises it, without a session that would need an event loop."""

    def __init__(self) -> None:
        self._server = "http://127.0.0.1:5984"


_DATABASE = remote.RemoteDatabase(_Server(), "database")
_DOCUMENT = remote.RemoteDocument(_DATABASE, "document")
_ATTACHMENT = remote.RemoteAttachment(_DOCUMENT, "attachment")

AIOHTTP = [
    Internal(web_protocol, "RequestHandler", "server"),
    # Counting and refusing what a connection sends before a request is complete.
    Internal(web_protocol.RequestHandler, "data_received", "server/http.py"),
    Internal(web_protocol.RequestHandler, "handle_error", "server/protocol.py"),
    Internal(web_protocol.RequestHandler, "_loop", "server/http.py"),
    Internal(web_protocol.RequestHandler, "_messages", "server/http.py"),
    Internal(web_protocol.RequestHandler, "_request_count", "server/http.py"),
    Internal(web_protocol.RequestHandler, "_request_in_progress", "server/http.py"),
    # Bounding pipelined requests.
    Internal(web_protocol.RequestHandler, "_max_msg_queue_size", "server/http.py"),
    Internal(web_protocol.RequestHandler, "_msg_queue_resume_size", "server/http.py"),
    # Why the parser refused a request.
    Internal(http_exceptions, "BadHttpMethod", "server/http.py"),
    Internal(http_exceptions, "LineTooLong", "server/http.py"),
    Internal(streams, "EMPTY_PAYLOAD", "server/http.py"),
    # Requests with an attribute of ours; `100 Continue`; replies in one write.
    Internal(web.BaseRequest, "ATTRS", "crossbar/body"),
    Internal(http_writer.StreamWriter(None, None), "output_size", "crossbar/body"),
    Internal(web.BaseRequest, "writer", "crossbar/response/byte_response.py"),
    Internal(http_writer.StreamWriter, "write_headers", "crossbar/response/byte_response.py"),
    # Counting the requests that are sent to CouchDB.
    Internal(connector, "Connection", "stores/couchdb/client.py"),
]

AIOCOUCH = [
    Internal(remote.RemoteServer, "_request", "stores/couchdb"),
    Internal(remote.RemoteServer, "_get", "stores/couchdb"),
    Internal(remote.RemoteServer, "_get_bytes", "stores/couchdb"),
    Internal(remote.RemoteServer, "_put", "stores/couchdb"),
    Internal(remote.RemoteServer, "_post", "stores/couchdb"),
    Internal(remote.RemoteServer, "_info", "stores/couchdb"),
    Internal(remote.RemoteDatabase, "_get", "stores/couchdb"),
    Internal(remote.RemoteDatabase, "_put", "stores/couchdb"),
    Internal(remote.RemoteDatabase, "_delete", "stores/couchdb"),
    Internal(remote.RemoteDocument, "_get", "stores/couchdb"),
    Internal(remote.RemoteDocument, "_put", "stores/couchdb"),
    Internal(remote.RemoteDocument, "_delete", "stores/couchdb"),
    Internal(_DOCUMENT, "_database", "stores/couchdb/endpoints.py"),
    Internal(_ATTACHMENT, "_document", "stores/couchdb/endpoints.py"),
]

AIOCOUCH_SESSION = ("_http_session", "_server")
"""Attributes of an open `RemoteServer` that `stores/couchdb/client.py` uses."""

STANDARD_LIBRARY = [
    Internal(argparse, "_SubParsersAction", "cli"),
    Internal(logging.FileHandler, "_open", "server/log_files.py"),
]

INTERNALS = [*AIOHTTP, *AIOCOUCH, *STANDARD_LIBRARY]

DOCUMENTED = ("_exit",)
"""`os._exit` has an underscore, and is documented."""


@pytest.mark.parametrize("internal", INTERNALS, ids=str)
def test_it_is_still_there(internal):
    assert hasattr(internal.owner, internal.name)


async def test_the_session_of_aiocouch_is_still_there():
    server = remote.RemoteServer("http://127.0.0.1:5984")
    try:
        assert server._server == "http://127.0.0.1:5984"
        assert server._http_session is not None
    finally:
        await server.close()


@pytest.mark.parametrize("internal", INTERNALS, ids=str)
def test_it_is_still_used(internal):
    place = PACKAGE / internal.used_in
    files = [place] if place.is_file() else [*place.rglob("*.py")]
    assert any(internal.name in file.read_text() for file in files), "remove it from this module"


def test_no_other_internals_are_used():
    known = {internal.name for internal in INTERNALS} | {*AIOCOUCH_SESSION, *DOCUMENTED}
    unknown = {
        f"{file.relative_to(PACKAGE)}: {name}"
        for file in PACKAGE.rglob("*.py")
        for name in internals_of_others(file)
        if name not in known
    }
    assert not unknown


def internals_of_others(file: Path) -> Iterator[str]:
    """Private attributes that a file uses and neither it nor its base classes' files define, and
    private modules of aiohttp."""
    defined = names_defined_in(file)
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Attribute(attr=name) if name.startswith("_") and not name.startswith("__"):
                if name not in defined:
                    yield name
            case ast.ImportFrom(module=str(module), names=names) if is_undocumented(module):
                yield from (alias.name for alias in names)


def names_defined_in(file: Path) -> set[str]:
    """What a file defines, and what its classes inherit from others of this package."""
    nodes = [*ast.walk(ast.parse(file.read_text()))]
    defined = {name for node in nodes for name in names_defined_by(node)}
    bases = {
        base.id
        for node in nodes
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and bases & {alias.name for alias in node.names}:
            source = file_of(node, file)
            if source.is_file():
                defined |= names_defined_in(source)
    return defined


def file_of(imported: ast.ImportFrom, file: Path) -> Path:
    """The module of this package that something is imported from, if it is one."""
    module = (imported.module or "").removeprefix("faxbox_service.")
    folder = file.parents[imported.level - 1] if imported.level else PACKAGE
    return (folder / Path(*module.split("."))).with_suffix(".py")


def names_defined_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def is_undocumented(module: str) -> bool:
    """aiohttp documents what `aiohttp` and `aiohttp.web` export."""
    return module.startswith("aiohttp.") and module != "aiohttp.web"


@pytest.mark.parametrize("package", ["aiohttp", "aiocouch"])
def test_packages_whose_internals_are_used_have_an_upper_bound(package):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (requirement,) = [text for text in project["dependencies"] if text.startswith(package)]
    assert "<" in requirement
