"""What a document is in its own database, and nowhere else."""

from faxbox_service.documents.couchdb_fields import mirrored, recorded, tombstone_of

DOCUMENT = {
    "_id": "a",
    "_rev": "2-x",
    "_conflicts": ["1-y"],
    "_attachments": {"fax": {"stub": True}},
    "_revisions": {},
    "_local_seq": 7,
    "_whatever_comes": 1,
    "pvt_type": "faxbox",
    "name": "x",
    "nested": {"_rev": "kept"},
}
PLAIN = {"pvt_type": "faxbox", "name": "x", "nested": {"_rev": "kept"}}


def test_another_database_gets_nothing_of_it_but_the_id():
    assert mirrored(DOCUMENT, None) == {"_id": "a", **PLAIN}


def test_what_is_written_over_keeps_its_own():
    copy = {"_id": "a", "_rev": "1-c", "_conflicts": ["1-d"], "_attachments": {}, "name": "old"}
    assert mirrored(DOCUMENT, copy) == {"_id": "a", "_rev": "1-c", "_conflicts": ["1-d"], **PLAIN}


def test_a_note_says_of_which_revision_it_is():
    assert recorded(DOCUMENT) == {"_id": "a", "_rev": "2-x", **PLAIN}


def test_a_tombstone_ends_all_leaves():
    assert tombstone_of(DOCUMENT) == {
        "_id": "a",
        "_rev": "2-x",
        "_deleted": True,
        "_conflicts": ["1-y"],
    }
    assert "_conflicts" not in tombstone_of({"_id": "a", "_rev": "1-x"})
