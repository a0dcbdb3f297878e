"""The table of a faxbox's fields, written from its schema.

`python -m tools.field_table` prints the Markdown of `docs/faxbox-fields.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.types import Document, Json

_INTRODUCTION = """\
# The fields of a faxbox

Generated from `schemas/faxbox.json` by `python -m tools.field_table`; change \
the schema, not this file.

Fields not listed are stored and returned as they are. A dot leads into an object, `[]` stands for \
every item of an array. A default is stored when a write leaves the field out.
"""

_HEADINGS = ("Field", "Type", "Default", "Required", "Limits", "Support level", "Description")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a document, with its schema."""

    path: str
    required: bool
    schema: Document

    def cells(self) -> tuple[str, ...]:
        """The text of each column."""
        return (
            f"`{self.path}`",
            _type(self.schema),
            _code(self.schema["default"]) if "default" in self.schema else "",
            "yes" if self.required else "",
            ", ".join(_limits(self.schema)),
            self.schema.get("support_level", ""),
            self.schema.get("description", ""),
        )


def fields_of(schema: Document, prefix: str = "") -> Iterator[Field]:
    """Every field below an object's schema, parents first, otherwise in the schema's order."""
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        yield Field(f"{prefix}{name}", name in required, part)
        yield from _items_of(part, f"{prefix}{name}.[]")
        yield from fields_of(part, f"{prefix}{name}.")


def field_table() -> str:
    """The whole Markdown document."""
    rows = [field.cells() for field in fields_of(packaged_schema("faxbox").document)]
    lines = [_HEADINGS, ("---",) * len(_HEADINGS), *rows]
    return "\n".join([_INTRODUCTION, *(_line(cells) for cells in lines)])


def _items_of(schema: Document, path: str) -> Iterator[Field]:
    for branch in schema.get("oneOf", [schema]):
        if "items" in branch:
            yield Field(path, False, branch["items"])


def _type(schema: Document) -> str:
    if "oneOf" in schema:
        return " or ".join(_type(branch) for branch in schema["oneOf"])
    if "items" in schema:
        return f"array of {_type(schema['items'])}s"
    name: str = schema["type"]
    return name


def _limits(schema: Document) -> Iterator[str]:
    if "minLength" in schema:
        yield f"{schema['minLength']} to {schema['maxLength']} characters"
    if "minimum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if "enum" in schema:
        yield " or ".join(_code(choice) for choice in schema["enum"])
    if "pattern" in schema:
        yield f"matches `{schema['pattern']}`"
    if "format" in schema:
        yield f"{schema['format']} address"
    if "kazoo-regexp" in schema:
        yield "a regular expression (PCRE)"
    for branch in schema.get("oneOf", []):
        yield from _limits(branch)


def _code(value: Json) -> str:
    return f"`{encode_json(value).decode()}`"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    print(field_table())
