"""What is remembered of rendered faxboxes, and that it is what would be rendered now."""

import json

import pytest

from faxbox_service.crossbar.listing.listing import Batch
from faxbox_service.documents.model.faxbox import faxbox_response
from faxbox_service.resources.faxbox_cache import FaxboxCache
from faxbox_service.stores.values import DecodedRow

BUDGET = 16_000


@pytest.fixture
def rendered():
    return FaxboxCache(budget=BUDGET)


def faxbox(number, revision="1-a", name="Front desk"):
    return {
        "_id": f"{number:032x}",
        "_rev": revision,
        "name": name,
        "pvt_type": "faxbox",
        "pvt_account_id": "a" * 32,
    }


def batch(*documents):
    rows = [
        DecodedRow(document["_id"], None, None, document["_rev"], document)
        for document in documents
    ]
    return Batch(rows, [(document["_id"], document["_rev"]) for document in documents])


def listed_again(rendered, document):
    """The text of a listing of one faxbox, which does not become remembered by that."""
    (text,) = rendered.texts(batch(document), remember=False)
    return text


def test_a_box_is_rendered_as_it_is_shown(rendered):
    for revision, name in (("1-a", "old"), ("2-b", "new"), ("1-a", "old")):
        document = faxbox(1, revision, name)
        assert json.loads(bytes(rendered.text(document))) == faxbox_response(document)


def test_listings_and_single_boxes_share_their_texts(rendered):
    text = rendered.text(faxbox(1))
    (listed,) = rendered.texts(batch(faxbox(1)), remember=False)
    assert listed is listed_again(rendered, faxbox(1))
    assert bytes(text) == listed


def test_a_box_that_nobody_wants_remembered_is_rendered_again(rendered):
    first, second = (listed_again(rendered, faxbox(1)) for _ in range(2))
    assert first == second
    assert first is not second


def test_large_boxes_do_not_push_the_others_out(rendered):
    (small,) = rendered.texts(batch(faxbox(1)), remember=True)
    for number in range(2, 20):
        large = faxbox(number, name="x" * (BUDGET // 16))
        assert json.loads(bytes(rendered.text(large))) == faxbox_response(large)
    assert listed_again(rendered, faxbox(1)) is small


def test_the_oldest_go_when_the_budget_is_spent(rendered):
    texts = [
        next(iter(rendered.texts(batch(faxbox(number)), remember=True))) for number in range(200)
    ]
    kept = [listed_again(rendered, faxbox(number)) is text for number, text in enumerate(texts)]
    assert kept == sorted(kept)
    assert 10 < sum(kept) < BUDGET // len(texts[0])


def test_a_box_that_is_listed_twice_is_remembered_once(rendered):
    for number in range(1000):
        first, second = rendered.texts(batch(faxbox(number), faxbox(number)), remember=True)
        assert first == second
    kept = listed_again(rendered, faxbox(995))
    assert listed_again(rendered, faxbox(995)) is kept
