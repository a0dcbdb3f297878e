"""`…/about`: what answers, and since when (docs/reference/wire.md, 7)."""

from faxbox_service import __version__
from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import forbidden
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.repositories.primitives.clock import SteadyClock
from faxbox_service.routes import ABOUT
from faxbox_service.stores.values import StoreVersion


class AboutResource(Resource):
    """Reports versions and the uptime."""

    def __init__(self, store: StoreVersion, clock: SteadyClock) -> None:
        super().__init__(ABOUT)
        self._store = store
        self._clock = clock
        self._started = clock()

    async def handle(self, call: Call) -> Reply:
        """Our version, the store's, and the seconds since the start."""
        is_admin = call.principal is not None and call.principal.account.is_superduper_admin
        if call.account is None and not is_admin:
            raise forbidden()
        return Reply(
            {
                "version": __version__,
                "store": {"kind": self._store.kind, "version": self._store.version},
                "uptime": int(self._clock() - self._started),
            }
        )
