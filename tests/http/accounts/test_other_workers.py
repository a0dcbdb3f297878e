"""What one worker changes, the others go by within a second, though they remember accounts."""

from tests.http.conftest import child_of, status_within_a_second


async def test_an_account_that_was_deleted_is_gone(service, elsewhere, root):
    doomed = await child_of(service, root)
    there = elsewhere.client(doomed.client.token)
    assert (await there.get(doomed.faxboxes)).status == 200
    await root.client.delete(doomed.path)
    assert await status_within_a_second(there, doomed.faxboxes, 401) == 401
    owner = elsewhere.client(root.client.token)
    assert await status_within_a_second(owner, doomed.faxboxes, 404) == 404


async def test_a_right_that_was_given_counts_and_one_that_was_taken_does_not(
    service, elsewhere, root, tenant, other
):
    there = elsewhere.client(tenant.client.token)
    assert (await there.get(other.faxboxes)).status == 403
    for is_admin, status in ((True, 200), (False, 403)):
        await service.repositories.accounts.change_private(
            tenant.account.id,
            lambda document, given=is_admin: {**document, "pvt_superduper_admin": given},
        )
        assert await status_within_a_second(there, other.faxboxes, status) == status
