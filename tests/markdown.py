"""The headings of Markdown pages, and the names by which links reach them."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

_FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_NUMBER = re.compile(r"(\d+(?:\.\d+)*)\.? ")


@cache
def headings(page: Path) -> tuple[str, ...]:
    """The texts of the headings of a page, in order."""
    return tuple(_HEADING.findall(_FENCED.sub("", page.read_text())))


@cache
def heading_numbers(page: Path) -> tuple[str, ...]:
    """The numbers that headings begin with: `2.6` of `### 2.6 Paths`, `13` of `## 13. Accounts`."""
    return tuple(found[1] for heading in headings(page) if (found := _NUMBER.match(heading)))


@cache
def anchors(page: Path) -> frozenset[str]:
    """What may stand behind `#` in a link to the page, as GitHub names its headings."""
    seen: Counter[str] = Counter()
    names = set()
    for heading in headings(page):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return frozenset(names)
