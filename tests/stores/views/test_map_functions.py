"""Views: the JavaScript for CouchDB and its Python twin, where it has one, emit the same rows."""

import ast
import json
import re
import string
from pathlib import Path

import pytest
import quickjs
from hypothesis import example, given
from hypothesis import strategies as st

from faxbox_service.documents.model.user import user_summary
from faxbox_service.documents.names import DatabaseClass
from faxbox_service.documents.plain_collections import PLAIN_COLLECTIONS
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.values import View
from faxbox_service.stores.views.design_documents import design_documents
from faxbox_service.stores.views.map_functions import views_of

TWINS = [(kind, view) for kind in DatabaseClass for view in views_of(kind)]

ROOT = Path(__file__).parents[3]

_TABLE_ROW = re.compile(r"^\| (\w+) \| `(\w+)/(\w+)` \| (both|CouchDB only) \|$", re.MULTILINE)

TYPES = {
    "faxbox": "faxbox",
    "faxbox_service": "faxbox",
    "users": "user",
    "accounts": "account",
    **{kind.noun: kind.document_type for kind in PLAIN_COLLECTIONS},
}
"""What the documents in a design's views are."""

_RUN = """
    var rows = [];
    function emit(key, value) {
        rows.push([key === undefined ? null : key, value === undefined ? null : value]);
    }
    function run(text) {
        rows = [];
        try { map(JSON.parse(text)); } catch (error) { rows = []; }
        return JSON.stringify(rows);
    }
"""


def javascript_of(kind: DatabaseClass, view: View) -> str:
    [document] = [d for d in design_documents(kind) if d["_id"] == f"_design/{view.design}"]
    function: str = document["views"][view.name]["map"]
    return function


def installed(kind: DatabaseClass) -> set[View]:
    return {
        View(document["_id"].removeprefix("_design/"), name)
        for document in design_documents(kind)
        for name in document["views"]
    }


def documented_views(kind: DatabaseClass) -> dict[View, str]:
    """Which stores have a view, by the table in `couchdb/README.md`."""
    rows = _TABLE_ROW.findall((ROOT / "couchdb" / "README.md").read_text())
    return {View(design, name): stores for of, design, name, stores in rows if of == kind.value}


def queried_views() -> set[View]:
    """The views that the code above the stores names, and those of plain collections."""
    found = {View(kind.noun, kind.LISTING) for kind in PLAIN_COLLECTIONS}
    for file in (ROOT / "faxbox_service").rglob("*.py"):
        if "stores" not in file.relative_to(ROOT).parts:
            for node in ast.walk(ast.parse(file.read_text())):
                is_view = isinstance(node, ast.Call) and ast.unparse(node.func) == "View"
                if is_view and all(isinstance(name, ast.Constant) for name in node.args):
                    found.add(View(*map(ast.literal_eval, node.args)))
    return found


def rows_of_javascript(context: quickjs.Context, document: Document) -> Json:
    return json.loads(context.eval(f"run({json.dumps(json.dumps(document))})"))


def rows_of_python(kind: DatabaseClass, view: View, document: Document) -> Json:
    try:
        return [[key, value] for key, value in views_of(kind)[view](document)]
    except (TypeError, AttributeError):
        return []


_names = st.text(string.ascii_letters + string.digits + " .@ÄéK&ß", max_size=6)
_odd = st.sampled_from([None, True, False, 0, 1, 1.5, "", "x", [], ["x"], {}, {"a": 1}])
_switch = st.fixed_dictionaries(
    {}, optional={"enabled": _odd, "failover": _odd, "number": _odd, "media_id": _odd}
)
_document = st.fixed_dictionaries(
    {"_id": st.sampled_from(["a1", "b2"])},
    optional={
        "pvt_type": st.sampled_from(["faxbox", "user", "account"]) | _odd,
        "pvt_deleted": _odd,
        "pvt_account_id": st.just("acc") | _odd,
        "pvt_account_db": st.just("account%2Facc") | _odd,
        "pvt_created": st.integers(0, 2**40) | _odd,
        "pvt_smtp_email_address": _names | _odd,
        "custom_smtp_email_address": _names | _odd,
        "pvt_cloud_printer_id": _names | _odd,
        "pvt_cloud_state": _odd,
        "smtp_permission_list": st.lists(_names | _odd, max_size=3) | _odd,
        "owner_id": _names | _odd,
        "name": _names | _odd,
        "realm": _names | _odd,
        "flags": st.lists(_names, max_size=2) | _odd,
        "enabled": _odd,
        "username": _names | _odd,
        "email": _names | _odd,
        "pvt_md5_auth": _names | _odd,
        "pvt_sha1_auth": _names | _odd,
        "pvt_api_key": _names | _odd,
        "pvt_tree": st.lists(_names, max_size=3) | _odd,
        "descendants_count": st.integers(0, 5) | _odd,
        "first_name": _names | _odd,
        "last_name": _names | _odd,
        "features": _odd,
        "smartpbx": st.dictionaries(st.sampled_from(["a", "b"]), _switch) | _odd,
        "call_forward": _switch | _odd,
        "caller_id": st.fixed_dictionaries({}, optional={"external": _switch | _odd}) | _odd,
        "hotdesk": _switch | _odd,
        "vm_to_email_enabled": _odd,
    },
)


def plausible(document_type: str) -> st.SearchStrategy[Document]:
    """Visible documents, with everything the views look at."""
    visible = st.fixed_dictionaries(
        {
            "_id": st.sampled_from(["a1", "b2"]),
            "pvt_type": st.just(document_type),
            "pvt_deleted": st.sampled_from([None, False, 0, ""]),
            "enabled": st.booleans(),
            "pvt_smtp_email_address": _names,
            "custom_smtp_email_address": _names,
            "pvt_cloud_printer_id": _names,
            "smtp_permission_list": st.lists(_names, max_size=3),
            "owner_id": _names,
            "name": _names,
            "realm": _names,
            "username": _names,
            "email": _names,
            "pvt_md5_auth": _names,
            "pvt_sha1_auth": _names,
            "pvt_api_key": _names,
            "pvt_tree": st.lists(_names, max_size=3),
        }
    )
    return st.tuples(visible, _document).map(lambda both: {**both[1], **both[0]})


def complete(document_type: str) -> Document:
    """A document that every view of its type shows, however the generated ones turn out."""
    return {
        "_id": "a1",
        "pvt_type": document_type,
        "pvt_account_id": "acc",
        "pvt_account_db": "account%2Facc",
        "pvt_created": 63962642125,
        "enabled": True,
        "pvt_smtp_email_address": "Ab@x",
        "custom_smtp_email_address": "Fax.Example",
        "pvt_cloud_printer_id": "p1",
        "smtp_permission_list": ["A@x", "", ".*"],
        "owner_id": "o1",
        "name": "Äb & C1",
        "realm": "Realm.Example",
        "flags": ["f"],
        "username": "Us",
        "email": "E@x",
        "pvt_md5_auth": "m",
        "pvt_sha1_auth": "s",
        "pvt_api_key": "k",
        "pvt_tree": ["root", "parent"],
        "descendants_count": 2,
    }


def named(views: list[tuple[DatabaseClass, View]]) -> pytest.MarkDecorator:
    ids = [f"{kind}-{view.design}/{view.name}" for kind, view in views]
    return pytest.mark.parametrize(("kind", "view"), views, ids=ids)


def context_of(kind: DatabaseClass, view: View) -> quickjs.Context:
    context = quickjs.Context()
    context.eval(f"var map = {javascript_of(kind, view)};\n{_RUN}")
    return context


def documents_for(view: View) -> st.SearchStrategy[Document]:
    others = st.sampled_from([*TYPES.values()]).flatmap(plausible)
    return _document | plausible(TYPES[view.design]) | others


@named(TWINS)
def test_twins_emit_the_same(kind: DatabaseClass, view: View) -> None:
    context = context_of(kind, view)
    seen = 0

    @example(complete(TYPES[view.design]))
    @given(documents_for(view))
    def same(document: Document) -> None:
        nonlocal seen
        expected = rows_of_javascript(context, document)
        assert rows_of_python(kind, view, document) == expected
        seen += len(expected)

    same()
    assert seen, "no document reached this view"


@named([(kind, view) for kind in DatabaseClass for view in sorted(installed(kind), key=str)])
def test_every_map_function_emits_rows(kind: DatabaseClass, view: View) -> None:
    assert rows_of_javascript(context_of(kind, view), complete(TYPES[view.design]))


@pytest.mark.parametrize("kind", DatabaseClass)
def test_the_table_of_views_is_complete(kind: DatabaseClass) -> None:
    """Each view is in the table, and has a twin just when both stores are said to have it."""
    documented = documented_views(kind)
    assert set(documented) == installed(kind)
    assert {view for view, stores in documented.items() if stores == "both"} == set(views_of(kind))


def test_the_service_queries_every_twin_and_no_other_view() -> None:
    assert {view for _, view in TWINS} == queried_views()


USER_LISTING = View("users", "crossbar_listing")


def test_a_user_is_listed_as_kazoos_view_has_it() -> None:
    context = context_of(DatabaseClass.ACCOUNT, USER_LISTING)

    @example(complete("user"))
    @given(_document | plausible("user"))
    def same(document: Document) -> None:
        for _, value in rows_of_javascript(context, document):
            assert user_summary(document) == value

    same()


@pytest.mark.parametrize("kind", DatabaseClass)
def test_design_documents_are_ready_to_be_put(kind: DatabaseClass) -> None:
    for document in design_documents(kind):
        assert document["language"] == "javascript"
        assert "_rev" not in document
        for view in document["views"].values():
            assert isinstance(view["map"], str)
