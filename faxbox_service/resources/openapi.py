"""`GET /v2/openapi.json`: the description of all this."""

from hashlib import sha256

from faxbox_service import __version__
from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import AnyReply, RawReply
from faxbox_service.documents.json.text import encode_json
from faxbox_service.openapi.document import openapi_document
from faxbox_service.routes import OPENAPI

_ETAG_LENGTH = 32


class OpenApiResource(Resource):
    """Serves the OpenAPI document, outside the envelope."""

    def __init__(self) -> None:
        super().__init__(OPENAPI)
        text = encode_json(openapi_document(__version__))
        etag = sha256(text).hexdigest()[:_ETAG_LENGTH]
        self._reply = RawReply(text, "application/json", etag)

    async def handle(self, call: Call) -> AnyReply:
        """The document, made once."""
        return self._reply
