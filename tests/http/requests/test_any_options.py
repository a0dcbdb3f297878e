"""Whatever clients write into options and headers: an answer in the envelope, and never a 500."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

OPTIONS = st.sampled_from(
    (
        *("verb", "accept", "jsonp", "pretty_print", "page_size", "start_key", "end_key"),
        *("paginate", "ascending", "descending", "is_chunked", "chunk_size", "file_name"),
        *("filter_name", "filter_not_retries", "filter_", "filter_flags.1", "has_key", "has_value"),
        *("key_missing", "value_missing", "missing_value", "created_from", "modified_to"),
        *("should_soft_delete", "auth_token", "authorization", "internals", "action", "revision"),
    )
)
WORDS = st.sampled_from(
    (
        *("true", "false", "0", "-1", "1", "csv", "text/csv", "application/json", "GET", "PUT"),
        *("PATCH", "POST", "DELETE", "HEAD", "TRACE", "*", '["a",1,null]', '"a"', "f", "a.b.c"),
        *("g20AAAAA", "9" * 5000, "1e400", "NaN", "2.5", "Basic Og==", "name", "flags.1.x"),
    )
)
TEXTS = WORDS | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
HEADERS = st.sampled_from(
    (
        *("Accept", "Accept-Language", "Accept-Encoding", "If-Match", "If-None-Match", "Origin"),
        *("X-Pretty-Print", "X-File-Name", "X-Request-ID", "X-Auth-Account-ID", "Range"),
        *("Access-Control-Request-Method", "Access-Control-Request-Headers", "Content-Type"),
    )
)
VALUES = WORDS | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
PATHS = st.sampled_from(
    ("faxboxes", "faxboxes/BOX", "about", "users/BOX/faxboxes", "../../schemas", "../../token_auth")
)


@pytest.fixture
async def box(tenant):
    fields = {"name": "x", "flags": ["a", "b"], "custom": {"a": [1, {"b": None}]}}
    return (await tenant.client.put(tenant.faxboxes, fields)).data


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(("GET", "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")),
    path=PATHS,
    query=st.lists(st.tuples(OPTIONS, TEXTS), max_size=4),
    envelope=st.dictionaries(OPTIONS, JSON, max_size=3),
    headers=st.dictionaries(HEADERS, VALUES.filter(lambda text: len(text) < 100), max_size=3),
)
async def test_any_options_get_an_answer(tenant, box, method, path, query, envelope, headers):
    path = path.replace("../..", "/v2").replace("BOX", box["id"])
    path = path if path.startswith("/") else f"{tenant.path}/{path}"
    url = f"{path}?{urlencode(query, quote_via=quote)}"
    data = {"name": "y"}
    answer = await tenant.client.request(method, url[:7000], data, headers=headers, **envelope)
    assert answer.status < 500, (url, answer.body)
    if answer.body and answer.headers["content-type"] == "application/json":
        assert answer.json["status"] == ("success" if answer.status < 400 else "error")
