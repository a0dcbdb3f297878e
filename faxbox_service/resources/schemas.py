"""`/v2/schemas`: the schemas in force, and validation by them (wire, section 7)."""

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Access
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.private_fields import public_fields
from faxbox_service.repositories.primitives.validation import validated
from faxbox_service.repositories.schemas import Schemas

_INTERNAL = "kapi."


class SchemasResource:
    """Lists schemas, shows one, and validates documents without storing them."""

    noun = "schemas"

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """The list, a schema, and its validation."""
        match arguments:
            case () | (_,):
                return ("GET",)
            case (_, "validation"):
                return ("PUT",)
            case _:
                return None

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Anyone may read; who has a token may have a document validated."""
        return Access.TOKEN if method == "PUT" else Access.ANYONE

    async def handle(self, call: Call) -> Reply:
        """Dispatch on the shape of the path."""
        match call.arguments:
            case ():
                return Reply(self._listed(call))
            case (schema_id,):
                document = self._schemas.read(schema_id)
                call.precondition.require_match(document["_rev"])
                shown = {**public_fields(document), "id": schema_id}
                return Reply(shown, revision=document["_rev"])
            case _:
                schema = self._schemas.current(call.arguments[0])
                data = public_fields(call.data())
                return Reply(await validated(schema, data), status=201)

    def _listed(self, call: Call) -> list[str]:
        """All ids; those of Kazoo's internal messages only when they are asked for."""
        shows_internal = call.option("internals") in (True, "true")
        return [id for id in self._schemas.ids() if shows_internal or not id.startswith(_INTERNAL)]
