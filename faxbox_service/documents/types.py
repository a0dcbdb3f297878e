"""The types of JSON, documents, identifiers and revisions, for all packages."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Any JSON value as Python holds it."""

Document: TypeAlias = dict[str, Json]
"""A JSON object as it is stored: `_id`, `_rev`, private `pvt_*` fields, public fields."""

AccountId: TypeAlias = str
"""32 lower-case hexadecimal characters."""

DocumentId: TypeAlias = str

Revision: TypeAlias = str
"""`<generation>-<32 hex>`, opaque to all code but the store that made it."""

GregorianSeconds: TypeAlias = int
"""Seconds since year 0, UTC: Unix time + 62167219200."""
