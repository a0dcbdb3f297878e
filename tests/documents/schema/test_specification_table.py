"""The faxbox schema says what the specification's table says, and the other way round.

`specification-table.json` is a copy of the published table, row by row. The page loses the bar
between the alternatives of a type; the copy has it.
"""

import json
from pathlib import Path
from typing import Any

from faxbox_service.documents.schema.packaged import packaged_schema

TABLE = Path(__file__).with_name("specification-table.json")

ADDED_BY_KAZOO = {"flags", "flags.[]"}
"""Fields that Kazoo's schema has and the table has not."""

LIMITS_ADDED_BY_KAZOO = {
    "attempts": {"minimum": 0, "maximum": 4},
    "retries": {"minimum": 0, "maximum": 4},
    "notifications.inbound.callback.url": {"kazoo-validation": True, "pattern": "^https?://"},
    "notifications.outbound.callback.url": {"kazoo-validation": True, "pattern": "^https?://"},
    "notifications.inbound.email.send_to.[]": {"format": "email"},
    "notifications.outbound.email.send_to.[]": {"format": "email"},
    "smtp_permission_list.[]": {"kazoo-regexp": True},
}
"""Keywords of Kazoo's schema that the table has no column for."""

IN_THE_TABLE = {"default", "description", "enum", "items", "maxLength", "minLength", "oneOf"} | {
    *("properties", "required", "support_level", "type")
}


def specified() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in json.loads(TABLE.read_text())}


def parts_below(schema: dict[str, Any], prefix: str = "") -> dict[str, tuple[bool, dict[str, Any]]]:
    """Dotted key → whether it is required, and its schema."""
    parts: dict[str, tuple[bool, dict[str, Any]]] = {}
    for name, part in schema.get("properties", {}).items():
        parts[f"{prefix}{name}"] = (name in schema.get("required", []), part)
        parts |= parts_below(part, f"{prefix}{name}.")
        for alternative in part.get("oneOf", [part]):
            if "items" in alternative:
                parts[f"{prefix}{name}.[]"] = (False, alternative["items"])
    return parts


def in_the_tables_notation(schema: dict[str, Any]) -> str:
    if "oneOf" in schema:
        return " | ".join(in_the_tables_notation(part) for part in reversed(schema["oneOf"]))
    inside = ""
    if "items" in schema:
        inside = in_the_tables_notation(schema["items"])
    elif "enum" in schema:
        inside = " | ".join(f"'{choice}'" for choice in schema["enum"])
    elif "minLength" in schema:
        inside = f"{schema['minLength']}..{schema['maxLength']}"
    return f"{schema['type']}({inside})"


def default_in_the_table(schema: dict[str, Any]) -> str | None:
    if "default" not in schema:
        return None
    default = schema["default"]
    return default if isinstance(default, str) else json.dumps(default)


def rows_of_the_schema() -> dict[str, dict[str, Any]]:
    parts = parts_below(packaged_schema("faxbox").document)
    return {
        key: {
            "key": key,
            "description": part.get("description"),
            "type": in_the_tables_notation(part),
            "default": default_in_the_table(part),
            "required": required,
            "support_level": part.get("support_level"),
        }
        for key, (required, part) in parts.items()
    }


def test_the_copy_has_every_row_once() -> None:
    assert len(specified()) == len(json.loads(TABLE.read_text())) == 36


def test_schema_and_table_have_the_same_fields() -> None:
    assert rows_of_the_schema().keys() == specified().keys() | ADDED_BY_KAZOO


def test_every_row_says_what_the_schema_says() -> None:
    rows = rows_of_the_schema()

    assert {key: rows[key] for key in specified()} == specified()


def test_limits_beyond_the_table_are_those_listed_here() -> None:
    beyond = {
        key: {word: value for word, value in part.items() if word not in IN_THE_TABLE}
        for key, (_, part) in parts_below(packaged_schema("faxbox").document).items()
    }

    assert {key: words for key, words in beyond.items() if words} == LIMITS_ADDED_BY_KAZOO


def test_both_alternatives_of_an_e_mail_recipient_want_an_address() -> None:
    parts = parts_below(packaged_schema("faxbox").document)

    for way in ("inbound", "outbound"):
        many, one = parts[f"notifications.{way}.email.send_to"][1]["oneOf"]
        assert one == many["items"] == {"type": "string", "format": "email"}
        many, one = parts[f"notifications.{way}.sms.send_to"][1]["oneOf"]
        assert one == many["items"] == {"type": "string"}
