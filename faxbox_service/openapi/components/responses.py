"""What the replies of operations have in common: contents, headers and examples.

An example says by `x-request` how to get it: what is different from the operation's ordinary
request, which is its path with the examples of the parameters, its body's example and a good
token. `given` names circumstances, `path` changes parameters of the path, `query` is the query
string, `headers` are added (null: left out), `body` is another JSON body, `text` one that is none.
"""

from typing import Final

from faxbox_service.documents.types import Document, Json

from .headers import reply_headers

JSON: Final = "application/json"
CSV: Final = "text/csv"
JAVASCRIPT: Final = "application/javascript"

OF_PAGES: Final = {"link": "Link", "next_start_key": "NextStartKey"}
"""The headers of a page, beside those of other reads."""


def example(summary: str, value: Json, **request: Json) -> Document:
    """A reply, and how to get it."""
    return {"summary": summary, "value": value, "x-request": request}


def reply(
    description: str, schema: Document, examples: dict[str, Document], **headers: str
) -> Document:
    """A reply with a JSON body, which the option `jsonp` turns into JavaScript."""
    return {
        "description": description,
        "headers": reply_headers(**headers),
        "content": {
            JSON: {"schema": schema, "examples": examples},
            JAVASCRIPT: {"schema": {"type": "string"}},
        },
    }


def read_reply(
    description: str, schema: Document, examples: dict[str, Document], **headers: str
) -> Document:
    """The reply of a read, which revalidation may spare next time."""
    return reply(description, schema, examples, expires="Expires", etag="EntityTag", **headers)


def table_reply(
    description: str,
    schema: Document,
    examples: dict[str, Document],
    table: Document | None = None,
    **headers: str,
) -> Document:
    """The reply of a read that can be had as a table too (docs/reference/wire.md, 2.5)."""
    headers["content_disposition"] = "Disposition"
    document = read_reply(description, schema, examples, **headers)
    as_csv: Document = {"schema": {"type": "string"}}
    document["content"][CSV] = as_csv if table is None else as_csv | {"examples": {"table": table}}
    return document


def empty_reply(description: str, request: Document) -> Document:
    """The reply of a read that has no body; `x-request` is how to get it."""
    headers = reply_headers(expires="Expires", etag="EntityTag")
    return {"description": description, "headers": headers, "x-request": request}


def not_modified(**circumstances: str) -> Document:
    """304: the client has it already."""
    request = {"headers": {"If-None-Match": "*"}, **circumstances}
    return empty_reply("What `If-None-Match` names is current.", request)
