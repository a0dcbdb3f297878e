"""The filters once more, slow and plain: a step at a time, in bytes like Kazoo, with exceptions."""

import json

_MISSING = object()
FLOAT_TEXTS = {0.0: b"0.0", 1.5: b"1.5", 1000.0: b"1000.0", 1e22: b"1.0e+22", -2.5e-9: b"-2.5e-9"}


class _NotEvaluated(Exception):
    pass


def expected(pairs, shown, stored):
    for name, value in pairs:
        try:
            if not _is_met(name, value, shown, stored):
                return False
        except _NotEvaluated:
            return False
    return True


def _is_met(name, value, shown, stored):
    if name.startswith("filter_not_"):
        return not _equals(_looked_up(name[11:].split("."), shown), value)
    if name.startswith("filter_"):
        return _equals(_looked_up(name[7:].split("."), shown), value)
    if name.partition("_")[0] in ("created", "modified"):
        return _is_in_time(name, value, stored)
    if value is True:
        raise _NotEvaluated
    found = _looked_up(value.split("."), shown)
    return {
        "has_key": found is not _MISSING,
        "key_missing": found is _MISSING,
        "has_value": not _is_empty(found),
        "value_missing": _is_empty(found),
        "missing_value": _is_empty(found),
    }[name]


def _looked_up(steps, value):
    if value is _MISSING or not steps:
        return value
    if isinstance(value, dict):
        return _looked_up(steps[1:], value.get(steps[0], _MISSING))
    if isinstance(value, list):
        numbered = {str(number): item for number, item in enumerate(value, 1)}
        return _looked_up(steps[1:], numbered.get(steps[0], _MISSING))
    raise _NotEvaluated


def _equals(found, value):
    text = b"" if found is _MISSING else bytes_of(found)
    wanted = "true" if value is True else value
    if text == wanted.encode():
        return True
    try:
        decoded = json.loads(wanted)
    except ValueError:
        return False
    if isinstance(decoded, list):
        return any(bytes_of(i) == text for i in decoded if isinstance(i, str | bool | int | float))
    return isinstance(decoded, str) and decoded.encode() == text


def bytes_of(value):
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, float):
        return FLOAT_TEXTS[value]
    if isinstance(value, list):
        try:
            return b"".join(_bytes_of_item(item) for item in value)
        except ValueError:
            return b""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _bytes_of_item(item):
    if isinstance(item, str):
        return item.encode()
    if isinstance(item, list):
        return b"".join(_bytes_of_item(inner) for inner in item)
    if isinstance(item, int) and item is not True and item is not False:
        return bytes([item])
    raise ValueError


def _is_empty(value):
    if value is _MISSING or value is None:
        return True
    if isinstance(value, bool):
        return False
    return value in (0, "", "0", "NULL", "undefined", [], {})


def _is_in_time(name, value, stored):
    field, _, end = name.partition("_")
    try:
        bound = int(value) if value is not True else None
    except ValueError:
        bound = None
    if bound is None:
        raise _NotEvaluated
    time = stored.get(f"pvt_{field}")
    if time is None:
        return end == "from"
    return bound <= time if end == "from" else bound >= time
