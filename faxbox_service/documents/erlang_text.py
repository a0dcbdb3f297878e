"""JSON scalars as Kazoo writes them in plain text, in filters and tables (`kz_term:to_binary`)."""

from collections.abc import Iterator
from decimal import Decimal

from .types import Json

_MOST_ZEROS = 5
"""Zeros written before or after the digits of a float; with more, the text is exponential."""


def scalar_text(value: Json) -> str | None:
    """The text of a scalar: `true`, `null`, `12`, `1000.0`; None for arrays and objects."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer_text(value)
    return _float_text(value) if isinstance(value, float) else None


def flat_items(array: list[Json]) -> Iterator[Json]:
    """The items of an array, each array among them followed by its own, however deep."""
    pending = [iter(array)]
    while pending:
        for item in pending[-1]:
            yield item
            if isinstance(item, list):
                pending.append(iter(item))
                break
        else:
            pending.pop()


def _integer_text(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # more digits than Python converts, for their cost; Decimal is quick
        return str(Decimal(number))


def _float_text(number: float) -> str:
    """The fewest digits that distinguish it from other floats, with a point (`kz_mochinum`)."""
    if number == 0:
        return "0.0"
    exact = Decimal(repr(number)).normalize()
    digits = "".join(map(str, exact.as_tuple().digits))
    sign = "-" if number < 0 else ""
    return sign + _pointed(digits, exact.adjusted() + 1)


def _pointed(digits: str, exponent: int) -> str:
    """`12`, 3 → `120.0`: the digits with the point that many digits from their start."""
    missing = exponent - len(digits)
    if -_MOST_ZEROS <= exponent <= 0:
        return f"0.{'0' * -exponent}{digits}"
    if exponent > 0 > missing:
        return f"{digits[:exponent]}.{digits[exponent:]}"
    if exponent > 0 and missing <= _MOST_ZEROS:
        return f"{digits}{'0' * missing}.0"
    return f"{digits[0]}.{digits[1:] or '0'}e{exponent - 1:+}"
