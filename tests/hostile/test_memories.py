"""Nothing remembers without a bound in bytes: every use of what remembers by itself is reviewed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import faxbox_service

PACKAGE = Path(faxbox_service.__file__).parent

REMEMBERING = {
    "lru_cache": "functools",
    "cache": "functools",
    "cached_property": "functools",
    "urlsplit": "urllib.parse",
    "urlparse": "urllib.parse",
    "urljoin": "urllib.parse",
    "urldefrag": "urllib.parse",
    "fnmatch": "fnmatch",
    "fnmatchcase": "fnmatch",
    "strptime": "datetime",
}
"""Names that remember what they are called with, keys of any length among it."""

REVIEWED = {
    "crossbar/auth/client_address.py lru_cache": "4,096 addresses of at most 100 characters",
    "crossbar/request/conditional.py lru_cache": "256 credentials of at most 8,192 characters",
    "crossbar/response/byte_response.py lru_cache": "one date",
    "crossbar/request/negotiation.py lru_cache": "three times 256 header lines of at most 8 KiB",
    "documents/model/callback_urls.py urlsplit": "128 beginnings of at most 1,000 characters",
    "repositories/auth/signing_keys.py lru_cache": "8 keys, which operators put there",
    "documents/gregorian.py lru_cache": "4 integers",
    "documents/names.py lru_cache": "4,096 ids of 32 characters; names of databases that we make",
    "documents/schema/packaged.py cache": "the packaged schemas; other names are refused",
    "stores/couchdb/endpoints.py lru_cache": "4,096 texts of at most 128 characters",
    "stores/url.py urlsplit": "the operator's own URL",
    "stores/views/design_documents.py cache": "the four classes of databases",
}
"""Where something remembers, and why that is bounded in bytes."""


def remembering_in(tree: ast.AST) -> Iterator[str]:
    """The remembering names that a module imports or takes from another module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names} & REMEMBERING.keys()
            yield from (name for name in names if REMEMBERING[name] == node.module)
        elif isinstance(node, ast.Attribute) and node.attr in REMEMBERING:
            modules = {REMEMBERING[node.attr], REMEMBERING[node.attr].rpartition(".")[2]}
            if ast.unparse(node.value) in modules:
                yield node.attr


def uses() -> set[str]:
    found = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        place = file.relative_to(PACKAGE).as_posix()
        found |= {f"{place} {name}" for name in remembering_in(ast.parse(file.read_text()))}
    return found


def test_whatever_remembers_is_reviewed() -> None:
    unknown = uses() - REVIEWED.keys()
    assert not unknown, "say in REVIEWED why it is bounded in bytes, or use BoundedMemory"


@pytest.mark.parametrize(
    "source",
    [
        "from functools import lru_cache",
        "import functools\n@functools.cache\ndef f(x): ...",
        "import functools\nf = functools.lru_cache(maxsize=2)(len)",
        "from urllib.parse import quote, urlsplit",
        "import urllib.parse\nurllib.parse.urlparse(x)",
        "from urllib import parse\nparse.urlsplit(x)",
    ],
)
def test_the_look_for_what_remembers_finds_it(source: str) -> None:
    assert list(remembering_in(ast.parse(source)))


def test_other_things_of_such_names_are_none() -> None:
    source = "self.cache.clear()\nself._memory.cache = 1\nfrom .memory import cache"
    assert not list(remembering_in(ast.parse(source)))
