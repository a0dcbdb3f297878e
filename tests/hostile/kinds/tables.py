"""CSV: names and cells that spreadsheets, browsers or our own memory would suffer from."""

import json
from collections.abc import Iterator

from tests.hostile.cases import Part, Request, Story, Telling, numbered, of
from tests.hostile.ground import Sender
from tests.hostile.victim import Victim
from tests.hostile.wire import Reply

from .body_shapes import BOXES

FORMULAS = ("=cmd|'/C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", "\t=1+1", "\r=1+1", "\n=1+1")

FILE_NAMES: dict[str, Part] = {
    "quotes": b'a"; filename="b.exe',
    "a path": b"../../etc/passwd",
    "backslashes": of("\\"),
    "a long name": of("x"),
    "UTF-8": of("é"),
    "percent escapes": of("%0D%0A"),
    "dots": of("."),
    "blanks": of(" ", "a", "a"),
}


def _cases() -> Iterator[Request | Story]:
    for name, value in FILE_NAMES.items():
        yield Request(
            name=f"a file name of {name}",
            who=Sender.USER,
            right=(200,),
            target=f"{BOXES}/<kept>?accept=csv",
            headers=(("X-File-Name", value),),
        )
    for box in ("deep", "long", "wide"):
        yield Request(
            name=f"a {box} box as a table",
            who=Sender.USER,
            right=(200, 400, 406),
            target=f"{BOXES}/<{box}>",
            headers=(("Accept", "text/csv"), ("Accept-Encoding", "gzip")),
        )
    for name, nest in (
        ("a long name over many", _long_name_over_many),
        ("many long names", numbered('"#' + "k" * 500 + '":1', "{", "}")),
        ("names in names", _names_in_names),
        ("a list of many", of("1,", "[", "1]")),
    ):
        yield Story(
            name=f"a table of {name}",
            right=(200, 400, 406, 413),
            tell=_as_table(nest),
            full=1_000_000,
            moderate=100_000,
        )
    yield Story(name="cells that are formulas", right=(200,), tell=_formulas)


def _as_table(nest: Part) -> Telling:
    """Store a box, where it is taken, and ask for it as a table."""

    async def tell(victim: Victim, size: int) -> Reply | None:
        assert callable(nest)
        body = b'{"data":{"name":"x","nest":' + nest(size) + b"}}"
        made = await Request(
            name="", right=(), who=Sender.USER, method="PUT", target=BOXES, body=body
        ).play(victim, size)
        if made is None or made.status != 201:
            return made
        path = f"{BOXES}/{made.json['data']['id']}"
        shown = await Request(name="", right=(), who=Sender.USER, target=f"{path}?accept=csv").play(
            victim, size
        )
        await Request(name="", right=(), who=Sender.USER, method="DELETE", target=path).play(
            victim, size
        )
        return shown

    return tell


async def _formulas(victim: Victim, size: int) -> Reply | None:
    fields = {f"=cell {number}": text for number, text in enumerate(FORMULAS)}
    nest = json.dumps({**fields, "list": [*FORMULAS]}).encode()
    return await _as_table(lambda _: nest)(victim, size)


def _long_name_over_many(size: int) -> bytes:
    inner = ",".join(f'"{number}":1' for number in range(size // 20))
    return f'{{"{"k" * (size // 2)}":{{{inner}}}}}'.encode()


def _names_in_names(size: int) -> bytes:
    """Levels with a long name each, and a leaf on every level."""
    levels = 200
    name = "k" * (size // levels)
    return f'{{"x":1,"{name}":'.encode() * levels + b"1" + b"}" * levels


CASES = tuple(_cases())
