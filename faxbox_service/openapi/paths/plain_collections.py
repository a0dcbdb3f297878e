"""The operations of collections that are declared in `documents/plain_collections.py`."""

from faxbox_service.documents.plain_collections import PlainCollection
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.schema.schema import Schema
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.document_schemas import REVISION_OPTION, document_schemas
from faxbox_service.openapi.components.draft4 import modern_schema
from faxbox_service.openapi.components.envelopes import (
    chunked_schema,
    listing_schema,
    success_schema,
)
from faxbox_service.openapi.components.errors import ACCOUNT_NOT_FOUND, error_reply
from faxbox_service.openapi.components.examples import (
    DOCUMENT_ID,
    LIST_REVISION,
    NEW_DOCUMENT_ID,
    REVISION,
    UNKNOWN_ID,
    error_envelope,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import (
    CONDITIONS,
    LISTING,
    TABLE,
    path_parameter,
)
from faxbox_service.openapi.components.responses import (
    OF_PAGES,
    empty_reply,
    example,
    not_modified,
    reply,
    table_reply,
)
from faxbox_service.openapi.components.validation_errors import invalid_data, invalid_fields
from faxbox_service.openapi.operations import (
    Documentation,
    Operation,
    json_body,
    schema_reference,
)

_CHANGE_ERRORS = ("Forbidden", "PreconditionFailed")


def documentation_of(kind: PlainCollection) -> Documentation:
    """The six operations of a collection, their schemas, and the parameter of its paths."""
    schema = packaged_schema(kind.noun)
    described = _Collection(kind, schema)
    name = kind.singular.lower()
    return Documentation(
        (
            described.listing(),
            described.creation(),
            described.read(),
            described.replacement(),
            described.patch(),
            described.deletion(),
        ),
        document_schemas(kind.singular, modern_schema(schema.document)),
        {
            f"{kind.singular}Id": path_parameter(
                f"{kind.singular.upper()}_ID", f"The `id` of a {name}.", DOCUMENT_ID
            )
        },
    )


class _Collection:
    """One collection, as the document describes it."""

    def __init__(self, kind: PlainCollection, schema: Schema) -> None:
        self._kind = kind
        self._schema = schema
        self._name = kind.singular.lower()
        self._fields = schema.validate(kind.example)
        self._one = success_schema(schema_reference(kind.singular))

    def listing(self) -> Operation:
        item = schema_reference(self._kind.singular)
        page = success_envelope([self._shown()], revision=LIST_REVISION, page_size=1)
        return Operation(
            id=f"list{self._kind.plural}",
            tag=self._kind.noun,
            summary=f"List the {self._kind.noun} of an account",
            parameters=(*LISTING, *CONDITIONS),
            replies={
                "200": table_reply(
                    f"A page of {self._kind.noun}.",
                    {"anyOf": [listing_schema(item), chunked_schema(item)]},
                    {"page": example("A page", page)},
                    None,
                    **OF_PAGES,
                ),
                "204": empty_reply("A table without rows.", {"query": "accept=csv&has_key=none"}),
                "304": not_modified(),
            },
            errors=(
                *("InvalidListing", "Forbidden", "PageNotFound", "PreconditionFailed"),
                "PageTooLong",
            ),
        )

    def creation(self) -> Operation:
        created = success_envelope(self._shown(NEW_DOCUMENT_ID), revision=REVISION)
        return Operation(
            id=f"create{self._kind.singular}",
            tag=self._kind.noun,
            summary=f"Create a {self._name}",
            parameters=("IfMatch",),
            body=json_body(schema_reference(f"{self._kind.singular}Fields"), self._kind.example),
            replies={
                "201": reply(
                    f"The new {self._name}, with defaults and `id`.",
                    self._one,
                    {"created": example("Created", created)},
                    location="Location",
                    etag="EntityTag",
                ),
                "400": self._invalid({}),
            },
            errors=("AccountNotFound", *_CHANGE_ERRORS),
        )

    def read(self) -> Operation:
        found = success_envelope(self._shown(), revision=REVISION)
        return Operation(
            id=f"fetch{self._kind.singular}",
            tag=self._kind.noun,
            summary=f"Fetch a {self._name}",
            parameters=("Rev", "RevsInfo", *CONDITIONS, *TABLE),
            replies={
                "200": table_reply(
                    f"The {self._name}.", self._one, {"found": example("Found", found)}
                ),
                "304": not_modified(),
                "404": self._not_found(),
            },
            errors=_CHANGE_ERRORS,
        )

    def replacement(self) -> Operation:
        fields = schema_reference(f"{self._kind.singular}Fields")
        return Operation(
            id=f"replace{self._kind.singular}",
            tag=self._kind.noun,
            summary=f"Replace all fields of a {self._name}, or restore a deleted one",
            parameters=("Restore", *CONDITIONS),
            body=json_body(fields, self._kind.example, revision=REVISION_OPTION),
            replies={
                "200": self._changed(),
                "400": self._invalid({}),
                "404": self._not_found(),
            },
            errors=("Conflict", *_CHANGE_ERRORS),
        )

    def patch(self) -> Operation:
        fields = schema_reference(f"{self._kind.singular}Patch")
        missing = dict.fromkeys(self._schema.document.get("required", []))
        return Operation(
            id=f"patch{self._kind.singular}",
            tag=self._kind.noun,
            summary=f"Change some fields of a {self._name}",
            description="The result is what is validated; `null` removes.",
            parameters=CONDITIONS,
            body=json_body(fields, self._kind.example, revision=REVISION_OPTION),
            replies={
                "200": self._changed(x_invalid_fields="InvalidFields"),
                "400": self._invalid(missing),
                "404": self._not_found(),
            },
            errors=("Conflict", *_CHANGE_ERRORS),
        )

    def deletion(self) -> Operation:
        deleted = {**self._shown(), "_read_only": {"deleted": True}}
        return Operation(
            id=f"delete{self._kind.singular}",
            tag=self._kind.noun,
            summary=f"Delete a {self._name}",
            parameters=(*CONDITIONS, "SoftDelete"),
            replies={
                "200": reply(
                    f"The {self._name} as it was.",
                    success_schema(schema_reference(f"Deleted{self._kind.singular}")),
                    {"deleted": example("Deleted", success_envelope(deleted, revision=REVISION))},
                    etag="EntityTag",
                ),
                "404": self._not_found(),
            },
            errors=_CHANGE_ERRORS,
        )

    def _shown(self, document_id: str = DOCUMENT_ID) -> Document:
        return {**self._fields, "id": document_id}

    def _changed(self, **headers: str) -> Document:
        changed = success_envelope(self._shown(), revision=REVISION)
        examples = {"changed": example("Changed", changed)}
        return reply(
            f"The {self._name} as it is now.", self._one, examples, etag="EntityTag", **headers
        )

    def _invalid(self, data: Document) -> Document:
        """400: what lacks the required fields is the example, if there are any."""
        try:
            self._schema.validate({})
        except InvalidDocument as error:
            return invalid_data({"missing fields": invalid_fields(data, **error.errors)})
        return invalid_data({})

    def _not_found(self) -> Document:
        cause = {"cause": UNKNOWN_ID, "message": "bad identifier"}
        unknown = example(
            f"A {self._name} that does not exist",
            error_envelope(404, "bad_identifier", cause),
            path={f"{self._kind.singular.upper()}_ID": UNKNOWN_ID},
        )
        return error_reply(
            404,
            f"There is no such account or {self._name}.",
            {**ACCOUNT_NOT_FOUND, f"unknown {self._name}": unknown},
        )
