"""Revisions of documents that are stored already stay what they are."""

import hashlib
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.json.text import encode_json
from faxbox_service.stores.sqlite.edit import content_digest, next_revision

texts = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)
documents = st.dictionaries(texts, values)

first_encoder = msgspec.json.Encoder(order="sorted")
"""What revisions have been made from since the first of them."""


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


@given(documents, st.dictionaries(texts, texts), st.booleans())
def test_an_edit_has_the_revision_it_always_had(
    fields: dict[str, Any], attachments: dict[str, str], deleted: bool
) -> None:
    content = content_digest(fields, encode_json(fields))
    revision = next_revision("41-abc", content, deleted=deleted, attachments=attachments)

    assert content == md5(first_encoder.encode(fields))
    edit = first_encoder.encode(["41-abc", deleted, content, attachments])
    assert revision == f"42-{md5(edit).hex()}"


def test_known_revisions() -> None:
    fields = {"name": "Sales", "pvt_type": "faxbox", "n": [1, 2.5, None]}
    content = content_digest(fields)

    assert content.hex() == "fdd775ddc6f0f437c60938779fbe53e9"
    assert (
        next_revision(None, content, deleted=False, attachments={})
        == "1-343ff3ef96ee34ab5349f3b1adf57eae"
    )
