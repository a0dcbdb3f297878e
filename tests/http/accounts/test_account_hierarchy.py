"""The accounts around one: children, descendants, siblings, parents, tree."""

from contextlib import asynccontextmanager

import pytest

from faxbox_service.crossbar.listing.cursor import decode_cursor, encode_cursor
from faxbox_service.documents.names import ACCOUNTS, account_database
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


@asynccontextmanager
async def copies_of_children(service, parent, names):
    """What Kazoo leaves in `accounts` when it is told not to keep names unique; yields the ids."""
    store = service.repositories.store
    revisions = {}
    for n, name in enumerate(names):
        document = {
            "_id": f"{parent.account.id}{n:04}",
            "name": name,
            "custom": "x",
            "pvt_type": "account",
            "pvt_tree": [parent.account.id],
        }
        revisions[document["_id"]] = await store.put(ACCOUNTS, document)
    try:
        yield list(revisions)
    finally:
        for id, revision in revisions.items():
            await store.delete(ACCOUNTS, id, revision)


@pytest.mark.parametrize("options", ["", "&filter_custom=x"])
@pytest.mark.parametrize(
    ("direction", "lengths"),
    [
        ("ascending", {1: [1, 3, 1, 1], 2: [4, 2], 3: [4, 2], 5: [5, 1]}),
        ("descending", {1: [1, 1, 3, 1], 2: [2, 3, 1], 3: [5, 1], 5: [5, 1]}),
    ],
)
async def test_accounts_of_one_name_come_once_each(service, tenant, direction, lengths, options):
    path = f"{tenant.path}/children?{direction}=true{options}"
    async with copies_of_children(service, tenant, "abbbcd") as made:
        expected = made if direction == "ascending" else made[::-1]
        for size, wanted in lengths.items():
            pages = await pages_of(tenant.client, f"{path}&page_size={size}")
            assert [page.json["page_size"] for page in pages] == wanted
            assert [id for page in pages for id in ids_of(page)] == expected
        assert ids_of(await tenant.client.get(f"{path}&paginate=false")) == expected


async def test_very_many_accounts_of_one_name(service, tenant):
    async with copies_of_children(service, tenant, ["same"] * 250) as made:
        answer = await tenant.client.get(f"{tenant.path}/children?paginate=false")
        assert ids_of(answer) == made[::-1]


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


async def test_a_superduper_admin_sees_all_ancestors(service, line):
    middle, deepest = line[2], line[-1]
    assert len((await middle.client.get(f"{deepest.path}/tree")).data) == DEPTH - 2
    await service.repositories.accounts.change_private(
        middle.account.id, lambda document: {**document, "pvt_superduper_admin": True}
    )
    for kin in ("parents", "tree"):
        answer = await middle.client.get(f"{deepest.path}/{kin}")
        assert ids_of(answer) == [tenant.account.id for tenant in line[:-1]]


async def test_an_ancestor_that_is_gone_is_not_shown(service, line):
    root, gone, deepest = line[0], line[2], line[-1]
    accounts, database = service.repositories.accounts, account_database(line[2].account.id)
    hidden = await accounts.change_private(
        gone.account.id, lambda document: {**document, "pvt_deleted": True}
    )
    answer = await root.client.get(f"{deepest.path}/parents")
    expected = [tenant.account.id for tenant in line[:-1] if tenant is not gone]
    assert (answer.status, ids_of(answer)) == (200, expected)
    await service.repositories.store.put(database, {**hidden, "pvt_deleted": False})
    await accounts.replicas.rebuild_replica(gone.account.id)


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
