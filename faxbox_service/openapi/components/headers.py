"""The headers of replies (docs/reference/wire.md, 2.2)."""

from typing import Final

from faxbox_service.crossbar.cors import EXPOSED_HEADERS, REQUEST_HEADERS
from faxbox_service.documents.types import Document


def _header(description: str, *, required: bool = False, **schema: object) -> Document:
    header: Document = {"description": description, "schema": {"type": "string", **schema}}
    return {**header, "required": True} if required else header


HEADERS: Final[Document] = {
    "RequestId": _header(
        "The request's `X-Request-ID`, or one made for it.", required=True, minLength=1
    ),
    "NoSniffing": _header(
        "Browsers are to believe the content type.", required=True, const="nosniff"
    ),
    "Language": _header("`en`, unless `Accept-Language` asks for another; on errors, if known."),
    "Vary": _header("The headers that replies differ by; on errors, if known."),
    "Expires": _header("A date long past: replies are to be revalidated.", required=True),
    "CacheControl": _header(
        "Reads may be kept by the caller's own cache, which asks again; nothing else is stored.",
        required=True,
    ),
    "EntityTag": _header(
        "In quotes the revision and, behind a dot, a mark of the caller and of the reply's form; "
        "to be sent as `If-Match` or `If-None-Match`.",
        pattern='^"[^"]+"$',
    ),
    "InvalidFields": _header(
        "The dotted keys of what was invalid before and is not touched, parted by commas; `...` at "
        "the end where there are more. Only there when there are any."
    ),
    "NextStartKey": _header("The `start_key` of the next page, if there is one."),
    "Link": _header('The next page, if there is one: `<URL>; rel="next"` (RFC 8288).'),
    "Location": _header("The path of what was made.", required=True, pattern="^/"),
    "Disposition": _header("The name of the file to save a table as."),
    "Allow": _header("The methods of this path.", required=True),
    "RetryAfter": _header("Seconds to wait.", required=True, pattern="^[0-9]+$"),
    "AllowOrigin": _header("`*`; on errors, and on replies to cross-origin requests."),
    "AllowMethods": _header("The methods of this path, for browsers."),
    "AllowHeaders": _header(
        "The request headers that browsers may send.", const=", ".join(REQUEST_HEADERS)
    ),
    "ExposeHeaders": _header(
        "The headers of replies that scripts may read.", const=", ".join(EXPOSED_HEADERS)
    ),
    "MaxAge": _header("Seconds that a browser may remember this."),
}

_ALWAYS = {
    "x-request-id": "RequestId",
    "cache-control": "CacheControl",
    "x-content-type-options": "NoSniffing",
    "content-language": "Language",
    "vary": "Vary",
}
_CROSS_ORIGIN = {
    "access-control-allow-origin": "AllowOrigin",
    "access-control-allow-methods": "AllowMethods",
    "access-control-allow-headers": "AllowHeaders",
    "access-control-expose-headers": "ExposeHeaders",
    "access-control-max-age": "MaxAge",
}


def reply_headers(**own: str) -> Document:
    """The headers of a reply: those of all, and its own, as `retry_after="RetryAfter"`."""
    named = {name.replace("_", "-"): component for name, component in own.items()}
    return {
        name: {"$ref": f"#/components/headers/{component}"}
        for name, component in {**_ALWAYS, **named, **_CROSS_ORIGIN}.items()
    }
