"""The accounts around one."""

from typing import Final

from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.envelopes import error_schema, listing_schema
from faxbox_service.openapi.components.examples import (
    ACCOUNT_ID,
    CHILD_ID,
    LIST_REVISION,
    ROOT_ID,
    UNKNOWN_ID,
    error_envelope,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import CONDITIONS, LISTING
from faxbox_service.openapi.components.responses import (
    OF_PAGES,
    empty_reply,
    example,
    not_modified,
    reply,
    table_reply,
)
from faxbox_service.openapi.operations import Documentation, Operation, schema_reference

_TAG: Final = "accounts"
_CHILD: Final = "a child account"
_BY_ROOT: Final = "a superduper admin's token"
_START_KEY: Final = "g2wAAAACbQAAACBjMDcwNWQ3NDc0ZWEwMTYwYzEwYTM1MWIyNTQ0MDA2Ym0AAAAD77-wag"
_START_KEY_OF_ROOT: Final = "g2wAAAACbQAAACAxZDBjOWI4YTdmNmU1ZDRjM2IyYTE5MDgwN2Y2ZTVkNG0AAAAD77-wag"
_REALM: Final = "branch.example.com"
_SUMMARY: Final[Document] = {"id": CHILD_ID, "name": "Branch", "realm": _REALM}
_CHILD_SUMMARY: Final[Document] = {**_SUMMARY, "descendants_count": 0, "flags": []}
_DESCENDANT_SUMMARY: Final[Document] = {
    **_SUMMARY,
    "tree": [ROOT_ID, ACCOUNT_ID],
    "flags": [],
}
_ROOT: Final[Document] = {"id": ROOT_ID, "name": "Root"}

_TEXT: Final[Document] = {"type": "string"}
_SCHEMAS: Final[Document] = {
    "AccountSummary": {
        "type": "object",
        "title": "An account, as listings show it",
        "required": ["id", "name", "realm"],
        "properties": {
            "id": _TEXT,
            "name": _TEXT,
            "realm": _TEXT,
            "descendants_count": {"type": "integer"},
            "tree": {"type": "array", "items": _TEXT},
            "flags": {"type": "array"},
        },
    },
    "Ancestor": {
        "type": "object",
        "title": "An account above another",
        "required": ["id", "name"],
        "properties": {"id": _TEXT, "name": _TEXT},
    },
}

_TOO_LONG: Final = reply(
    "The page is longer than may be held in memory.",
    error_schema(416, "range not satisfiable"),
    {
        "too long": example(
            "A page that is too long",
            error_envelope(416, "range not satisfiable", {}),
            given="many child accounts",
            query="page_size=1000",
        )
    },
)


def _listing(operation_id: str, summary: str, item: Document, columns: str) -> Operation:
    page = success_envelope([item], revision=LIST_REVISION, page_size=1, start_key=_START_KEY)
    empty = success_envelope([], page_size=0, start_key=_START_KEY)
    return Operation(
        id=operation_id,
        tag=_TAG,
        summary=summary,
        parameters=(*LISTING, *CONDITIONS),
        replies={
            "200": table_reply(
                "A page of summaries.",
                listing_schema(schema_reference("AccountSummary")),
                {
                    "page": example("A page", page, given=_CHILD),
                    "empty": example("Nothing found", empty),
                },
                example("As a table", columns, query="accept=csv", given=_CHILD),
                **OF_PAGES,
            ),
            "204": empty_reply("A table without rows.", {"query": "accept=csv"}),
            "304": not_modified(given=_CHILD),
            "416": _TOO_LONG,
        },
        errors=("InvalidListing", "Forbidden", "PageNotFound", "PreconditionFailed"),
    )


def _ancestors(operation_id: str, summary: str, envelope: Document) -> Operation:
    return Operation(
        id=operation_id,
        tag=_TAG,
        summary=summary,
        description="The root first; nothing above the caller's own account.",
        replies={
            "200": reply(
                "Ids and names.",
                listing_schema(schema_reference("Ancestor")),
                {"ancestors": example("Seen by the root", envelope, given=_BY_ROOT)},
                expires="Expires",
            ),
        },
        errors=("Forbidden", "AccountNotFound"),
    )


ACCOUNT_HIERARCHY: Final = Documentation(
    (
        _listing(
            "listChildren",
            "List the accounts directly below one",
            _CHILD_SUMMARY,
            '"ID","name","realm","descendants_count","flags"\n'
            f'"{CHILD_ID}","Branch","{_REALM}","0",""\n',
        ),
        _listing(
            "listDescendants",
            "List all accounts below one",
            _DESCENDANT_SUMMARY,
            '"ID","name","realm","tree","flags"\n'
            f'"{CHILD_ID}","Branch","{_REALM}","{ROOT_ID} {ACCOUNT_ID}",""\n',
        ),
        Operation(
            id="listSiblings",
            tag=_TAG,
            summary="List the children of an account's parent, for those who may act on that",
            parameters=(*LISTING, *CONDITIONS),
            replies={
                "200": reply(
                    "A page of summaries, the account itself among them.",
                    listing_schema(schema_reference("AccountSummary")),
                    {
                        "siblings": example(
                            "Seen by the root",
                            success_envelope(
                                [
                                    {
                                        "id": ACCOUNT_ID,
                                        "name": "Example Inc",
                                        "realm": "example.com",
                                        "descendants_count": 0,
                                        "flags": [],
                                    }
                                ],
                                revision=LIST_REVISION,
                                page_size=1,
                                start_key=_START_KEY_OF_ROOT,
                            ),
                            given=_BY_ROOT,
                        )
                    },
                    expires="Expires",
                    etag="EntityTag",
                    **OF_PAGES,
                ),
                "304": not_modified(given=_BY_ROOT),
                "412": reply(
                    "`If-Match` does not hold.",
                    error_schema(412, "precondition_failed"),
                    {
                        "changed": example(
                            "A listing that has changed",
                            error_envelope(
                                412, "precondition_failed", {"message": "precondition failed"}
                            ),
                            given=_BY_ROOT,
                            headers={"If-Match": f'"{LIST_REVISION}"'},
                        )
                    },
                ),
                "404": reply(
                    "There is no such account, or no such page.",
                    error_schema(404, "bad_identifier", "bad identifier", "faulty_request"),
                    {
                        "unknown account": example(
                            "An account that does not exist",
                            error_envelope(
                                404,
                                "bad_identifier",
                                {"cause": UNKNOWN_ID, "message": "bad identifier"},
                            ),
                            path={"ACCOUNT_ID": UNKNOWN_ID},
                        ),
                        "faulty page": example(
                            "Paging that makes no sense",
                            error_envelope(
                                404, "faulty_request", {"message": "page size must be at least 1"}
                            ),
                            given=_BY_ROOT,
                            query="page_size=0",
                        ),
                    },
                ),
            },
            errors=("Forbidden",),
        ),
        _ancestors(
            "listParents",
            "List the accounts above one",
            success_envelope([_ROOT], page_size=1),
        ),
        _ancestors(
            "fetchTree", "List the accounts above one, as a tree", success_envelope([_ROOT])
        ),
    ),
    _SCHEMAS,
)
