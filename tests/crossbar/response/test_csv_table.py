"""Listings as CSV text."""

import csv
import io
import re
import tracemalloc
from contextlib import closing
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.response.csv_injection import without_formulas
from faxbox_service.crossbar.response.csv_table import CsvRules, CsvTable


def _text(*batches, is_safe=False, most_columns=1000):
    with closing(CsvTable(CsvRules(most_columns))) as table:
        for document in chain(*batches):
            _added(table, document)
        return b"".join(table.chunks(is_safe=is_safe)).decode()


def _added(table, document):
    """Add a row; in how many steps that was done."""
    return sum(1 for _ in table.add(document))


def test_a_listing_like_the_recorded_one():
    full = {
        "name": "Sales & Ünïcode ✓",
        "attempts": 2,
        "flags": ["a", "b"],
        "media": {"fax_option": True},
        "notifications": {
            "inbound": {
                "callback": {"method": "post", "type": "json"},
                "email": {"send_to": ["a@example.com", "b@example.com"]},
            },
        },
        "smtp_permission_list": [".*@example\\.com$", "bob@x.org"],
        "id": "91",
    }
    unknown = {
        "name": "Unknown",
        "zzz": {"deep": [1, {"x": None}]},
        "aaa": None,
        "float": 1.5,
        "big": 12345678901234567890,
        "exp": 1000.0,
        "esc": 'a/b"\\\x01\u2028é😀',
        "attempts": 0,
        "media": {},
        "smtp_permission_list": [],
        "id": "93",
    }
    plain = {"name": "Plain", "attempts": 0, "media": {"_z": "2"}, "id": "95"}

    assert _text([full], [unknown, plain]) == (
        '"name","attempts","flags","media_fax_option","notifications_inbound_callback_method",'
        '"notifications_inbound_callback_type","notifications_inbound_email_send_to",'
        '"smtp_permission_list","ID","zzz_deep","aaa","float","big","exp","esc","media__z"\n'
        '"Sales & Ünïcode ✓","2","a,b","true","post","json","a@example.com,b@example.com",'
        '".*@example\\.com$,bob@x.org","91",,,,,,,\n'
        '"Unknown","0",,,,,,"","93",,"null","1.5","12345678901234567890","1000.0",'
        '"a/b""\\\x01\u2028é😀",\n'
        '"Plain","0",,,,,,,"95",,,,,,,"2"\n'
    )


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("", '""'),
        ('"', '""""'),
        ("a\nb,c", '"a\nb,c"'),
        (None, '"null"'),
        (False, '"false"'),
        (-3, '"-3"'),
        (1e22, '"1.0e+22"'),
        ([], '""'),
        ([""], '""'),
        ([1, None, True, "x", 0.5], '"1,null,true,x,0.5"'),
        ([["a", ["b"]], "c", []], '"ab,c,"'),
        ([{}], ""),
        (["a", [{"b": 1}]], ""),
    ],
)
def test_the_cell_of_a_value(value, cell):
    assert _text([{"v": value}]) == f'"v"\n{cell}\n'


def test_only_whole_names_have_other_headings():
    document = {"id": 1, "description": 2, "media": {"id": 3}, 'a"b': 4, "": 5}
    heading, _ = _text([document]).splitlines()
    assert heading == '"ID","Description","media_id","a""b",""'


def test_paths_of_one_name_share_a_column():
    rows = [{"a": {"b": 1}}, {"a_b": 2}, {"a_b": 3, "a": {"b": 4}}, {"a": {"b": 5}, "a_b": 6}]
    assert _text(rows) == '"a_b"\n"1"\n"2"\n"3"\n"5"\n'


def test_empty_objects_have_no_column():
    assert _text([{"a": {}, "b": {"c": {}}, "d": 1}]) == '"d"\n"1"\n'


def test_documents_may_be_nested_deeply():
    document = {"x": "bottom"}
    for _ in range(2_000):
        document = {"a": document}
    heading, row = _text([document]).splitlines()
    assert (len(heading), row) == (4_003, '"bottom"')


def test_a_table_knows_its_length():
    with closing(CsvTable(CsvRules())) as table:
        assert len(table) == 0
        for document in ({"a": 1}, {"a": 2}, {}):
            _added(table, document)
        assert len(table) == 3


def _refusal(*documents, most_columns=1000):
    with pytest.raises(CrossbarError) as raised:
        _text(documents, most_columns=most_columns)
    assert (raised.value.status, raised.value.message) == (400, "validation error")
    ((rule, details),) = raised.value.data["csv"].items()
    return rule, details["target"], details["message"]


def test_columns_are_limited_in_one_row_and_over_all():
    message = "The table has more than 10 columns"
    wide = {f"c{number}": number for number in range(11)}
    assert _refusal(wide, most_columns=10) == ("maxItems", 10, message)
    rows = [{f"c{number}": number} for number in range(11)]
    assert _refusal(*rows, most_columns=10) == ("maxItems", 10, message)
    assert len(_text(rows[:10], most_columns=10).splitlines()) == 11


def test_headings_are_limited():
    message = "A heading has more than 10000 characters"
    for document in (
        {"a" * 10_001: 1},
        {"a" * 5_000: {"b" * 5_000: 1}},
        {"a" * 1_000_000: {"b": {"c": 1}}},
    ):
        assert _refusal(document) == ("maxLength", 10_000, message)
    assert _text([{"a" * 5_000: {"b" * 4_999: 1}, "c" * 20_000: {}}])


def test_members_that_become_no_columns_are_limited_too():
    document = {"a": {f"m{number}": {} for number in range(99)}}
    assert _text([document, {"b": 1}], most_columns=10) == '"b"\n\n"1"\n'
    document["a"]["one more"] = {}
    message = "A row has more than 100 members"
    assert _refusal(document, most_columns=10) == ("maxProperties", 100, message)


def test_a_long_name_above_many_members_is_not_repeated_beyond_the_limit():
    members = {f"m{number}": {} for number in range(9_000)}
    tracemalloc.start()
    try:
        assert _text([{"n" * 1_000_000: members, "x": 1}]) == '"x"\n"1"\n'
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    "array", [["x"] * 50_000, [[]] * 50_000, [["x"] * 999] * 50, [[[[]]]] * 25_000]
)
def test_long_arrays_are_taken_in_steps(array):
    with closing(CsvTable(CsvRules())) as table:
        assert 40 < _added(table, {"a": array}) < 110


def test_long_cells_are_written_in_pieces():
    for value in ("x" * 1_000_000, '"' * 1_000_000, ";=" * 500_000, " " * 1_000_000):
        with closing(CsvTable(CsvRules())) as table:
            _added(table, {"a": value})
            sizes = [len(piece) for piece in table.chunks(is_safe=True)]
        assert len(sizes) > 10
        assert max(sizes) < 100_000


@pytest.mark.parametrize(
    "formula",
    [
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "+14155550100",
        "-2+3",
        "\t=1",
        "\r=1",
        "\n=1",
        "\tx",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "\0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(1)",
        "\u22121",
        " " * 9_000 + "=1",
    ],
)
def test_no_spreadsheet_takes_a_cell_for_a_formula(formula):
    document = {formula: formula, "list": [formula, "x"], "x": {formula: -1}}
    header, row = csv.reader(io.StringIO(_text([document], is_safe=True), newline=""), strict=True)
    assert [cell[0] for cell in (header[0], row[0], row[1], row[2])] == ["'"] * 4
    assert header[2][:2] == "x_"
    assert row[2] == "'-1"
    unsafe = _text([document])
    assert next(csv.reader(io.StringIO(unsafe, newline=""), strict=True))[0] == formula


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r", "; ", ";\u200b", ";;", "\r\n"])
def test_no_formula_begins_where_another_separator_would_begin_a_cell(separator):
    _, row = csv.reader(
        io.StringIO(_text([{"a": f"x{separator}=1"}], is_safe=True), newline=""), strict=True
    )
    assert row == [f"x{separator}'=1"]


@pytest.mark.parametrize("filling", ["x" * 8_190, ";" * 8_192, " " * 20_000])
@pytest.mark.parametrize("shift", range(4))
def test_a_beginning_may_lie_across_the_pieces_of_a_long_text(filling, shift):
    text = f"x{'y' * shift};{filling}; =1"
    _, row = csv.reader(io.StringIO(_text([{"a": text}], is_safe=True), newline=""), strict=True)
    assert row == [f"x{'y' * shift};{filling}; '=1"]


@pytest.mark.parametrize(
    "text", ["", "x", "'=1", "a=1", "a + b", "me@example.com", "1;2", "a-b", "x" * 20_000, ",", '"']
)
def test_all_else_stays_as_it_is(text):
    assert _text([{"a": text}], is_safe=True) == _text([{"a": text}])


@given(st.text(st.sampled_from("=+-@;\t\n\r x'\u200b\uff1d"), max_size=12))
def test_every_beginning_of_a_cell_is_harmless(text):
    safe = "".join(without_formulas(text))
    for cell in re.split("[;\t\r\n]", safe):
        assert cell.lstrip(" \u200b")[:1] not in tuple("=+-@\uff1d")
    assert safe[:1] not in tuple("\t\r\n")
    assert len(safe) - safe.count("'") == len(text) - text.count("'")


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_scalars = st.none() | st.booleans() | st.integers() | _texts
_flat_documents = st.dictionaries(_texts.filter(lambda name: name != ""), _scalars, max_size=5)


@given(st.lists(_flat_documents | st.fixed_dictionaries({"a": _texts, "b": _texts}), max_size=6))
def test_python_reads_back_what_was_written(documents):
    documents = [{"id": "1", "é": "2", **document} for document in documents]
    names = list(dict.fromkeys(name for document in documents for name in document))
    headings = [{"id": "ID", "description": "Description"}.get(name, name) for name in names]

    header, *rows = csv.reader(io.StringIO(_text(documents), newline=""), strict=True)

    assert header == headings
    assert rows == [
        [_shown(document[name]) if name in document else "" for name in names]
        for document in documents
    ]


def _shown(scalar):
    words = {None: "null", True: "true", False: "false"}
    is_word = scalar is None or isinstance(scalar, bool)
    return words[scalar] if is_word else str(scalar)


_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(_texts, _values, max_size=4), min_size=1, max_size=5))
def test_every_row_has_all_columns(documents):
    documents = [{"first": "1", "second": "2", **document} for document in documents]
    header, *rows = csv.reader(io.StringIO(_text(documents), newline=""), strict=True)
    assert len(rows) == len(documents)
    assert {len(row) for row in rows} == {len(header)}


def test_many_rows_take_little_memory():
    def documents():
        for number in range(50_000):
            yield {"id": f"{number:032x}", "name": "x" * 100, f"late_{number // 5_000}": number}

    tracemalloc.start()
    try:
        with closing(CsvTable(CsvRules())) as table:
            for document in documents():
                _added(table, document)
            sizes = [len(chunk) for chunk in table.chunks(is_safe=False)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sum(sizes) > 7_000_000
    assert max(sizes) < 100_000
    assert peak < 3_000_000
