"""The page at `/docs` and its files, over HTTP."""

import re

import pytest

from faxbox_service.resources.docs_page import page as documentation
from faxbox_service.resources.docs_page.page import DocsPage
from tests.http.conftest import (
    embedded_store_url,
    empty_store,
    environment,
    root,
    service,
    store_url,
    tenant,
)

__all__ = [
    "embedded_store_url",
    "empty_store",
    "environment",
    "root",
    "service",
    "store_url",
    "tenant",
]

FILES = ["page.css", "page.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]


async def test_the_page_and_everything_it_refers_to(service):
    for path in ("/docs", "/docs/"):
        page = await service.client().get(path)
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    referred = re.findall(r'(?:href|src)="([^"]+)"', page.body.decode())
    assert {f"/docs/{name}" for name in FILES} == set(referred)
    for path in referred:
        answer = await service.client().get(path)
        assert (answer.status, len(answer.body) > 100) == (200, True), path


async def test_our_own_files_name_no_other_host(service):
    for path in ("/docs", "/docs/page.js", "/docs/page.css"):
        assert b"//" not in (await service.client().get(path)).body.replace(b"// ", b"")


@pytest.mark.parametrize("path", ["/docs", *(f"/docs/{name}" for name in FILES)])
async def test_every_file_is_guarded_and_may_be_kept(service, path):
    answer = await service.client().get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    headers = {"If-None-Match": answer.headers["etag"]}
    assert (await service.client().get(path, headers=headers)).status == 304
    head = await service.client().request("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/docs/page.html",
        "/docs/missing.html",
        "/docs/page.py",
        "/docs/../faxbox_service/__init__.py",
        "/docs/%2e%2e",
        "/docs/..%2f__init__.py",
        "/docs/page.js/x",
        "/docs//page.js",
        "/docsx",
        "/",
    ],
)
async def test_nothing_else_is_there(service, path):
    answer = await service.client().get(path)
    assert (answer.status, answer.json["message"]) == (404, "not_found")


async def test_pages_are_only_read(service):
    answer = await service.client().put("/docs", {})
    assert (answer.status, answer.json["error"]) == (405, "405")
    assert "GET" in answer.headers["allow"]


async def test_a_browser_that_comes_with_a_bad_token_sees_the_page(service):
    assert (await service.client("rubbish").get("/docs")).status == 200


def test_without_swagger_ui_the_page_says_so(monkeypatch, caplog):
    monkeypatch.setattr(documentation, "_PACKAGE", "no-such-package")
    page = DocsPage().find(["docs"])
    assert page is not None
    assert b"pip install swagger-ui-py" in page.body
    assert "/docs can show no page" in caplog.text
    assert DocsPage().find(["docs", "swagger-ui-bundle.js"]) is None
