"""Every pattern of the package, and how each is used."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

import pcre2

import faxbox_service

PACKAGE = Path(faxbox_service.__file__).parent

_METHODS = frozenset(
    ("match", "fullmatch", "search", "finditer", "sub", "subn", "findall", "split")
)
_ANY_USE = frozenset(("match", "finditer"))
"""Of a pattern that is handed on, so that nobody sees how it is used."""


Pattern: TypeAlias = "re.Pattern[Any] | pcre2.Pattern"


@dataclass(frozen=True)
class Found:
    """A pattern, the place of its first definition, and the methods that are called on it."""

    place: str
    pattern: Pattern
    uses: tuple[str, ...]


def modules() -> Iterator[ModuleType]:
    """Every module of the package, imported."""
    yield faxbox_service
    for info in pkgutil.walk_packages(faxbox_service.__path__, "faxbox_service."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def patterns() -> list[Found]:
    """All patterns that a module holds: by a name, in a container, a class or a closure."""
    held: dict[int, tuple[str, Pattern, set[str]]] = {}
    for module in modules():
        uses = _uses(ast.parse(Path(module.__file__ or "").read_text()))
        for name, value in vars(module).items():
            for pattern in _within(value, set()):
                place = f"{module.__name__}.{name}"
                _, _, known = held.setdefault(id(pattern), (place, pattern, set()))
                known |= uses.get(name, set()) if pattern is value else _ANY_USE
    return sorted(
        (
            Found(place, pattern, tuple(sorted(uses or _ANY_USE)))
            for place, pattern, uses in held.values()
        ),
        key=lambda one: one.place,
    )


def _within(value: Any, seen: set[int]) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern | pcre2.Pattern):
        yield value
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    for part in _parts(value):
        yield from _within(part, seen)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, FunctionType) and _is_ours(value.__module__):
        return [
            *_closure(value),
            *(value.__defaults__ or ()),
            *(value.__kwdefaults__ or {}).values(),
        ]
    if isinstance(value, type) and _is_ours(value.__module__):
        return list(vars(value).values())
    if _is_ours(type(value).__module__):
        slots = [name for one in type(value).__mro__ for name in getattr(one, "__slots__", ())]
        held = [getattr(value, name, None) for name in slots]
        return [*held, *getattr(value, "__dict__", {}).values()]
    return []


def _closure(function: FunctionType) -> list[Any]:
    held = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # empty
            held.append(cell.cell_contents)
    return held


def _is_ours(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "faxbox_service"


def _uses(tree: ast.Module) -> dict[str, set[str]]:
    """The methods that a module calls on each of its names.

    A name that is also handed on, or looked up, counts as used in any way.
    """
    found: dict[str, set[str]] = {}
    called = {
        id(node.func.value): node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _METHODS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            method = called.get(id(node))
            found.setdefault(node.id, set()).update({method} if method else _ANY_USE)
    return found


def trees() -> dict[str, ast.Module]:
    """The source of every module, parsed, by its path within the package."""
    return {
        file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text())
        for file in sorted(PACKAGE.rglob("*.py"))
    }


def patterns_without_a_name(tree: ast.Module) -> list[str]:
    """Calls of `re` or `pcre2` that are not the definition of a module's own pattern."""
    defined = {
        id(call)
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for call in ast.walk(statement.value)
    }
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("re", "pcre2")
        and not (node.func.attr == "compile" and id(node) in defined)
        and node.func.attr != "escape"
    ]
