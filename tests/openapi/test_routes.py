"""What is declared in `routes.py` is served, and described by the document; nothing else is."""

from dataclasses import replace

import pytest

from faxbox_service.app import router_of
from faxbox_service.crossbar.resource import Access, Path, Routes
from faxbox_service.openapi.operations import (
    Documentation,
    Operation,
    RoutesNotDocumented,
    documented_paths,
)
from faxbox_service.openapi.paths.users import USERS as USERS_DOCUMENTATION
from faxbox_service.routes import ALL_ROUTES, USERS
from faxbox_service.settings.settings import Settings
from tests.openapi.reading import METHODS, operations_of

ANYTHING = "{}"


def segments_of(path):
    """A path of the document as a request may have it."""
    segments = path.removeprefix("/").split("/")
    return [ANYTHING if segment.startswith("{") else segment for segment in segments]


@pytest.fixture
def router(service, store_url):
    settings = Settings.load({"FAXBOX_STORE": store_url})
    return router_of(settings, service.repositories)


async def test_every_resource_has_declared_routes(router):
    served = {resource.noun: resource.routes for resource in router.resources}
    assert served == {routes.noun: routes for routes in ALL_ROUTES}


async def test_every_operation_is_served_and_described(router, document):
    declared = [operation for routes in ALL_ROUTES for operation in routes.operations()]
    described = {operation.id: operation for operation in operations_of(document)}
    assert {method for item in document["paths"].values() for method in item} <= set(METHODS)
    assert described.keys() == {operation.id for operation in declared}
    for operation in declared:
        route = router.route(segments_of(operation.path))
        assert route is not None, operation.path
        assert operation.method in (route.resource.methods(route.arguments) or ()), operation.id
        assert route.resource.access(operation.method, route.arguments) is operation.access
        security = described[operation.id].definition["security"]
        assert (operation.access is not Access.ANYONE) == bool(security)


def test_a_declared_operation_without_a_description_is_refused():
    lacking = replace(USERS_DOCUMENTATION, operations=USERS_DOCUMENTATION.operations[1:])
    with pytest.raises(RoutesNotDocumented, match="listUsers"):
        documented_paths([USERS], [lacking])


def test_a_description_of_what_is_not_declared_is_refused():
    extra = Documentation((Operation(id="moveUser", tag="users", summary="Move", replies={}),))
    with pytest.raises(RoutesNotDocumented, match="moveUser"):
        documented_paths([USERS], [USERS_DOCUMENTATION, extra])


def test_a_word_is_found_before_what_may_be_anything(router):
    accounts = next(resource for resource in router.resources if resource.noun == "accounts")
    assert accounts.methods(("A", "api_key")) == ("GET", "PUT")
    assert accounts.methods(("A", "children")) == ("GET",)
    assert accounts.methods(("A", "anything")) is None
    assert accounts.methods(("A", "children", "B")) is None


def test_paths_below_an_account():
    routes = Routes("notes", (Path((), {"GET": "listNotes"}), Path(("all",), {}, Access.ANYONE)))
    assert [operation.path for operation in routes.operations()] == [
        "/v2/accounts/{ACCOUNT_ID}/notes"
    ]
