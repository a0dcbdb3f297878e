"""Listings as CSV text: a column for each property, a row for each document (wire, 2.5).

As Kazoo writes it (kz_csv), but every row has the columns of the whole listing.
"""

import re
from collections.abc import Iterable, Iterator
from secrets import token_hex
from tempfile import SpooledTemporaryFile
from urllib.parse import quote

from faxbox_service.documents.json_text import decode_json, encode_json
from faxbox_service.documents.types import Document, Json

from .scalar_text import flat_items, scalar_text

_LARGEST_IN_MEMORY = 1_000_000
"""Bytes of rows; more are kept on disk."""

_CHUNK = 65_536
"""Characters; a piece is sent as soon as it has so many."""

_LONGEST_FILE_NAME = 128
"""Characters; percent-encoded, this still fits in what clients take for a header."""

_HEADINGS = {"id": "ID", "description": "Description"}
"""The columns that are not headed by their own names."""

_UNSAFE_IN_FILE_NAMES = frozenset('"\\/')

_NOT_PLAIN = re.compile(r"[^\x20-\x7e]|%")
"""What clients read differently in a plain `filename`: RFC 6266, appendix D."""


class CsvTable:
    """A table that grows row by row, and is written when all its columns are known.

    The columns are kept in memory, the rows in a file; `close` removes it.
    """

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._rows = SpooledTemporaryFile(max_size=_LARGEST_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def __len__(self) -> int:
        """How many rows there are, without the header."""
        return self._count

    def add(self, documents: Iterable[Document]) -> None:
        """Append a row for each document."""
        for document in documents:
            self._rows.write(encode_json(self._cells(document)) + b"\n")
            self._count += 1

    def chunks(self) -> Iterator[bytes]:
        """The text of the table; nothing can be added any more."""
        width = len(self._columns)
        headings = (_HEADINGS.get(name, name) for name in self._columns)
        pieces = [_row_text(enumerate(headings), width)]
        size = len(pieces[0])
        self._rows.seek(0)
        for line in self._rows:
            if size >= _CHUNK:
                yield "".join(pieces).encode()
                pieces, size = [], 0
            pieces.append(_row_text(decode_json(line), width))
            size += len(pieces[-1])
        yield "".join(pieces).encode()

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()

    def _cells(self, document: Document) -> list[tuple[int, str]]:
        """The cells that are present, each with the index of its column, in the columns' order."""
        cells: dict[int, str] = {}
        for name, value in _flattened(document):
            index = self._columns.setdefault(name, len(self._columns))
            text = _cell_text(value)
            if text is not None:
                cells.setdefault(index, text)
        return sorted(cells.items())


def content_disposition(given: str | None) -> str:
    """The header that has a table saved as a file, named as wished or at random (RFC 6266).

    Whatever could end the header or the name, or lead to another folder, becomes `_`.
    """
    name = _safe_file_name(given or "") or f"json_{token_hex(11)}.csv"
    plain = _NOT_PLAIN.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _safe_file_name(name: str) -> str:
    shown = "".join(
        character if character.isprintable() and character not in _UNSAFE_IN_FILE_NAMES else "_"
        for character in name
    )
    return shown.strip(" .")[:_LONGEST_FILE_NAME].rstrip(" .")


def _flattened(document: Document) -> Iterator[tuple[str, Json]]:
    """Everything in a document that is no object, named by the path to it (`kz_json:flatten`)."""
    pending = list(reversed(document.items()))
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict):
            inner = reversed(value.items())
            pending.extend((f"{name}_{inner_name}", item) for inner_name, item in inner)
        else:
            yield name, value


def _cell_text(value: Json) -> str | None:
    """The text of a scalar, or those of an array's items; None if there is an object in it."""
    if not isinstance(value, list):
        return scalar_text(value)
    return _joined(",", [_item_text(item) for item in value])


def _item_text(item: Json) -> str | None:
    """Arrays in arrays are run together, as in Kazoo."""
    if not isinstance(item, list):
        return scalar_text(item)
    return _joined("", [scalar_text(inner) for inner in flat_items(item)])


def _joined(separator: str, texts: list[str | None]) -> str | None:
    present = [text for text in texts if text is not None]
    return separator.join(present) if len(present) == len(texts) else None


def _row_text(cells: Iterable[tuple[int, str]], width: int) -> str:
    """A line of so many columns; what has no cell is nothing between its commas."""
    parts: list[str] = []
    position = 0
    for index, text in cells:
        parts.append("," * (index - position))
        parts.append('"' + text.replace('"', '""') + '"')
        position = index
    parts.append("," * (width - 1 - position) + "\n")
    return "".join(parts)
