"""Routes: the short way of ordinary paths leads where the general one does."""

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.routing import Router

NOUNS = ("accounts", "faxboxes", "users", "schemas", "user_auth", "token_restrictions")


class Noun:
    """A resource, as far as the router looks at one."""

    is_enclosing = False

    def __init__(self, noun):
        self.noun = noun


ROUTER = Router([Noun(noun) for noun in NOUNS])

segments = st.sampled_from([*NOUNS, "v2", "A", "F", "", "account"])


@given(st.lists(segments, max_size=6).map(lambda rest: ["v2", *rest]))
def test_ordinary_and_general_routes_agree(path):
    assert ROUTER.route(path) == ROUTER.general_route(path)


def test_a_box_of_an_account():
    route = ROUTER.route(["v2", "accounts", "A", "faxboxes", "F"])
    assert (route.resource.noun, route.arguments, route.account_id) == ("faxboxes", ("F",), "A")
