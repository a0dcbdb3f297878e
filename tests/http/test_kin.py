"""The accounts around one: children, descendants, siblings, parents, tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.cursor import decode_cursor, encode_cursor
from faxbox_service.documents.names import ACCOUNTS
from faxbox_service.repositories.clock import new_id
from tests.http.conftest import NOBODY, child_of, pages_of

DEPTH = 5


@pytest.fixture
async def line(service, root):
    """A root, and under each account the next."""
    accounts = [root]
    for _ in range(DEPTH):
        accounts.append(await child_of(service, accounts[-1]))
    yield accounts
    for tenant in reversed(accounts[1:]):
        await service.repositories.accounts.delete(tenant.account)


@pytest.fixture
async def brood(service, tenant):
    """An account with children whose names are in the order of the list."""
    names = [f"{letter} {tenant.account.id}" for letter in ("A", "b", "Ä", "中", "😀", "\ufff1")]
    accounts = service.repositories.accounts
    made = [
        await accounts.create_child(tenant.account, {"name": f"{n}{name}"}, NOBODY)
        for n, name in enumerate(names)
    ]
    yield [document["_id"] for document in made]
    for document in made:
        await accounts.delete(await accounts.find(document["_id"]))


def ids_of(answer):
    return [item["id"] for item in answer.data]


async def test_children_come_page_by_page_in_both_directions(tenant, brood):
    path = f"{tenant.path}/children"
    everything = await tenant.client.get(path)
    assert ids_of(everything) == brood[::-1]
    assert everything.json["page_size"] == len(brood)
    assert decode_cursor(everything.json["start_key"]) == [tenant.account.id, "\ufff0"]
    assert everything.data[0].keys() == {"id", "name", "realm", "descendants_count", "flags"}
    for direction, expected in (("descending=true", brood[::-1]), ("ascending=true", brood)):
        pages = await pages_of(tenant.client, f"{path}?page_size=2&{direction}")
        assert [len(page.data) for page in pages] == [2, 2, 2]
        assert [id for page in pages for id in ids_of(page)] == expected


async def test_listings_take_the_options_of_listings(tenant, brood):
    path = f"{tenant.path}/children"
    assert ids_of(await tenant.client.get(f"{path}?paginate=false")) == brood[::-1]
    assert ids_of(await tenant.client.get(f"{path}?is_chunked=true&chunk_size=2")) == brood[::-1]
    assert ids_of(await tenant.client.get(f"{path}?filter_id={brood[2]}")) == [brood[2]]
    assert ids_of(await tenant.client.get(f"{path}?has_key=pvt_api_key")) == []
    table = await tenant.client.get(path, headers={"Accept": "text/csv"})
    assert len(table.body.splitlines()) == 1 + len(brood)
    tag = (await tenant.client.get(path)).headers["etag"]
    assert (await tenant.client.get(path, headers={"If-None-Match": tag})).status == 304
    await tenant.client.patch(f"/v2/accounts/{brood[0]}", {"flags": ["x"]})
    changed = await tenant.client.get(path, headers={"If-None-Match": tag})
    assert (changed.status, changed.data[-1]["flags"]) == (200, ["x"])


@pytest.mark.parametrize("options", ["", "&filter_custom=x"])
@pytest.mark.parametrize("direction", ["descending=true", "ascending=true"])
@pytest.mark.parametrize("size", [1, 2, 3])
async def test_accounts_of_one_name_come_once_each(service, tenant, size, direction, options):
    """Kazoo can be told not to keep names unique (`ensure_unique_name`)."""
    made = [
        {
            "_id": new_id(),
            "name": name,
            "custom": "x",
            "pvt_type": "account",
            "pvt_tree": [tenant.account.id],
        }
        for name in ("a", "b", "b", "b", "c", "d")
    ]
    for document in made:
        await service.repositories.store.put(ACCOUNTS, document)
    path = f"{tenant.path}/children?page_size={size}&{direction}{options}"
    pages = await pages_of(tenant.client, path)
    shown = [id for page in pages for id in ids_of(page)]
    assert sorted(shown) == sorted(document["_id"] for document in made)
    assert all(page.json["page_size"] == len(page.data) for page in pages)
    assert [len(page.data) for page in pages] == [
        {1: [1, 3, 1, 1], 2: [4, 2], 3: [4, 2]}[size],
        {1: [1, 1, 3, 1], 2: [2, 3, 1], 3: [5, 1]}[size],
    ][direction.startswith("desc")]
    rest = await tenant.client.get(f"{tenant.path}/children?paginate=false&{direction}{options}")
    assert ids_of(rest) == shown


async def test_very_many_accounts_of_one_name(service, tenant):
    made = [f"{n:032x}" for n in range(250)]
    for id in made:
        document = {
            "_id": f"{tenant.account.id}{id}",
            "name": "same",
            "pvt_type": "account",
            "pvt_tree": [tenant.account.id],
        }
        await service.repositories.store.put(ACCOUNTS, document)
    answer = await tenant.client.get(f"{tenant.path}/children?paginate=false")
    assert [id[-32:] for id in ids_of(answer)] == made[::-1]


async def test_descendants_of_every_depth(line):
    for depth, tenant in enumerate(line):
        answer = await tenant.client.get(f"{tenant.path}/descendants")
        below = line[depth + 1 :]
        assert set(ids_of(answer)) == {other.account.id for other in below}
        trees = {item["id"]: item["tree"] for item in answer.data}
        for other in below:
            assert trees[other.account.id] == list(other.account.tree)


async def test_ancestors_end_with_the_caller(line):
    root, deepest = line[0], line[-1]
    names = [{"id": tenant.account.id, "name": tenant.account.name} for tenant in line]
    for depth, tenant in enumerate(line):
        for kin in ("parents", "tree"):
            answer = await tenant.client.get(f"{deepest.path}/{kin}")
            expected = names[depth:-1] if tenant is not deepest else []
            assert (answer.status, answer.data) == (200, expected), (depth, kin)
            assert answer.json.get("page_size") == (len(expected) if kin == "parents" else None)
    assert (await root.client.get(f"{root.path}/parents")).data == []


async def test_siblings_are_for_those_above(service, root, tenant, other, line):
    answer = await root.client.get(f"{tenant.path}/siblings")
    assert {tenant.account.id, other.account.id} <= set(ids_of(answer))
    for client in (tenant.client, other.client):
        assert (await client.get(f"{tenant.path}/siblings")).json["message"] == "forbidden"
    grandchild, child, parent = line[3], line[2], line[1]
    assert ids_of(await parent.client.get(f"{grandchild.path}/siblings")) == [grandchild.account.id]
    assert ids_of(await child.client.get(f"{grandchild.path}/siblings")) == [grandchild.account.id]
    alone = await root.client.get(f"{root.path}/siblings")
    assert (alone.status, alone.data) == (200, [])


async def test_no_key_leads_out_of_the_account(service, root, tenant, other, brood):
    await child_of(service, other)
    path = f"{other.path}/children"
    own = ids_of(await other.client.get(path))
    assert len(own) == 1
    for key in (
        [tenant.account.id],
        [tenant.account.id, "\ufff0"],
        [other.account.id, "\ufff0"],
        ["\ufff0", "\ufff0"],
        [],
        tenant.account.id,
        "\ufff0",
        "",
    ):
        for option in ("start_key", "end_key"):
            for direction in ("ascending", "descending"):
                answer = await other.client.get(
                    f"{path}?{option}={encode_cursor(key)}&{direction}=true"
                )
                assert set(ids_of(answer)) <= set(own), key
    for id in own:
        await service.repositories.accounts.delete(await service.repositories.accounts.find(id))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3))
def test_a_cursor_of_any_list_comes_back(texts):
    assert decode_cursor(encode_cursor(texts)) == texts
