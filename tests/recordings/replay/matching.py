"""Compares the JSON and headers of a reply with what was expected, and says what differs."""

from collections.abc import Mapping

from tests.recordings.exchanges import Json

from .placeholders import Bindings


def match_json(expected: Json, actual: Json, bindings: Bindings, path: str = "") -> list[str]:
    """What differs, one line each; binds placeholders. Key order is not compared, types are."""
    if isinstance(expected, str):
        if bindings.match(expected, actual):
            return []
        return [_unequal(path, bindings.explain(expected), actual)]
    if type(expected) is not type(actual):
        return [_unequal(path, expected, actual)]
    if isinstance(expected, dict):
        return _match_objects(expected, actual, bindings, path)
    if isinstance(expected, list):
        return _match_arrays(expected, actual, bindings, path)
    return [] if expected == actual else [_unequal(path, expected, actual)]


def match_unordered(expected: list[Json], actual: Json, bindings: Bindings, path: str) -> list[str]:
    """What differs between two arrays whose order follows random ids."""
    if not isinstance(actual, list):
        return [_unequal(path, expected, actual)]
    differences: list[str] = []
    remaining = list(actual)
    for item in sorted(expected, key=lambda item: not _is_bound(item, bindings)):
        lines, place = _closest(item, remaining, bindings, f"{path}[{_label(item, bindings)}]")
        if place is not None and (not lines or _is_bound(item, bindings)):
            remaining.pop(place)
        differences += lines
    return differences + [f"{path}: unexpected item {item!r}" for item in remaining]


def match_headers(
    expected: Mapping[str, str | None], actual: Mapping[str, str], bindings: Bindings
) -> list[str]:
    """What differs in the headers that are expected; None means that a header must be absent."""
    differences = []
    for name, value in expected.items():
        given = actual.get(name)
        if value is None:
            if given is not None:
                differences.append(f"header {name}: expected none, got {given!r}")
        elif given is None or not bindings.match(value, given):
            differences.append(_unequal(f"header {name}", bindings.explain(value), given))
    return differences


def _match_objects(
    expected: dict[str, Json], actual: dict[str, Json], bindings: Bindings, path: str
) -> list[str]:
    differences = []
    for name, value in expected.items():
        place = f"{path}.{name}" if path else name
        if name in actual:
            differences += match_json(value, actual[name], bindings, place)
        else:
            differences.append(f"{place}: missing, expected {value!r}")
    for name in actual.keys() - expected.keys():
        place = f"{path}.{name}" if path else name
        differences.append(f"{place}: unexpected, got {actual[name]!r}")
    return differences


def _match_arrays(
    expected: list[Json], actual: list[Json], bindings: Bindings, path: str
) -> list[str]:
    if len(expected) != len(actual):
        return [f"{path}: expected {len(expected)} items {expected!r}, got {actual!r}"]
    differences = []
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        differences += match_json(one, other, bindings, f"{path}[{index}]")
    return differences


def _closest(
    item: Json, candidates: list[Json], bindings: Bindings, path: str
) -> tuple[list[str], int | None]:
    """The candidate that matches, or how the nearest one differs."""
    best: tuple[list[str], int | None] = ([f"{path}: missing, expected {item!r}"], None)
    for place, candidate in enumerate(candidates):
        if not _may_be(item, candidate, bindings):
            continue
        trial = bindings.copy()
        lines = match_json(item, candidate, trial, path)
        if not lines:
            bindings.adopt(trial)
            return [], place
        if best[1] is None or len(lines) < len(best[0]):
            best = (lines, place)
    return best


def _may_be(item: Json, candidate: Json, bindings: Bindings) -> bool:
    """False when both have ids, and they are known to be different."""
    if not _is_bound(item, bindings) or not isinstance(candidate, dict):
        return True
    return bindings.explain(item["id"]) == candidate.get("id")


def _is_bound(item: Json, bindings: Bindings) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("id"), str)
        and "{" not in bindings.explain(item["id"])
    )


def _label(item: Json, bindings: Bindings) -> str:
    return bindings.explain(item["id"]) if _is_bound(item, bindings) else "?"


def _unequal(path: str, expected: object, actual: object) -> str:
    return f"{path or 'body'}: expected {expected!r}, got {actual!r}"
