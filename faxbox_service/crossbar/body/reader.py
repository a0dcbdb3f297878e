"""The bodies of requests: how long they may be, by their sender, and what memory they hold."""

from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from faxbox_service.crossbar.auth.principal import Identification
from faxbox_service.crossbar.content_coding import IDENTITY, inflated, require_known_coding
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
        """Whether the headers are known to be ASCII, and short; they may be when this is false."""
        return getattr(self.protocol, "is_plain", False)


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a body may be; bytes after inflating, too."""

    size: int = 8_000_000
    """For clients that have shown a valid token or password."""
    anonymous_size: int = 65_536
    """For all others, for logins, and for methods that write nothing."""
    shape: ShapeLimits = field(default_factory=ShapeLimits)


class Bodies:
    """Reads bodies within the limits, and counts what they hold until their request is over."""

    def __init__(self, limits: BodyLimits, memory: BodyMemory) -> None:
        self._limits = limits
        self.memory = memory

    async def envelope_of(
        self, request: HeldRequest, address: str, sender: Identification, *, is_login: bool
    ) -> Document:
        """The request envelope, once the sender is known (docs/contract.md, 28).

        Raises a 400, 413, 415 or 503; for a sender whose credential was refused, that refusal
        instead of what only the lack of a credential forbids. `is_login`: it goes to a resource
        that needs no token, whose bodies are short for all senders.
        """
        is_known = sender.principal is not None
        takes_much = is_known and not is_login and request.method in METHODS_WITH_DATA
        limit = self._limits.size if takes_much else self._limits.anonymous_size
        coding = request.headers.get("content-encoding", "").strip().lower()
        is_compressed = coding not in IDENTITY
        if is_compressed:
            if not is_known:
                raise sender.refusal or compressed_body_without_token()
            require_known_coding(coding)
        try:
            body = await read_body(request, limit, self._reservation_of(request, address))
            if is_compressed and body:
                body = await inflated(coding, body, limit)
                self._reservation_of(request, address).hold(len(body))
        except CrossbarError as error:
            if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and sender.refusal is not None:
                raise sender.refusal from None
            raise
        content_type = request.headers.get("content-type", "") if body else ""
        return await decode_envelope(request.method, content_type, body, self._limits.shape)

    async def require_room(self, address: str) -> None:
        """Wait while replies that are not taken hold all that an address may. Raises a 503."""
        if not self.memory.has_room(address, 0):
            await self.memory.wait_for_room(lambda: self.memory.has_room(address, 0))

    def hold_reply(self, request: HeldRequest, address: str, body: bytes | None) -> None:
        """Count a long reply until it has been sent."""
        if body is not None and len(body) >= _LONG_REPLY:
            self._reservation_of(request, address).hold(len(body))

    def _reservation_of(self, request: HeldRequest, address: str) -> Reservation:
        """What the request holds of the memory for bodies; made when it first holds any."""
        if request.reservation is None:
            request.reservation = self.memory.reservation(address)
        return request.reservation
