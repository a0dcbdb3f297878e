"""A bare aiohttp handler that returns the bytes of a file: arguments PORT FILE."""

import sys
from pathlib import Path

import uvloop
from aiohttp import web


def main() -> None:
    """Serve until killed."""
    port, body = int(sys.argv[1]), Path(sys.argv[2]).read_bytes()

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/", handle)
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


main()
