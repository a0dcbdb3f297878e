"""`GET /v2/openapi.json`: the description of all this."""

from hashlib import sha256

from faxbox_service import __version__
from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Access
from faxbox_service.crossbar.response.results import AnyReply, RawReply
from faxbox_service.documents.json.text import encode_json
from faxbox_service.openapi.document import openapi_document

_ETAG_LENGTH = 32


class OpenApiResource:
    """Serves the OpenAPI document, outside the envelope."""

    noun = "openapi.json"

    def __init__(self) -> None:
        text = encode_json(openapi_document(__version__))
        etag = sha256(text).hexdigest()[:_ETAG_LENGTH]
        self._reply = RawReply(text, "application/json", etag)

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Only the collection."""
        return None if arguments else ("GET",)

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """It tells nothing about anyone."""
        return Access.ANYONE

    async def handle(self, call: Call) -> AnyReply:
        """The document, made once."""
        return self._reply
