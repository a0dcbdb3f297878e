"""What a browser demands before it lets a page of another origin send a request or read a reply."""

from collections.abc import Iterator

from tests.recordings.replay.wire import Reply

from .session import ClientRequest


def refusals(request: ClientRequest, reply: Reply) -> Iterator[str]:
    """Why the browser would keep the reply from the page; nothing for other clients."""
    origin = request.header("origin")
    if origin is None:
        return
    if reply.headers.get("access-control-allow-origin") not in ("*", origin):
        yield "the browser lets no page of another origin read this"
    if request.method == "OPTIONS":
        yield from _refusals_of_preflight(request, reply)


def _refusals_of_preflight(request: ClientRequest, reply: Reply) -> Iterator[str]:
    wanted = request.header("access-control-request-method")
    if wanted not in _listed(reply, "access-control-allow-methods"):
        yield f"the browser sends no {wanted}"
    allowed = [name.lower() for name in _listed(reply, "access-control-allow-headers")]
    for name in (request.header("access-control-request-headers") or "").split(","):
        if name and name not in allowed:
            yield f"the browser sends no header {name}"


def _listed(reply: Reply, name: str) -> list[str]:
    return [item.strip() for item in reply.headers.get(name, "").split(",")]
