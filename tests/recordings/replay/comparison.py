"""Compares a reply with what was expected of it."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from tests.recordings.exchanges import NOTHING, Json, Request
from tests.recordings.expected.expectation import Expectation, csv_rows

from .matching import match_headers, match_json, match_unordered
from .placeholders import Bindings, decode_cursor
from .wire import Reply

_DOCUMENT_REVISION = re.compile(r"[1-9][0-9]*-[0-9a-f]{32}")
_EXCERPT = 400
_PRETTY = re.compile(rb'\n  "status" : "')


def compare(
    request: Request, expected: Expectation, reply: Reply, bindings: Bindings, seen: "Seen"
) -> list[str]:
    """What differs, one line each."""
    if reply.status != expected.status:
        return [f"status: expected {expected.status}, got {reply.status}: {_excerpt(reply)}"]
    for name in expected.rebinds:
        bindings.forget(name)
    differences = _compare_body(request, expected, reply, bindings, seen)
    differences += match_headers(expected.headers, reply.headers, bindings)
    differences += _compare_allow(expected, reply)
    if _wants_pretty(request) and not _PRETTY.search(reply.body):
        differences.append(f"body: expected pretty printing, got {_excerpt(reply)}")
    return differences + _inner_contradictions(reply) + seen.contradictions(request, reply)


@dataclass(slots=True)
class Seen:
    """What the service has said before, so that it can be held to it."""

    boxes: dict[str, Json] = field(default_factory=dict)
    """Documents as replies about one of them showed them last, by id."""
    revisions: dict[str, str] = field(default_factory=dict)
    """The revision each document had in the last reply about it, by path."""
    listings: dict[tuple[str, str], str] = field(default_factory=dict)
    """The tag of a listing, by its request and its data."""

    def contradictions(self, request: Request, reply: Reply) -> list[str]:
        """Where a reply does not go with earlier ones; remembers it."""
        envelope = reply.json() if reply.body else {}
        if reply.status not in (200, 201, 304) or not isinstance(envelope, dict):
            return []
        data = envelope.get("data")
        revision = envelope.get("revision") or reply.headers.get("etag", "").strip('"')
        if isinstance(data, list):
            return self._changed_tag(request, data, revision)
        if not isinstance(revision, str) or not _DOCUMENT_REVISION.fullmatch(revision):
            return []
        if isinstance(data, dict) and "id" in data:
            self.boxes[data["id"]] = data
        if request.method == "PUT" and "location" not in reply.headers:
            # It is about something new, and does not say where that is.
            return []
        path = reply.headers.get("location") or request.path.partition("?")[0].rstrip("/")
        before = self.revisions.get(path)
        self.revisions[path] = revision
        return _wrong_revision(request.method, before, revision)

    def _changed_tag(self, request: Request, data: Json, tag: object) -> list[str]:
        """docs/contract.md, 14: the same data has the same tag."""
        if not isinstance(tag, str):
            return []
        before = self.listings.setdefault((request.path, repr(data)), tag)
        return [] if before == tag else [f"revision: {tag} of data that had {before} before"]


def _wrong_revision(method: str, before: str | None, revision: str) -> list[str]:
    """docs/contract.md, 3: a write tells the revision that the document has from then on."""
    if before is None:
        return []
    if method in ("GET", "HEAD"):
        if before == revision:
            return []
        return [f"revision: the last reply about this document said {before}, got {revision}"]
    if int(revision.partition("-")[0]) > int(before.partition("-")[0]):
        return []
    return [f"revision: expected one after {before}, got {revision}"]


def _compare_body(
    request: Request, expected: Expectation, reply: Reply, bindings: Bindings, seen: Seen
) -> list[str]:
    if expected.json is NOTHING:
        return _compare_text(expected, reply, bindings)
    envelope = reply.json()
    if not isinstance(envelope, dict):
        return [f"body: expected JSON, got {_excerpt(reply)}"]
    wanted = {name: value for name, value in expected.json.items() if name != "data"}
    given = {name: value for name, value in envelope.items() if name != "data"}
    for name in expected.optional:
        wanted.pop(name, None)
        given.pop(name, None)
    differences = match_json(wanted, given, bindings)
    if "data" not in expected.optional:
        differences += _compare_data(request, expected, envelope, bindings, seen)
    return differences


def _compare_data(
    request: Request, expected: Expectation, envelope: Json, bindings: Bindings, seen: Seen
) -> list[str]:
    if "data" not in expected.json or "data" not in envelope:
        pair = [
            {"data": where["data"]} if "data" in where else {}
            for where in (expected.json, envelope)
        ]
        return match_json(pair[0], pair[1], bindings)
    wanted, given = expected.json["data"], envelope["data"]
    if not expected.listing:
        return match_json(wanted, given, bindings, "data")
    if expected.listing == "some":
        kept = [name for name in wanted if name in given]
        return [] if kept and kept == given else [f"data: {given!r} is no part of what Kazoo lists"]
    if expected.listing == "page":
        differences = _compare_page(wanted, given, seen)
        if differences:
            return differences
        return _wrong_order(request, given + _following(envelope)) + _not_filtered(request, given)
    differences = match_unordered(wanted, given, bindings, "data")
    return differences + _wrong_order(request, given)


def _following(envelope: Json) -> list[Json]:
    """What the next page begins with; nothing when the cursor is wrong, which is told anyway."""
    try:
        return [{"id": decode_cursor(envelope["next_start_key"])}]
    except (KeyError, TypeError, ValueError):
        return []


def _compare_page(wanted: list[Json], given: Json, seen: Seen) -> list[str]:
    """Which documents a page shows depends on their ids: compare how many, and that each is
    one that the service has shown before, and as it was."""
    if not isinstance(given, list) or len(given) != len(wanted):
        return [f"data: expected {len(wanted)} items, got {given!r}"]
    differences = []
    for item in given:
        known = seen.boxes.get(item.get("id", "")) if isinstance(item, dict) else None
        if known is None:
            differences.append(f"data: unknown document {item!r}")
        else:
            differences += match_json(known, item, Bindings(), f"data[{item['id']}]")
    return differences


def _not_filtered(request: Request, given: Json) -> list[str]:
    """Items of a page that its filter on a top-level name should have kept out."""
    options = parse_qsl(request.path.partition("?")[2])
    wanted = {name[7:]: value for name, value in options if name.startswith("filter_")}
    return [
        f"data: {item!r} passed the filter {name}={value}"
        for name, value in wanted.items()
        for item in given
        if value not in (item.get(name), json.dumps(item.get(name)))
    ]


def _wrong_order(request: Request, given: Json) -> list[str]:
    path, _, query = request.path.partition("?")
    if not path.endswith("/faxboxes") or not isinstance(given, list):
        return []
    ids = [item.get("id", "") for item in given if isinstance(item, dict)]
    descending = not _is_ascending(query)
    if ids == sorted(set(ids), reverse=descending):
        return []
    return [f"data: expected ids {'descending' if descending else 'ascending'}, got {ids}"]


def _is_ascending(query: str) -> bool:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if options.get("descending") == "false":
        return True  # docs/contract.md, 15.
    return "ascending" in options and options["ascending"] != "false"


def _compare_text(expected: Expectation, reply: Reply, bindings: Bindings) -> list[str]:
    text = reply.body.decode("utf-8", "replace")
    if expected.rows is not None:
        return match_unordered(expected.rows, csv_rows(text), bindings, "rows")
    if bindings.match(expected.text, text):
        return []
    return [f"body: expected {expected.text[:200]!r}, got {_excerpt(reply)}"]


def _compare_allow(expected: Expectation, reply: Reply) -> list[str]:
    if not expected.allow:
        return []
    given = {name.strip() for name in reply.headers.get("allow", "").split(",")}
    missing = expected.allow - given
    return [f"header allow: {sorted(missing)} missing from {sorted(given)}"] if missing else []


def _inner_contradictions(reply: Reply) -> list[str]:
    """Header and envelope must say the same of the request id and the revision."""
    envelope = reply.json()
    if not isinstance(envelope, dict):
        return []
    differences = []
    if envelope.get("request_id") != reply.headers.get("x-request-id"):
        differences.append(
            f"x-request-id: {reply.headers.get('x-request-id')!r} in the header,"
            f" {envelope.get('request_id')!r} in the body"
        )
    tag = reply.headers.get("etag")
    if tag is not None and tag != f'"{envelope.get("revision")}"':
        differences.append(f"etag {tag} is not revision {envelope.get('revision')!r}")
    return differences


def _wants_pretty(request: Request) -> bool:
    return request.header("x-pretty-print") == "true" or "pretty_print=true" in request.path


def _excerpt(reply: Reply) -> str:
    """What a reply says, in short."""
    envelope = reply.json()
    if isinstance(envelope, dict) and "error" in envelope:
        return f"{envelope['error']} {envelope.get('message')}: {envelope.get('data')}"
    return repr(reply.body[:_EXCERPT].decode("utf-8", "replace"))
