"""Every citation of the contract and the references leads to a heading that exists.

A citation is the path of a page and the numbers of its headings: `docs/reference/wire.md, 2.6`,
`docs/contract.md, 1, 4 and 26`. docs/reference/README.md says what is cited.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.markdown import heading_numbers
from tests.recordings.expected.deviations import DEVIATIONS

ROOT = Path(__file__).parents[1]
PLACES = ("faxbox_service", "tests", "tools", "schemas", "couchdb", "docs")
PAGES = ("README.md", "CHANGELOG.md", "Makefile")
SUFFIXES = {
    *(".py", ".js", ".sh", ".html", ".css", ".http"),
    *(".json", ".toml", ".yaml", ".yml", ".md", ".txt"),
}
LEFT_OUT = {"node_modules", "__pycache__"}

_GAP = r"(?:[ \t]+|[ \t]*\n[ \t]*(?:#[ \t]*)?)"
"""Between the words of a citation, which may go on in the next line of a comment."""
_NUMBER = r"\d+(?:\.\d+)*"
_NUMBERS = rf"{_NUMBER}(?:(?:,{_GAP}and{_GAP}|,{_GAP}|{_GAP}and{_GAP}|{_GAP}to{_GAP}){_NUMBER})*"
_CITATION = re.compile(
    rf"(?<![\w/.-])(?P<page>docs/[\w/-]+\.md)(?:,{_GAP}(?P<numbers>{_NUMBERS}))?(?![\w%])"
)
_SHORT_FORM = re.compile(
    rf"(?<![\w/.-])(?:(?:wire|data(?:-|{_GAP})model|seen(?:-|{_GAP})running|events|contract),?"
    rf"|(?!docs/)[\w/-]+\.md,){_GAP}(?:§ ?|(?:sections?|rules?|numbers?){_GAP})?{_NUMBER}",
    re.IGNORECASE,
)
"""Citations as prose, or by a path that is not one from the root of the repository."""
_LINK_TEXT = re.compile(r"\[[^\]\n]*\](?=\()")


def citations(text: str) -> Iterator[tuple[str, str | None]]:
    """The page and the number of each citation; a page that is only named has no number."""
    for found in _CITATION.finditer(text):
        for number in re.findall(_NUMBER, found["numbers"] or "") or [None]:
            yield found["page"], number


def faults(text: str) -> list[str]:
    """What is wrong with the citations of a text."""
    wrong = []
    for page, number in citations(text):
        path = ROOT / page
        if not path.is_file():
            wrong.append(f"{page} does not exist")
        elif number is not None and number not in heading_numbers(path):
            wrong.append(f"{page} has no heading {number}")
    for found in _SHORT_FORM.finditer(_LINK_TEXT.sub("", text)):
        wrong.append(f"{' '.join(found[0].split())!r} does not say which page it is in")
    return wrong


def cited_files() -> Iterator[Path]:
    """Every file that may cite something, but this one."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            is_text = path.suffix in SUFFIXES and LEFT_OUT.isdisjoint(path.parts)
            if is_text and path != Path(__file__).resolve() and path.is_file():
                yield path
    yield from (ROOT / page for page in PAGES)


def test_every_citation_leads_to_a_heading() -> None:
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in cited_files()
        if (wrong := faults(path.read_text()))
    }
    assert found == {}


def test_citations_are_found_at_all() -> None:
    found = [citation for path in cited_files() for citation in citations(path.read_text())]
    cited = {page for page, number in found if number}
    assert {"docs/contract.md", "docs/reference/wire.md", "docs/reference/data-model.md"} <= cited


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(docs/contract.md, 13)", [("docs/contract.md", "13")]),
        (
            "docs/reference/wire.md, 6.1 to 6.3.",
            [("docs/reference/wire.md", "6.1"), ("docs/reference/wire.md", "6.3")],
        ),
        (
            "(docs/reference/wire.md, 5.3; docs/contract.md, 1, 4 and 26): 50",
            [
                ("docs/reference/wire.md", "5.3"),
                ("docs/contract.md", "1"),
                ("docs/contract.md", "4"),
                ("docs/contract.md", "26"),
            ],
        ),
        ("    # see docs/contract.md,\n    # 13.", [("docs/contract.md", "13")]),
        ("docs/requests.md says how", [("docs/requests.md", None)]),
        ("RFC 9110, 13.1 and the wire", []),
    ],
)
def test_citations_are_read(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert list(citations(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "(docs/contract.md, 99)",
        "(docs/contract.md, 1, 4 and 99)",
        "(docs/reference/wire.md, 6.1 to 6.99)",
        "(docs/reference/wire.md,\n    2.99)",
        "(docs/reference/missing.md, 1)",
        "docs/missing.md has it",
        "(wire, 2.6)",
        "wire, section 2.6",
        "(data\n    model, sections 2.4 and 3)",
        "(contract, 13)",
        "Contract 13.",
        "# (seen running, 1.1)",
        "(events, 2.1)",
        "(reference/wire.md, 2.6)",
    ],
)
def test_a_wrong_citation_is_found(text: str) -> None:
    assert len(faults(text)) == 1


def test_a_right_citation_is_not_a_fault() -> None:
    assert faults("(docs/contract.md, 13; RFC 9110, 13.1), [wire, 2.6](wire.md#26-paths)") == []


def test_the_contract_has_every_rule_once() -> None:
    numbers = heading_numbers(ROOT / "docs" / "contract.md")
    assert list(numbers) == [str(number) for number in range(1, 33)]
    assert {str(number) for number in DEVIATIONS if number} <= set(numbers)


@pytest.mark.parametrize("page", ["wire", "data-model", "seen-running", "events"])
def test_headings_of_references_have_numbers_of_their_own(page: str) -> None:
    numbers = heading_numbers(ROOT / "docs" / "reference" / f"{page}.md")
    assert len(numbers) == len(set(numbers)) > 0
