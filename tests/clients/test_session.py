"""The reader of sessions."""

from pathlib import Path

from .session import NOT_GIVEN, Reading, member, read_session

_TEXT = """\
# A client.

### Create
# A fact.
# < 201
# < location: /x/{id}
# < /data/name = "x {name}"
# < /data/id as box
PUT /v2/{id}/ HTTP/1.1
Host: {host}
Content-Length: {length}

{"data":{"id":"{id}",
"flags":{}}}

### Read
# < 200
GET / HTTP/1.0
X-Empty:

"""


def test_a_session_is_read_and_sent_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "client.http"
    path.write_text(_TEXT)

    create, read = read_session(path)

    assert (create.title, create.status, create.method) == ("Create", 201, "PUT")
    assert create.headers == (("location", "/x/{id}"),)
    assert create.readings == (
        Reading("/data/name", '"x {name}"', None),
        Reading("/data/id", None, "box"),
    )
    assert create.bytes_of({"id": "ü", "host": "h"}) == (
        "PUT /v2/ü/ HTTP/1.1\r\nHost: h\r\nContent-Length: 32\r\n\r\n".encode(),
        '{"data":{"id":"ü",\n"flags":{}}}'.encode(),
    )
    assert read.bytes_of({}) == (b"GET / HTTP/1.0\r\nX-Empty:\r\n\r\n", b"")
    assert (create.header("content-length"), read.header("x-empty")) == ("{length}", "")


def test_pointers_lead_through_objects_and_arrays() -> None:
    document = {"data": [{"a.b": None}]}

    assert member(document, "/data/0/a.b") is None
    assert member(document, "/data/1") is NOT_GIVEN
    assert member(document, "/data/x") is NOT_GIVEN
    assert member(document, "/data/0/a.b/c") is NOT_GIVEN
