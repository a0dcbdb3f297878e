"""The bodies of requests: how long they may be, by who sends them, and what they hold meanwhile."""

from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from faxbox_service.crossbar.content_coding import IDENTITY, inflated, require_known_coding
from faxbox_service.crossbar.context import RequestContext
from faxbox_service.crossbar.errors import CrossbarError, compressed_body_without_token
from faxbox_service.documents.json.shape import ShapeLimits
from faxbox_service.documents.types import Document

from .decoding import METHODS_WITH_DATA, decode_envelope, read_body
from .memory import BodyMemory, Reservation

_LONG_REPLY = 65_536
"""Bytes; shorter ones fit into what the system buffers for a connection."""


class HeldRequest(web.BaseRequest):
    """A request that may hold memory for bodies, until its reply has been sent."""

    ATTRS = web.BaseRequest.ATTRS | {"reservation"}

    reservation: Reservation | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the headers are surely ASCII, and short; false says nothing."""
        return getattr(self.protocol, "is_plain", False)


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a body may be; bytes after inflating, too."""

    size: int = 8_000_000
    """Of who has shown a valid token or password."""
    anonymous_size: int = 65_536
    """Of all others, of logins, and of methods that write nothing."""
    shape: ShapeLimits = field(default_factory=ShapeLimits)


class Bodies:
    """Reads bodies within the limits, and counts what they hold until their request is over."""

    def __init__(self, limits: BodyLimits, memory: BodyMemory) -> None:
        self._limits = limits
        self.memory = memory

    async def envelope_of(self, request: HeldRequest, context: RequestContext) -> Document:
        """The request envelope, once it is known who asks (contract, 28).

        Raises a 400, 413, 415 or 503; of a caller whose credential was refused, that instead of
        what only his lack of a token forbids.
        """
        is_known = context.identified is not None
        takes_much = is_known and not context.is_login and request.method in METHODS_WITH_DATA
        limit = self._limits.size if takes_much else self._limits.anonymous_size
        coding = request.headers.get("content-encoding", "").strip().lower()
        is_compressed = coding not in IDENTITY
        if is_compressed:
            if not is_known:
                raise context.refusal or compressed_body_without_token()
            require_known_coding(coding)
        try:
            body = await read_body(request, limit, reservation_of(request, self.memory, context))
            if is_compressed and body:
                body = await self._inflated(request, context, coding, body, limit)
        except CrossbarError as error:
            if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and context.refusal is not None:
                raise context.refusal from None
            raise
        content_type = request.headers.get("content-type", "") if body else ""
        return await decode_envelope(request.method, content_type, body, self._limits.shape)

    async def _inflated(
        self, request: HeldRequest, context: RequestContext, coding: str, body: bytes, limit: int
    ) -> bytes:
        text = await inflated(coding, body, limit)
        reservation_of(request, self.memory, context).hold(len(text))
        return text

    async def require_room(self, context: RequestContext) -> None:
        """Wait while replies that are not taken hold all that an address may. Raises a 503."""
        if not self.memory.has_room(context.address, 0):
            await self.memory.wait_for_room(lambda: self.memory.has_room(context.address, 0))

    def hold_reply(self, request: HeldRequest, context: RequestContext, body: object) -> None:
        """Count a long reply until it has been sent."""
        if isinstance(body, bytes) and len(body) >= _LONG_REPLY:
            reservation_of(request, self.memory, context).hold(len(body))


def reservation_of(
    request: HeldRequest, memory: BodyMemory, context: RequestContext
) -> Reservation:
    """What the request holds of the memory for bodies; made when it first holds any."""
    if request.reservation is None:
        request.reservation = memory.reservation(context.address)
    return request.reservation
