"""Texts that are hard for a pattern, made from the pattern's own parse tree.

A pattern that backtracks does so where many parts of a text can be matched in more than one way,
and what follows cannot be matched at all. So each part of a pattern is turned into texts that it
matches; these are repeated, after a beginning that leads there, with something else at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

Tree: TypeAlias = Any
"""A parsed pattern, or what an operator of one is applied to."""

_MOST_TEXTS = 8
_MOST_ALPHABET = 10
_MOST_PUMPS = 25
_OTHERS = ("", "\x00", "\n", "!", "\u20ac")
"""Ends of texts, beside all characters of the pattern."""

_CATEGORIES = {
    ops.CATEGORY_DIGIT: str.isdecimal,
    ops.CATEGORY_SPACE: str.isspace,
    ops.CATEGORY_WORD: lambda character: character.isalnum() or character == "_",
}
_OPPOSITES = {
    ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT,
    ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
    ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
}
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


@dataclass(frozen=True)
class Family:
    """Texts of any length: a beginning, something again and again, an end."""

    beginning: str
    pump: str
    end: str

    def text(self, length: int) -> str:
        """The text of about so many characters."""
        return self.beginning + self.pump * (length // len(self.pump)) + self.end


def families(pattern: str, flags: int) -> list[Family]:
    """Families of texts that may be hard for a pattern."""
    tree = _parser.parse(pattern, flags)
    alphabet = _alphabet(tree)
    ends = dict.fromkeys((*_OTHERS, *alphabet))
    pumps: dict[tuple[str, str], None] = {}
    for beginning, part in _parts(tree, "", alphabet):
        for text in filter(None, (beginning, *_texts(part, alphabet))):
            pumps[beginning, text] = pumps["", text] = None
    found = {Family(*pump, end): None for pump in pumps for end in ends}
    short = sorted(dict.fromkeys(pump for _, pump in pumps), key=len)[:_MOST_PUMPS]
    for first, second in product(dict.fromkeys((*short, *alphabet)), repeat=2):
        for end in ("", "\x00"):
            found[Family("", first + second, end)] = found[Family(first, second, end)] = None
    return list(found)


def _alphabet(tree: Tree) -> list[str]:
    """The characters that a pattern tells from others, and some that it does not."""
    found = {"a": None, "0": None, " ": None, '"': None, "\\": None}
    pending = [tree]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple) and len(part) == 2 and part[0] in (ops.LITERAL, ops.NOT_LITERAL):
            found[chr(part[1])] = None
        elif isinstance(part, tuple) and len(part) == 2 and part[0] is ops.RANGE:
            found[chr(part[1][0])] = None
        elif isinstance(part, tuple | list | _parser.SubPattern):
            pending.extend(part)
    return list(found)[: -_MOST_ALPHABET - 1 : -1]


def _parts(tree: Tree, beginning: str, alphabet: list[str]) -> Iterator[tuple[str, Tree]]:
    """Every part of a pattern, each with a text that leads to it."""
    for operator, argument in tree:
        this = [(operator, argument)]
        yield beginning, this
        for inner in _inner(operator, argument):
            yield beginning, inner
            yield from _parts(inner, beginning, alphabet)
        beginning += _texts(this, alphabet)[0]


def _inner(operator: Any, argument: Any) -> list[Tree]:
    if operator in _REPEATS:
        return [argument[2]]
    if operator is ops.SUBPATTERN:
        return [argument[3]]
    if operator is ops.BRANCH:
        return list(argument[1])
    if operator is ops.ATOMIC_GROUP:
        return [argument]
    if operator in (ops.ASSERT, ops.ASSERT_NOT):
        return [argument[1]]
    return []


def _texts(tree: Tree, alphabet: list[str]) -> list[str]:
    """Some texts that a sequence matches, the shortest first."""
    choices = [_texts_of_one(operator, argument, alphabet) for operator, argument in tree]
    least = [texts[0] for texts in choices]
    found = {"".join(least): None, "".join(texts[-1] for texts in choices): None}
    for place, texts in enumerate(choices):
        for text in texts[1:]:
            found["".join((*least[:place], text, *least[place + 1 :]))] = None
    return list(found)[: 4 * _MOST_TEXTS]


def _texts_of_one(operator: Any, argument: Any, alphabet: list[str]) -> list[str]:
    if operator is ops.LITERAL:
        return [chr(argument)]
    if operator in (ops.NOT_LITERAL, ops.ANY, ops.IN):
        matched = [one for one in alphabet if _is_matched(operator, argument, one)]
        return matched[:_MOST_TEXTS] or [_any_of(operator, argument)]
    if operator in _REPEATS:
        least, most, part = argument
        texts = _texts(part, alphabet)
        counts = [count for count in (least, least + 1, least + 2) if count <= most]
        return [text * count for count in counts for text in texts][:_MOST_TEXTS]
    inner = _inner(operator, argument)
    if operator in (ops.ASSERT, ops.ASSERT_NOT) or not inner:
        return [""]
    return [text for part in inner for text in _texts(part, alphabet)][:_MOST_TEXTS]


def _any_of(operator: Any, argument: Any) -> str:
    """A character from anywhere that is matched."""
    return next(one for one in map(chr, range(0x3000)) if _is_matched(operator, argument, one))


def _is_matched(operator: Any, argument: Any, character: str) -> bool:
    if operator is ops.ANY:
        return character != "\n"
    if operator is ops.NOT_LITERAL:
        return ord(character) != argument
    is_negated = argument[0][0] is ops.NEGATE
    return is_negated is not any(_is_item(kind, value, character) for kind, value in argument)


def _is_item(operator: Any, argument: Any, character: str) -> bool:
    if operator is ops.LITERAL:
        return ord(character) == argument
    if operator is ops.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    if operator is ops.CATEGORY and argument in _OPPOSITES:
        return not _CATEGORIES[_OPPOSITES[argument]](character)
    return operator is ops.CATEGORY and bool(_CATEGORIES[argument](character))
