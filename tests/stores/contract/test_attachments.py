"""What every store promises of attachments."""

import pytest

from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentNotFound,
)
from faxbox_service.stores.values import (
    Attachment,
)
from tests.stores.contract.samples import inline


class TestAttachments:
    @pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)), b"\x00" * 100_000])
    async def test_bytes_come_back(self, store: Store, database: str, data: bytes) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"fax.pdf": inline(data)}})
        found = await store.get_attachment(database, "a", "fax.pdf")
        assert found == Attachment("application/pdf", data)

    async def test_documents_show_stubs(self, store: Store, database: str) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"fax.pdf": inline(b"%PDF")}})
        stub = (await store.get(database, "a"))["_attachments"]["fax.pdf"]
        assert stub["digest"].startswith("md5-")
        assert (stub["content_type"], stub["length"]) == ("application/pdf", 4)
        assert (stub["stub"], stub["revpos"]) == (True, 1)
        assert "data" not in stub

    async def test_an_edit_with_the_stubs_keeps_the_attachments(
        self, store: Store, database: str
    ) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        document = await store.get(database, "a")
        stub = document["_attachments"]["1"]
        document["_attachments"]["2"] = inline(b"2")
        await store.put(database, document)

        after = (await store.get(database, "a"))["_attachments"]
        assert after["1"] == stub
        assert after["2"]["revpos"] == 2
        assert (await store.get_attachment(database, "a", "1")).data == b"1"
        assert (await store.get_attachment(database, "a", "2")).data == b"2"

    async def test_an_edit_replaces_an_attachment_given_again(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        new = {"1": inline(b"22", "text/plain")}
        await store.put(database, {"_id": "a", "_rev": first, "_attachments": new})
        assert await store.get_attachment(database, "a", "1") == Attachment("text/plain", b"22")

    async def test_an_edit_without_the_stubs_drops_the_attachments(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        await store.put(database, {"_id": "a", "_rev": first})
        assert "_attachments" not in await store.get(database, "a")
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "1")

    async def test_a_deleted_document_has_none(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        await store.delete(database, "a", first)
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "1")
        await store.put(database, {"_id": "a"})
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "1")

    @pytest.mark.parametrize("name", ["..", "a/b", "%2F", "é", " ", "+", "?x=1", '"', "#"])
    async def test_no_name_escapes_its_attachment(
        self, store: Store, database: str, name: str
    ) -> None:
        await store.put(database, {"_id": "a/b", "_attachments": {name: inline(b"1")}})
        assert (await store.get_attachment(database, "a/b", name)).data == b"1"

    @pytest.mark.parametrize(("document_id", "name"), [("a", "2"), ("b", "1"), ("_x", "1")])
    async def test_what_is_not_there_is_not_found(
        self, store: Store, database: str, document_id: str, name: str
    ) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, document_id, name)
