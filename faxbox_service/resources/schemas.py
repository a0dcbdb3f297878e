"""`/v2/schemas`: the schemas in force, and validation by them (docs/reference/wire.md, 7)."""

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.private_fields import public_fields
from faxbox_service.repositories.primitives.validation import validated
from faxbox_service.repositories.schemas import Schemas
from faxbox_service.routes import SCHEMAS

_INTERNAL = "kapi."


class SchemasResource(Resource):
    """Lists schemas, shows one, and validates documents without storing them."""

    def __init__(self, schemas: Schemas) -> None:
        super().__init__(SCHEMAS)
        self._schemas = schemas

    async def handle(self, call: Call) -> Reply:
        """Dispatch on the shape of the path."""
        match call.arguments:
            case ():
                return Reply(self._listed(call))
            case (schema_id,):
                document = self._schemas.read(schema_id)
                call.precondition.require_match(document["_rev"])
                response = {**public_fields(document), "id": schema_id}
                return Reply(response, revision=document["_rev"])
            case _:
                schema = self._schemas.current(call.arguments[0])
                data = public_fields(call.data())
                return Reply(await validated(schema, data), status=201)

    def _listed(self, call: Call) -> list[str]:
        """All ids; those of Kazoo's internal messages only when they are asked for."""
        shows_internal = call.option("internals") in (True, "true")
        return [id for id in self._schemas.ids() if shows_internal or not id.startswith(_INTERNAL)]
