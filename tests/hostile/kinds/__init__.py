"""The kinds of hostile requests, a module each."""

from collections.abc import Mapping, Sequence

from tests.hostile.cases import Case

from . import (
    addresses,
    body_shapes,
    codings,
    crowds,
    fields,
    filters,
    framing,
    header_values,
    logins,
    media_types,
    options,
    pages,
    repetitions,
    rights,
    tables,
    targets,
    tokens,
)

KINDS: Mapping[str, Sequence[Case]] = {
    "header values": header_values.CASES,
    "targets": targets.CASES,
    "options": options.CASES,
    "media types": media_types.CASES,
    "codings": codings.CASES,
    "framing": framing.CASES,
    "body shapes": body_shapes.CASES,
    "fields": fields.CASES,
    "tokens": tokens.CASES,
    "logins": logins.CASES,
    "filters": filters.CASES,
    "pages": pages.CASES,
    "tables": tables.CASES,
    "addresses": addresses.CASES,
    "rights": rights.CASES,
    "crowds": crowds.CASES,
    "repetitions": repetitions.CASES,
}
