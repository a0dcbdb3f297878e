"""Exchanges that cannot replay yet, by the title of the issue they wait for; and those that
never will.

They are sent all the same: later exchanges depend on what they leave behind. One that replays
must come off the list.
"""

REQUEST_SURFACE = "The whole request surface of Crossbar around faxboxes"
ACCOUNTS = "Accounts, users, tokens and who may do what"
CONSISTENCY = "Nothing lost, nothing doubled: consistency under concurrency and faults"

WAITING: dict[str, tuple[str, ...]] = {
    REQUEST_SURFACE: (
        "accept/xml",
        "accept/malformed",
        "accept/csv-option",
        "accept/octet-stream",
        "accept/language-en-US",
        "accept/gzip",
        "get/nested-unknown-user",
        "method/TRACE",
        "method/FOO",
        "method/lower-case-get",
        "method/OPTIONS-preflight",
        "method/OPTIONS-preflight-item",
        "method/OPTIONS-preflight-method-not-allowed",
        "method/OPTIONS-preflight-unknown-account",
        "method/OPTIONS-origin-only",
        "method/verb-in-envelope-POST-PUT",
        "method/verb-in-query-POST-patch",
        "method/verb-in-data-POST-delete",
        "method/verb-in-data-POST-delete (GET after)",
        "method/verb-GET-put",
        "method/verb-GET-put-valid-body",
        "method/verb-GET-put-valid-body (list after)",
        "method/verb-GET-delete",
        "generic/pretty-query",
        "generic/pretty-error",
        "schema/GET",
        "schema/GET-unknown",
        "schema/list",
        "schema/validation-child-token",
        "schema/validation-no-token",
        "schema/validation-superduper-ok",
        "schema/validation-superduper-bad",
        "schema/validation-superduper-unknown",
        "about/child",
        "about/under-account",
        "list/?ascending=true",
        "list/?ascending",
        "list/?descending=false",
        "list/?ascending=true&page_size=2",
        "list/?is_chunked=true&paginate=false",
        "list/?chunk_size=51",
        "list/?chunk_size=0",
        "list/?chunk_size=-1",
        "list/?created_from=abc",
        "list/?filter_name=Alpha",
        "list/?filter_name=alpha",
        "list/?filter_name=%C3%9Cn%C3%AF",
        'list/?filter_name=["Alpha","Beta"]',
        "list/?filter_retries=2",
        'list/?filter_retries="2"',
        "list/?filter_retries=[2,3]",
        "list/?filter_b=false",
        "list/?filter_f=1.5",
        "list/?filter_z=null",
        "list/?filter_z=",
        "list/?filter_nested.k=v",
        "list/?filter_nested.list=p",
        "list/?filter_nested.list=pq",
        "list/?filter_flags=xy",
        "list/?filter_flags=x",
        "list/?filter_name.x=1",
        "list/?filter_tag=red&filter_tag=green",
        "list/?filter_pvt_type=faxbox",
        "list/?filter_smtp_email_address=x",
        "list/?filter_name",
        "list/?filter_=x",
        "list/?filter_not_missing=",
        "list/?filter_not_retries=2",
        'list/?filter_not_name=["Alpha","Beta"]',
        "list/?filter_not_name.x=1",
        "list/?has_key=missing",
        "list/?has_key=nested.list.1",
        "list/?has_key=nested.list.2",
        "list/?has_key=tag&has_key=nested",
        "list/?key_missing=z",
        "list/?key_missing=name",
        "list/?has_value=z",
        "list/?has_value=emptys",
        "list/?has_value=zero",
        "list/?has_value=fals",
        "list/?has_value=flags",
        "list/?missing_value=tag",
        "list55/filter-even",
        "list55/filter-even-page_size-27",
        "list55/filter-even-page_size-28",
        "http/long-uri",
    ),
    ACCOUNTS: (
        "accounts/PUT-child-duplicate-name-and-realm",
        "accounts/PUT-child-no-name",
        "accounts/PUT-collection",
        "accounts/GET-If-None-Match",
        "accounts/GET-master",
        "accounts/PATCH",
        "accounts/PATCH-null-removes",
        "accounts/children",
        "accounts/descendants",
        "users/PUT-alice",
        "users/PUT-bob",
        "users/PUT-carol",
        "users/PUT-missing",
        "authz/basic-account-md5",
        "accounts/DELETE-with-descendants",
        "accounts/GET-deleted",
        "accounts/DELETE-master",
        "auth/token_auth-DELETE",
        "rate/429-unauthenticated",
    ),
    CONSISTENCY: ("unique/POST-unknown-id-and-taken",),
}

OUT_OF_SCOPE: dict[str, str] = {
    "billing": "needs Kazoo's services and bookkeepers",
}
"""Groups, and what they would need. They are not sent."""


def waits_for(name: str) -> str | None:
    """The title of the issue an exchange waits for."""
    return next((title for title, names in WAITING.items() if name in names), None)


def is_out_of_scope(group: str) -> bool:
    """Whether a group needs parts of Kazoo that this project does not build."""
    return group in OUT_OF_SCOPE
