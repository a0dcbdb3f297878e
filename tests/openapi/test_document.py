"""The document is OpenAPI 3.1, and its schemas are those that requests are validated by."""

import json

import pytest
from jsonschema import Draft4Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from faxbox_service.packaged import packaged_folder
from tests.openapi.reading import operations_of, resolved

KEPT_AS_EXTENSIONS = {
    "kazoo-regexp": "x-kazoo-regexp",
    "kazoo-validation": "x-kazoo-validation",
    "support_level": "x-support-level",
}
PACKAGED = {
    "faxbox": "FaxboxFields",
    "accounts": "AccountFields",
    "api_auth": "ApiKey",
    "user_auth": "Credentials",
}


def packaged(name):
    return json.loads((packaged_folder("schemas") / f"{name}.json").read_text())


def keywords(schema, path=""):
    """Every keyword of a schema and of those below, by where it stands, but the names of drafts."""
    for keyword, value in schema.items():
        if keyword == "properties":
            for name, part in value.items():
                yield from keywords(part, f"{path}/{name}")
        elif keyword == "items":
            yield from keywords(value, f"{path}/[]")
        elif keyword == "oneOf":
            for index, part in enumerate(value):
                yield from keywords(part, f"{path}/<{index}>")
        elif keyword not in ("$schema", "_id", "title"):
            yield f"{path}:{KEPT_AS_EXTENSIONS.get(keyword, keyword)}", value


def test_it_is_valid_openapi(document):
    assert document["openapi"].startswith("3.1.")
    errors = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert errors == []


async def test_it_is_served_as_it_was_made(service, document):
    answer = await service.client().get("/v2/openapi.json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == document
    again = await service.client().get(
        "/v2/openapi.json", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(("name", "component"), PACKAGED.items())
def test_a_packaged_schema_is_in_it_keyword_by_keyword(document, name, component):
    converted = document["components"]["schemas"][component]
    assert dict(keywords(converted)) == dict(keywords(packaged(name)))
    Draft202012Validator.check_schema(converted)


@pytest.mark.parametrize(
    "faxbox",
    [
        {"name": "x"},
        {"name": ""},
        {"name": "x", "retries": 5, "media": {"fax_option": "yes"}},
        {"name": "x", "notifications": {"inbound": {"email": {"send_to": ["a@b"]}}}},
        {"name": "x", "notifications": {"inbound": {"email": {"send_to": 5}}}},
        {"name": "x", "notifications": {"outbound": {"callback": {"url": "ftp://x"}}}},
        {"name": "x", "smtp_permission_list": ["a", 1], "unknown": [None]},
    ],
)
def test_both_drafts_give_the_same_result(document, faxbox):
    old = Draft4Validator(packaged("faxbox")).iter_errors(faxbox)
    new = Draft202012Validator(document["components"]["schemas"]["FaxboxFields"]).iter_errors(
        faxbox
    )
    assert {tuple(e.absolute_path) for e in old} == {tuple(e.absolute_path) for e in new}


@pytest.mark.parametrize(
    ("changes", "is_valid"),
    [
        ({}, True),
        ({"name": None, "retries": None, "media": {"fax_option": None}}, True),
        ({"notifications": {"inbound": {"email": {"send_to": None}, "sms": None}}}, True),
        ({"notifications": {"outbound": {"callback": {"method": None}}}}, True),
        ({"retries": 9}, False),
        ({"smtp_permission_list": [None]}, False),
    ],
)
def test_a_patch_may_remove_anything_and_must_give_nothing(document, changes, is_valid):
    schema = document["components"]["schemas"]["FaxboxPatch"]
    assert Draft202012Validator(schema).is_valid(changes) is is_valid


def test_every_schema_is_one(document):
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema, name


def test_components_are_all_used(document):
    used = json.dumps(document)
    for kind, components in document["components"].items():
        if kind != "securitySchemes":
            for name in components:
                assert f'"#/components/{kind}/{name}"' in used, name


def test_operations_have_ids_of_their_own_and_say_who_may_call(document):
    operations = list(operations_of(document))
    assert len({operation.id for operation in operations}) == len(operations)
    for operation in operations:
        assert operation.definition["summary"]
        assert "security" in operation.definition
        for parameter in operation.definition["parameters"]:
            assert resolved(document, parameter)["description"], operation.id
