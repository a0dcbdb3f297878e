"""Every route is in the document, and every operation of the document is routed.

The routes are found by asking every resource of the running service for its methods, at every path
of up to three arguments that are either anything at all or a word of the resource's own module.
"""

import ast
import inspect
import sys
from itertools import product
from pathlib import Path

import pytest

from faxbox_service.app import router_of
from faxbox_service.crossbar.resource import Access
from faxbox_service.settings.settings import Settings
from tests.openapi.reading import METHODS, operations_of

ANYTHING = "{}"
DEEPEST = 3


def words_of(resource):
    """The strings in the module of a resource that could be segments of a path."""
    source = Path(inspect.getfile(sys.modules[type(resource).__module__])).read_text()
    constants = (
        node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)
    )
    words = {value for value in constants if isinstance(value, str) and value.islower()}
    return sorted(word for word in words if " " not in word and "/" not in word)


def shapes_of(resource):
    """The paths below a noun, `{}` for an argument that may be anything, with their methods."""
    words = words_of(resource)
    for length in range(DEEPEST + 1):
        for arguments in product([ANYTHING, *words], repeat=length):
            methods = resource.methods(arguments)
            if methods and not is_case_of_another(resource, arguments, methods):
                yield arguments, methods


def is_case_of_another(resource, arguments, methods):
    """Whether a word stands where anything may, to the same effect."""
    return any(
        argument != ANYTHING
        and resource.methods((*arguments[:at], ANYTHING, *arguments[at + 1 :])) == methods
        for at, argument in enumerate(arguments)
    )


def nouns_of(resource, arguments, method):
    """The path before the arguments, as the document writes it."""
    if resource.noun != "accounts" and resource.access(method, arguments) is Access.ACCOUNT:
        return ("accounts", ANYTHING, resource.noun)
    return (resource.noun,)


def shape_of(path):
    """A path of the document without the names of its parameters."""
    segments = path.removeprefix("/v2/").split("/")
    return tuple(ANYTHING if segment.startswith("{") else segment for segment in segments)


@pytest.fixture
def router(service, store_url):
    settings = Settings.load({"FAXBOX_STORE": store_url})
    return router_of(settings, service.repositories)


async def test_every_route_is_in_the_document(router, document):
    documented = {(shape_of(op.path), op.method) for op in operations_of(document)}
    routed = {
        ((*nouns_of(resource, arguments, method), *arguments), method)
        for resource in router.resources
        for arguments, methods in shapes_of(resource)
        for method in methods
    }
    assert len(routed) >= 10
    assert routed - documented == set()


async def test_every_operation_of_the_document_is_routed(router, document):
    assert {method for item in document["paths"].values() for method in item} <= set(METHODS)
    for operation in operations_of(document):
        route = router.route(["v2", *shape_of(operation.path)])
        assert route is not None, operation.path
        assert operation.method in (route.resource.methods(route.arguments) or ()), operation.id
        access = route.resource.access(operation.method, route.arguments)
        assert (access is not Access.ANYONE) == bool(operation.definition["security"])
