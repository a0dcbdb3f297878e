"""An account's document."""

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.model.account import (
    Account,
    account_response,
    client_fields,
    patched_fields,
    posted_fields,
    replaced_account,
    with_descendants,
)

STORED = {
    "_id": "c" * 32,
    "_rev": "1-a",
    "name": "Acme",
    "realm": "acme.test",
    "descendants_count": 3,
    "pvt_type": "account",
    "pvt_tree": ["a" * 32, "b" * 32],
    "pvt_api_key": "k" * 64,
    "pvt_enabled": True,
}

_leaky = st.sampled_from(
    [
        *("api_key", "billing_mode", "created", "descendants_count", "enabled", "id"),
        *("is_reseller", "notification_preference", "reseller_id", "superduper_admin"),
        *("trial_time_left", "wnm_allow_additions", "_id", "_rev", "pvt_tree", "pvt_api_key"),
    ]
)
_data = st.dictionaries(
    _leaky | st.sampled_from(["name", "custom"]), st.integers() | st.text() | st.none()
)
_anyone = st.sampled_from([None, *STORED["pvt_tree"], STORED["_id"], "d" * 32])


@given(_data, _anyone)
def test_nobody_writes_what_is_private_or_only_shown(data, author):
    for fields in (posted_fields(STORED, data), patched_fields(STORED, data)):
        document = replaced_account(STORED, fields, author)
        kept = {name: value for name, value in STORED.items() if name not in ("name", "custom")}
        enabled = kept.pop("pvt_enabled")
        assert kept.items() <= document.items()
        assert document.keys() - STORED.keys() <= {"custom"}
        if "enabled" not in fields or author not in STORED["pvt_tree"]:
            assert document["pvt_enabled"] is enabled


@given(_data)
def test_what_a_client_may_send_is_shown_as_it_is_stored(data):
    fields = client_fields(data)
    shown = account_response({**STORED, **fields}, None)
    assert {name: shown[name] for name in fields if name != "enabled"}.items() <= fields.items()
    assert shown["enabled"] is True
    assert not [name for name in shown if name.startswith(("_", "pvt_"))]


@given(st.integers(-5, 5), st.none() | st.integers(-5, 5) | st.text())
def test_a_number_of_descendants_is_never_below_none(difference, count):
    counted = with_descendants({"descendants_count": count}, difference)["descendants_count"]
    known = count if isinstance(count, int) else 0
    assert counted == max(0, known + difference)


@given(
    st.lists(st.sampled_from("abcdef"), unique=True, min_size=1).flatmap(
        lambda tree: st.tuples(st.just(tree), st.sampled_from("abcdef"))
    )
)
def test_only_the_account_and_those_above_may_act_on_it(drawn):
    (*tree, own), other = drawn
    account = Account.of({"_id": own, "pvt_tree": tree})
    assert Account.of({"_id": other}).may_act_on(account) is (other in (*tree, own))


def test_how_an_account_is_billed_depends_on_who_looks():
    document = {**STORED, "pvt_reseller_id": "b" * 32}
    modes = {
        viewer: account_response(document, viewer)["billing_mode"]
        for viewer in ("a" * 32, "b" * 32, "c" * 32, None)
    }
    assert modes == {
        "a" * 32: "manual",
        "b" * 32: "limits_only",
        "c" * 32: "manual",
        None: "manual",
    }
    of_master = {**STORED, "pvt_reseller_id": "a" * 32}
    assert account_response(of_master, "c" * 32)["billing_mode"] == "normal"
