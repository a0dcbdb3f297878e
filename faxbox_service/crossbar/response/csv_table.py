"""Listings as CSV text: a column for each property, a row for each document.

See docs/reference/wire.md, 2.5.

As Kazoo writes it (kz_csv), but every row has the columns of the whole listing. Nothing that is put
into documents makes a table many times as long as they are: columns and their names are limited,
for each row has a comma for each column, and the name of a deep property repeats those above it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

from faxbox_service.crossbar.errors import table_too_large
from faxbox_service.crossbar.time_slices import Steps
from faxbox_service.documents.erlang_text import flat_items, scalar_text
from faxbox_service.documents.json.text import decode_json, encode_json
from faxbox_service.documents.types import Document, Json

from .csv_injection import WINDOW, windows, without_formulas

_LARGEST_IN_MEMORY = 1_000_000
"""Bytes of rows; more are kept on disk."""

_CHUNK = 65_536
"""Characters; a piece is sent as soon as it has that many."""

_LONGEST_HEADING = 10_000
"""Characters."""

_MEMBERS_FOR_EACH_COLUMN = 10
"""A document may have objects, too, that become no column by themselves."""

_STEP = 1000
"""Members or items that take little time."""

_HEADINGS = {"id": "ID", "description": "Description"}
"""The columns that are not headed by their own names."""


@dataclass(frozen=True, slots=True)
class CsvRules:
    """What tables are like."""

    most_columns: int = 1000
    is_safe: bool = False
    """Whether formulas are made harmless, where the request does not say."""


class CsvTable:
    """A table that grows row by row, and is written when all its columns are known.

    The columns are kept in memory, the rows in a file; `close` removes it.
    """

    def __init__(self, rules: CsvRules) -> None:
        self._most_columns = rules.most_columns
        self._columns: dict[str, int] = {}
        self._rows = SpooledTemporaryFile(max_size=_LARGEST_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def __len__(self) -> int:
        """How many rows there are, without the header."""
        return self._count

    def add(self, document: Document) -> Steps[None]:
        """Append a row. Raises a 400 for too many columns, or too long a name."""
        cells = yield from self._cells(document)
        self._rows.write(encode_json(cells) + b"\n")
        self._count += 1

    def chunks(self, *, is_safe: bool) -> Iterator[bytes]:
        """The text of the table; nothing can be added any more.

        No piece takes long to make; some are empty. A table that `is_safe` has no formulas: see
        `without_formulas`.
        """
        pieces: list[str] = []
        size = 0
        for piece in self._pieces(is_safe):
            pieces.append(piece)
            size += len(piece)
            if size >= _CHUNK or not piece:
                yield "".join(pieces).encode()
                pieces, size = [], 0
        yield "".join(pieces).encode()

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()

    def _pieces(self, is_safe: bool) -> Iterator[str]:
        """The text, with an empty piece after what takes long."""
        width = len(self._columns)
        headings = [_HEADINGS.get(name, name) for name in self._columns]
        yield from _row_text(enumerate(headings), width, is_safe)
        self._rows.seek(0)
        for line in self._rows:
            cells = decode_json(line)
            if len(line) > _CHUNK:
                yield ""
            yield from _row_text(cells, width, is_safe)

    def _cells(self, document: Document) -> Steps[list[tuple[int, str]]]:
        """The cells that are present, each with the index of its column, in the columns' order."""
        cells: dict[int, str] = {}
        most = self._most_columns * _MEMBERS_FOR_EACH_COLUMN
        for count, (name, value) in enumerate(_flattened(document), 1):
            if count > most:
                raise table_too_large("maxProperties", f"A row has more than {most} members", most)
            if not count % _STEP:
                yield
            if isinstance(value, dict):
                continue
            index = self._index_of(name)
            if isinstance(value, list):
                text = yield from _list_text(value)
            else:
                text = scalar_text(value)
            if text is not None:
                cells.setdefault(index, text)
        return sorted(cells.items())

    def _index_of(self, name: str) -> int:
        """The column of that name."""
        if len(name) > _LONGEST_HEADING:
            text = f"A heading has more than {_LONGEST_HEADING} characters"
            raise table_too_large("maxLength", text, _LONGEST_HEADING)
        index = self._columns.setdefault(name, len(self._columns))
        if len(self._columns) > self._most_columns:
            text = f"The table has more than {self._most_columns} columns"
            raise table_too_large("maxItems", text, self._most_columns)
        return index


def _flattened(document: Document) -> Iterator[tuple[str, Json]]:
    """Every member of a document and of the objects in it, named by the path to it.

    Everything that is not an object is a column (`kz_json:flatten`). A path that is too long is cut
    to a length that is still too long.
    """
    pending = [("", iter(document.items()))]
    while pending:
        prefix, members = pending[-1]
        for name, value in members:
            path = prefix + name
            yield path, value
            if isinstance(value, dict):
                pending.append((f"{path[:_LONGEST_HEADING]}_", iter(value.items())))
                break
        else:
            pending.pop()


def _list_text(array: list[Json]) -> Steps[str | None]:
    """The texts of an array's items; None if there is an object in it.

    Arrays in arrays are run together, as in Kazoo.
    """
    texts: list[str] = []
    count = 0
    for item in array:
        parts: list[str] = []
        for part in flat_items([item]):
            count += 1
            if not count % _STEP:
                yield
            if isinstance(part, list):
                continue
            text = scalar_text(part)
            if text is None:
                return None
            parts.append(text)
        texts.append("".join(parts))
    return ",".join(texts)


def _row_text(cells: Iterable[tuple[int, str]], width: int, is_safe: bool) -> Iterator[str]:
    """A line of `width` columns; a column without a cell is empty."""
    parts: list[str] = []
    position = 0
    for index, text in cells:
        parts.append("," * (index - position))
        position = index
        if len(text) <= WINDOW:
            shown = "".join(without_formulas(text)) if is_safe else text
            parts.append('"' + shown.replace('"', '""') + '"')
            continue
        yield "".join(parts) + '"'
        for piece in without_formulas(text) if is_safe else windows(text):
            yield piece.replace('"', '""')
        parts = ['"']
    parts.append("," * (width - 1 - position) + "\n")
    yield "".join(parts)
