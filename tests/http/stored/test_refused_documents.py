"""Documents that the store does not take: refused for good, and nobody else's trouble."""

import base64

import pytest

from faxbox_service.container import reconciler_of
from faxbox_service.documents.model.address_claim import claim_id
from faxbox_service.documents.model.passwords import Credentials
from faxbox_service.documents.names import ACCOUNTS, FAXES, IDEMPOTENCY, account_database
from faxbox_service.documents.storage_limits import stored_size
from faxbox_service.operations.repair import repair
from faxbox_service.repositories.inconsistency import Inconsistency
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.settings.settings import Settings
from tests.couchdb_server import own_couchdb_url  # noqa: F401
from tests.http.claims import claim_of, make_box, new_address, taken
from tests.http.conftest import child_of
from tests.http.faxboxes.test_reconciliation import change_entry, entry, eventually, remove_entry
from tests.http.users import log_in, make, stored
from tests.rivals import ask, put_unreadable, put_validation

LARGEST = 20_000


@pytest.fixture
def environment():
    return {
        "FAXBOX_MAX_DOCUMENT_SIZE": str(LARGEST),
        "FAXBOX_RECONCILE_INTERVAL": "0.1",
        "FAXBOX_ADDRESS_RESERVATION": "1",
    }


@pytest.fixture
async def reconciler(service, store_url, environment):
    """The one that works on the store."""
    settings = Settings.load({"FAXBOX_STORE": store_url, **environment})
    reconciler = reconciler_of(settings, service.repositories)
    reconciler.start()
    yield reconciler
    await reconciler.stop()


def assert_too_large(answer):
    assert answer.status == 413, answer.body
    assert "retry-after" not in answer.headers
    fault = answer.data[""]["maxSize"]
    assert fault["target"] == LARGEST
    assert fault["value"] > LARGEST


class TestTooLarge:
    async def test_a_creation_leaves_nothing_behind(self, service, tenant):
        address, key = new_address(), new_id()
        fields = {"name": "x", "custom_smtp_email_address": address, "text": "x" * LARGEST}
        headers = {"Idempotency-Key": key}
        assert_too_large(await tenant.client.put(tenant.faxboxes, fields, headers=headers))
        assert await claim_of(service, address) is None
        records = await service.repositories.store.documents(IDEMPOTENCY, limit=9999)
        assert [one for one in records if one["pvt_account_id"] == tenant.account.id] == []
        fields["text"] = "x"
        answer = await tenant.client.put(tenant.faxboxes, fields, headers=headers)
        assert answer.status == 201

    async def test_a_change_that_makes_it_so(self, service, tenant):
        box = await make_box(tenant, text="x" * (LARGEST // 2))
        path, address = f"{tenant.faxboxes}/{box['id']}", new_address()
        more = {"more": "y" * (LARGEST // 2), "custom_smtp_email_address": address}
        assert_too_large(await tenant.client.patch(path, more))
        assert_too_large(await tenant.client.post(path, {"name": "x", "text": "x" * LARGEST}))
        assert await claim_of(service, address) is None
        assert (await tenant.client.get(path)).data == box

    async def test_up_to_the_last_byte(self, service, tenant):
        box = await make_box(tenant)
        path = f"{tenant.faxboxes}/{box['id']}"
        size = stored_size(
            {
                name: value
                for name, value in (await service.stored(tenant.account.id, box["id"])).items()
                if not name.startswith("_")
            }
        )
        # Among the private fields is now who made the change, as before.
        room = LARGEST - size - len(',"text":""')
        assert_too_large(await tenant.client.patch(path, {"text": "x" * (room + 1)}))
        assert (await tenant.client.patch(path, {"text": "x" * room})).status == 200

    async def test_users_and_accounts(self, service, root, tenant):
        user = await tenant.client.put(
            f"{tenant.path}/users",
            {"first_name": "A", "last_name": "B", "text": "x" * LARGEST},
        )
        assert_too_large(user)
        account = await root.client.put(
            f"/v2/accounts/{root.account.id}", {"name": new_id(), "text": "x" * LARGEST}
        )
        assert_too_large(account)

    async def test_an_integer_that_no_store_keeps_is_named(self, service, tenant):
        answer = await tenant.client.put(
            tenant.faxboxes,
            body=b'{"data":{"name":"x","a":{"b":[1%s]}}}' % (b"0" * 309),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status == 400
        assert answer.data["json"]["maxDigits"]["target"] == 100


class TestAttachments:
    """A box with an attachment keeps it; its copy has none."""

    @pytest.fixture
    async def box(self, service, tenant):
        box = await make_box(tenant, custom_smtp_email_address=new_address())
        attachment = {"content_type": "image/tiff", "data": base64.b64encode(b"fax").decode()}
        present = await service.stored(tenant.account.id, box["id"])
        present["_attachments"] = {"logo.tiff": attachment}
        await service.repositories.store.put(account_database(tenant.account.id), present)
        return box

    async def test_every_change_keeps_it(self, service, tenant, box):
        path, client = f"{tenant.faxboxes}/{box['id']}", tenant.client
        store, database = service.repositories.store, account_database(tenant.account.id)
        before = (await store.get(database, box["id"]))["_attachments"]
        for change in (
            lambda: client.patch(path, {"name": "y"}),
            lambda: client.post(path, {"name": "z"}),
            lambda: client.delete(path),
            lambda: client.post(f"{path}?restore=true"),
        ):
            answer = await change()
            assert answer.status == 200, answer.body
            assert "_attachments" not in answer.data
            present = await store.get(database, box["id"])
            assert present["_attachments"] == before
            copy = await service.copy(box["id"])
            assert "_attachments" not in copy
            assert copy.get("pvt_deleted") == present.get("pvt_deleted")
        attachment = await store.get_attachment(database, box["id"], "logo.tiff")
        assert attachment.data == b"fax"
        assert service.repositories.faxbox_replicas.failures == 0
        assert service.repositories.faxbox_replicas.refusals == 0

    async def test_its_copy_is_mended(self, service, tenant, box):
        await remove_entry(service, box["id"])
        summary = await repair(service.repositories, tenant.account.id)
        assert summary.faults == {Inconsistency.REPLICA_MISSING: 1}
        assert (await service.copy(box["id"]))["name"] == "Front desk"
        assert (await repair(service.repositories, tenant.account.id)).faults == {}

    async def test_the_reconciler_goes_on(self, service, tenant, box, reconciler):
        bystander = await make_box(tenant)
        await remove_entry(service, bystander["id"])
        await service.stored(tenant.account.id, bystander["id"])
        database = account_database(tenant.account.id)
        await service.repositories.store.put(
            database, await service.stored(tenant.account.id, bystander["id"])
        )

        async def both_are_there():
            copies = [await entry(service, one["id"]) for one in (box, bystander)]
            return None not in copies and "_attachments" not in copies[0]

        await eventually(both_are_there, 40)

    async def test_attachments_of_copies_go(self, service, tenant, box):
        attachment = {"content_type": "text/plain", "data": "eA=="}
        await change_entry(service, box["id"], _attachments={"x": attachment})
        assert (await tenant.client.patch(f"{tenant.faxboxes}/{box['id']}", {"a": 1})).status == 200
        assert "_attachments" not in await service.copy(box["id"])

    async def test_a_creation_that_is_repeated_is_told_without(self, service, tenant):
        headers = {"Idempotency-Key": new_id()}
        first = await tenant.client.put(tenant.faxboxes, {"name": "x"}, headers=headers)
        again = await tenant.client.put(tenant.faxboxes, {"name": "x"}, headers=headers)
        assert again.data == first.data
        records = await service.repositories.store.documents(IDEMPOTENCY, limit=9999)
        [record] = [one for one in records if one["pvt_account_id"] == tenant.account.id]
        names = {name for name in record["document"] if name.startswith("_")}
        assert names == {"_id", "_rev"}


REFUSES = """function(document, old, context) {
    var text = document.name || document.username || (old && old.name) || '';
    var word = text.replace(/.*(forbid|login)=/, '$1=').split('=');
    if (word[0] == 'forbid' && (word[1] == 'all' || (word[1] == 'end' && document._deleted)))
        throw({forbidden: 'the operator says no'});
    if (word[0] == 'login') throw({unauthorized: 'the operator says no'});
    if (document.faxbox_id && document.address.indexOf('refused') === 0)
        throw({forbidden: 'the operator says no'});
}"""


@pytest.fixture
def only_couchdb(store_url, is_pouchdb):
    """Only CouchDB runs functions of operators."""
    if is_pouchdb or not store_url.startswith("couchdb"):
        pytest.skip("only CouchDB runs functions of operators")


def assert_forbidden(answer):
    assert answer.status == 403, answer.body
    assert answer.data == {"message": "forbidden", "cause": "the operator says no"}
    assert "retry-after" not in answer.headers


@pytest.mark.usefixtures("only_couchdb")
class TestASmallerLimitOfCouchDB:
    """Our setting says more than CouchDB takes."""

    @pytest.fixture
    def environment(self):
        return {
            "FAXBOX_MAX_DOCUMENT_SIZE": "100000000",
            "FAXBOX_MAX_UPLOAD_SIZE": "30000000",
            "FAXBOX_ADDRESS_RESERVATION": "5",
        }

    async def test_is_no_outage_and_leaves_nothing_behind(self, service, tenant):
        address, headers = new_address(), {"Idempotency-Key": new_id()}
        fields = {"name": "x", "custom_smtp_email_address": address, "text": "x" * 9_000_000}
        answer = await tenant.client.put(tenant.faxboxes, fields, headers=headers)
        assert answer.status == 413, answer.body
        assert "retry-after" not in answer.headers
        assert await claim_of(service, address) is None
        fields["text"] = "x"
        created = await tenant.client.put(tenant.faxboxes, fields, headers=headers)
        assert created.status == 201
        path = f"{tenant.faxboxes}/{created.data['id']}"
        other = new_address()
        change = {"text": "x" * 9_000_000, "custom_smtp_email_address": other}
        assert (await tenant.client.patch(path, change)).status == 413
        assert await claim_of(service, other) is None


@pytest.mark.usefixtures("only_couchdb")
class TestOperatorsFunctions:
    @pytest.fixture
    async def context(self, service, tenant):
        """An account whose documents an operator's function judges."""
        await put_validation(
            service.repositories.store, account_database(tenant.account.id), REFUSES
        )
        return tenant

    @pytest.fixture
    async def judged_faxes(self, service):
        """The same for `faxes`, as long as a test lasts."""
        store = service.repositories.store
        await put_validation(store, FAXES, REFUSES)
        yield
        design = await ask(store, "GET", FAXES, "/_design/operator")
        await ask(store, "DELETE", FAXES, f"/_design/operator?rev={design['_rev']}")

    @pytest.mark.parametrize("name", ["forbid=all", "login=all"])
    async def test_a_creation_is_forbidden(self, service, context, name):
        address = new_address()
        headers = {"Idempotency-Key": new_id()}
        fields = {"name": name, "custom_smtp_email_address": address}
        assert_forbidden(await context.client.put(context.faxboxes, fields, headers=headers))
        assert await claim_of(service, address) is None
        fields["name"] = "x"
        created = await context.client.put(context.faxboxes, fields, headers=headers)
        assert created.status == 201

    async def test_changes_are_forbidden(self, service, context):
        box = await make_box(context)
        path, address = f"{context.faxboxes}/{box['id']}", new_address()
        fields = {"name": "forbid=all", "custom_smtp_email_address": address}
        assert_forbidden(await context.client.patch(path, fields))
        assert_forbidden(await context.client.post(path, fields))
        assert await claim_of(service, address) is None
        assert (await context.client.get(path)).data == box

    async def test_a_deletion_is_forbidden(self, service, context):
        box = await make_box(context, name="forbid=end")
        path = f"{context.faxboxes}/{box['id']}"
        assert_forbidden(await context.client.delete(f"{path}?should_soft_delete=false"))
        assert (await context.client.get(path)).status == 200

    async def test_users_are_judged_too(self, service, context):
        user = await context.client.put(
            f"{context.path}/users",
            {"first_name": "A", "last_name": "B", "name": "forbid=all"},
        )
        assert_forbidden(user)

    async def test_a_user_whose_hashes_cannot_be_renewed_logs_in(self, service, context):
        user = (await make(context)).data
        database = account_database(context.account.id)
        await log_in(service, context, "alice", "Secret1234")
        document = await stored(service, context, user["id"])
        # A Kazoo node has changed the password.
        changed = Credentials.of("alice", "Other12345").kazoo_fields()
        await service.repositories.store.put(database, {**document, **changed})
        await ask(
            service.repositories.store,
            "PUT",
            database,
            "/_design/later",
            {"validate_doc_update": "function() { throw({forbidden: 'never'}); }"},
        )
        assert (await log_in(service, context, "alice", "Other12345")).status == 201
        assert (await log_in(service, context, "alice", "Secret1234")).status == 401

    async def test_a_copy_that_is_forbidden_fails_no_request(
        self, service, tenant, judged_faxes, reconciler
    ):
        box = await make_box(tenant, name="forbid=all")
        path = f"{tenant.faxboxes}/{box['id']}"
        assert (await tenant.client.get(path)).status == 200
        assert service.repositories.faxbox_replicas.refusals > 0
        assert service.repositories.faxbox_replicas.failures == 0
        assert await entry(service, box["id"]) is None

        async def is_told():
            return reconciler.findings[Inconsistency.REFUSED] > 0

        await eventually(is_told, 40)
        bystander = await make_box(tenant)
        assert (await service.copy(bystander["id"]))["name"] == "Front desk"
        summary = await repair(service.repositories, tenant.account.id)
        assert summary.faults[Inconsistency.REFUSED] == 1
        [told] = summary.facts()["documents"]
        assert told == {
            "fault": "refused by the store",
            "database": FAXES,
            "document_id": box["id"],
            "reason": "the operator says no",
        }

    async def test_a_claim_that_is_forbidden_is_no_outage(self, service, tenant, judged_faxes):
        free, refused = new_address(), f"refused-{new_address()}"
        fields = {"name": "x", "custom_smtp_email_address": refused}
        assert_forbidden(await tenant.client.put(tenant.faxboxes, fields))
        assert await claim_of(service, refused) is None
        box = await make_box(tenant, custom_smtp_email_address=free)
        path = f"{tenant.faxboxes}/{box['id']}"
        assert_forbidden(await tenant.client.patch(path, {"custom_smtp_email_address": refused}))
        assert (await tenant.client.get(path)).data == box


class TestUnreadable:
    """What nests too deeply for us: a script wrote it, past the service."""

    @pytest.fixture(autouse=True)
    def _nests_deeply(self, store_url, is_pouchdb):
        if is_pouchdb and store_url.startswith("couchdb"):
            pytest.skip("PouchDB's server cannot store what nests deeply")

    async def test_it_is_named_and_all_others_are_mended(self, service, root):
        first, second = await child_of(service, root), await child_of(service, root)
        store = service.repositories.store
        places = []
        boxes = []
        for tenant in (first, second):
            boxes += [await make_box(tenant) for _ in range(3)]
            database, unreadable = account_database(tenant.account.id), new_id()
            box = {"_id": unreadable, "name": "deep", "pvt_type": "faxbox"}
            await put_unreadable(store, database, box)
            places.append((database, unreadable))
        for box in boxes:
            await remove_entry(service, box["id"])
            await remove_entry(service, claim_id(box["smtp_email_address"]))
        summary = await repair(service.repositories)
        for box in boxes:
            assert (await service.copy(box["id"]))["name"] == "Front desk"
            assert await claim_of(service, box["smtp_email_address"]) is not None
        told = [
            (one["database"], one["document_id"])
            for one in summary.facts()["documents"]
            if one["fault"] == str(Inconsistency.UNREADABLE)
        ]
        assert [place for place in places if place not in told] == []
        again = await repair(service.repositories, first.account.id)
        assert again.faults == {Inconsistency.UNREADABLE: 1}
        for tenant in (first, second):
            await service.repositories.accounts.delete(tenant.account)

    async def test_its_copy_and_claims_stay(self, service, tenant):
        box = await make_box(tenant)
        database = account_database(tenant.account.id)
        present = await service.stored(tenant.account.id, box["id"])
        await service.repositories.store.delete(database, box["id"], present["_rev"])
        await put_unreadable(
            service.repositories.store,
            database,
            {name: value for name, value in present.items() if name != "_rev"},
        )
        summary = await repair(service.repositories, tenant.account.id)
        assert summary.faults == {Inconsistency.UNREADABLE: 1}
        assert (await service.copy(box["id"]))["name"] == "Front desk"
        assert await claim_of(service, box["smtp_email_address"]) is not None

    async def test_the_reconciler_goes_on(self, service, tenant, reconciler):
        database = account_database(tenant.account.id)
        box = {"_id": new_id(), "name": "deep", "pvt_type": "faxbox"}
        await put_unreadable(service.repositories.store, database, box)
        later = await make_box(tenant)
        await remove_entry(service, later["id"])
        present = await service.stored(tenant.account.id, later["id"])
        await service.repositories.store.put(database, {**present, "touched": True})

        async def is_mended():
            copy = await entry(service, later["id"])
            return copy is not None and reconciler.findings[Inconsistency.UNREADABLE] > 0

        await eventually(is_mended, 40)

    async def test_an_unreadable_account_holds_up_no_others(self, service, root):
        accounts = [await child_of(service, root) for _ in range(3)]
        boxes = [await make_box(tenant) for tenant in accounts]
        store = service.repositories.store
        broken = sorted(accounts, key=lambda tenant: tenant.account.id)[0]
        database = account_database(broken.account.id)
        present = await store.get(database, broken.account.id)
        await store.delete(database, broken.account.id, present["_rev"])
        del present["_rev"]
        await put_unreadable(store, database, present)
        for box in boxes:
            await remove_entry(service, box["id"])
        summary = await repair(service.repositories)
        assert (database, broken.account.id) in [
            (one["database"], one["document_id"]) for one in summary.facts()["documents"]
        ]
        copies = [await entry(service, box["id"]) for box in boxes]
        assert sum(copy is not None for copy in copies) == 2
        assert await store.get(ACCOUNTS, broken.account.id)
        for tenant in accounts:
            await store.delete_database(account_database(tenant.account.id))
        await repair(service.repositories)

    async def test_a_listing_shows_the_others(self, service, tenant, store_url):
        if not store_url.startswith("couchdb"):
            pytest.skip("the file was changed behind our back: there is no row of it")
        box = await make_box(tenant)
        await put_unreadable(
            service.repositories.store,
            account_database(tenant.account.id),
            {"_id": new_id(), "name": "deep", "pvt_type": "faxbox"},
        )
        for query in ("", "?paginate=false", "?filter_name=Front%20desk", "?accept=csv"):
            answer = await tenant.client.get(tenant.faxboxes + query)
            assert answer.status == 200, answer.body
            assert box["id"].encode() in answer.body

    async def test_it_is_told_from_an_outage(self, service, tenant):
        unreadable = {"_id": new_id(), "name": "deep", "pvt_type": "faxbox"}
        await put_unreadable(
            service.repositories.store, account_database(tenant.account.id), unreadable
        )
        answer = await tenant.client.get(f"{tenant.faxboxes}/{unreadable['_id']}")
        assert (answer.status, answer.json["message"]) == (500, "datastore_fault")
        assert "retry-after" not in answer.headers
        assert answer.data["cause"] == "a document cannot be read"

    async def test_an_address_that_it_may_have_is_taken(self, service, tenant):
        address = new_address()
        box = await make_box(tenant, custom_smtp_email_address=address)
        database = account_database(tenant.account.id)
        present = await service.stored(tenant.account.id, box["id"])
        await service.repositories.store.delete(database, box["id"], present.pop("_rev"))
        await put_unreadable(service.repositories.store, database, present)
        answer = await tenant.client.put(
            tenant.faxboxes, {"name": "x", "custom_smtp_email_address": address}
        )
        assert (answer.status, answer.data) == (400, taken(address))
