"""Every recorded exchange that differs because of the contract, once, under its number.

Rules of the contract that touch whole classes of replies (2, 3, 4, 6, 12, 14, 16, 19) are code,
in `rules.py`; here is what only single exchanges show.
"""

from tests.recordings.exchanges import Json

from .contract import (
    JUDGED_EARLY,
    Difference,
    conflict,
    error,
    invalid,
    not_unique,
    precondition_failed,
    type_error,
    unknown,
    unreadable,
)
from .patches import PATCHES

_INVALID_CREDENTIALS = {"message": "invalid credentials"}
_NOT_FOUND = {"message": "not found"}
_NO_BOX = "the creation before it was refused: there is no such box"
_AS_JSON = "a body that is JSON is taken as JSON, whatever its media type says"

_NO_ADDRESS = invalid(
    27,
    "an empty text is no address",
    {
        "custom_smtp_email_address": {
            "wrong_format": {
                "message": "Field is not in the correct format: there is no domain name",
                "value": "",
                "format": "domain or email",
            }
        }
    },
)

_UNKNOWN_PATH = Difference(
    12,
    "404 for unknown paths",
    status=404,
    message="not_found",
    error_data=_NOT_FOUND,
    optional=JUDGED_EARLY - {"data"},
)


_DEFAULTS: dict[str, Json] = {
    "attempts": 0,
    "caller_name": "Kazoo Fax Printer",
    "fax_header": "Kazoo Fax Printer",
    "media": {},
    "retries": 1,
    "smtp_permission_list": [],
}
"""What a box has of the fields that it was not given."""


def _box(name: str, box_id: str, address: str, **fields: Json) -> Json:
    """A box of which only some fields were given."""
    return {
        "name": name,
        **_DEFAULTS,
        "id": box_id,
        "smtp_email_address": address,
        **fields,
    }


def _bad_permission(value: Json) -> Difference:
    errors = {"smtp_permission_list.0": type_error("string", value)}
    return invalid(11, "an item of the wrong type is the client's error", errors)


_TUNNELLED = _box("x", "{ID:465}", "{SMTP:38}", verb="delete")

_ALL: dict[str, Difference] = {
    # 0: beside the numbers
    "schema/validation-child-token": Difference(
        0,
        "any authenticated caller may have a document validated, as is documented",
        status=201,
        data={**_DEFAULTS, "name": "x", "retries": 3},
        absent=frozenset(("revision",)),
    ),
    "about/under-account": Difference(
        0,
        "the figures of an Erlang node are out of scope: ours are the store and the uptime",
        data={
            "version": "{VERSION}",
            "store": {"kind": "{ANY}", "version": "{ANY}"},
            "uptime": "{INTEGER}",
        },
        absent=frozenset(("revision",)),
    ),
    # 4: conflicts
    "post/stale-_rev-in-body": conflict("`_rev` in `data` is the revision the client has read"),
    "post/If-Match-stale": precondition_failed("412 has a body"),
    "post/If-Match-now-stale": precondition_failed("412 has a body"),
    "put/If-Match": precondition_failed("412 has a body"),
    # 6: addresses are compared and kept in lower case
    "unique/same-case-PUT": not_unique(6, "the same address in the same case is taken", "{TEXT}"),
    "unique/lower-case-PUT": not_unique(
        6, "addresses are compared in lower case", "sales.fax.example.com"
    ),
    "unique/cleanup-UDUP": unknown(6, _NO_BOX, "{ID:330}"),
    "unique/cleanup-ULOW": unknown(6, _NO_BOX, "{ID:332}"),
    "unique/own-generated-POST-again": Difference(
        6, "a box's own generated address is not another's", like="unique/own-generated-POST"
    ),
    # 7: what deleted accounts leave behind
    "accounts/address-of-deleted-account": Difference(
        7,
        "the addresses of a deleted account are free again",
        status=201,
        data=_box("x", "{ID:new}", "{SMTP:new}", custom_smtp_email_address="orphan.example.com"),
        headers={"location": "/v2/accounts/{ACCOUNT:acme}/faxboxes/{ID:new}"},
        undo=True,
    ),
    # 8: options come from the query and the envelope only
    "method/verb-in-data-POST-delete": Difference(
        8, "`verb` in `data` is a field like any other", data=_TUNNELLED
    ),
    "method/verb-in-data-POST-delete (GET after)": Difference(
        8, "nothing was deleted", data=_TUNNELLED, undo=True
    ),
    # 9: filters see public documents, numbers match in lists, both names of value_missing
    "list/?filter_pvt_type=faxbox": Difference(9, "private fields are not seen", items=()),
    "list/?filter_retries=[2,3]": Difference(
        9, "numbers in a JSON list match", items=("{ID:527}", "{ID:529}", "{ID:531}")
    ),
    "list/?missing_value=tag": Difference(
        9, "the documented name works, too", items=("{ID:531}", "{ID:533}")
    ),
    "list/?is_chunked=true&paginate=false": Difference(
        9,
        "chunks hold public documents",
        items=("{ID:525}", "{ID:527}", "{ID:529}", "{ID:531}", "{ID:533}"),
        headers={"etag": None},
        absent=frozenset(("page_size", "revision", "tokens")),
    ),
    # 10: only faxboxes are faxboxes
    "get/design-doc": unknown(10, "a design document is no faxbox", "_design/faxbox"),
    # 11: no crashes
    "invalid/smtp-number-item": _bad_permission(5),
    "invalid/smtp-null-item": _bad_permission(None),
    "invalid/smtp-object-item": _bad_permission({}),
    "invalid/data-list": invalid(
        11, "an array is no faxbox, whatever is in it", {"": type_error("object", [1])}
    ),
    "get/id-NULL": unknown(11, "an id like any other", "NULL"),
    "get/id-undefined": unknown(11, "an id like any other", "undefined"),
    "schema/validation-superduper-unknown": unknown(11, "a schema that does not exist", "nope"),
    "list/?chunk_size=0": error(
        11,
        "an option that makes no sense is the client's error",
        404,
        "faulty_request",
        {"message": "chunk size must be at least 1"},
    ),
    "path/bad-query": unreadable(11, "a query that cannot be read is the client's error"),
    "accounts/DELETE-with-descendants": error(
        11,
        "a refusal is no fault of the service",
        409,
        "account_has_descendants",
        {"message": "account has descendants"},
    ),
    # 12: every error is a JSON envelope, unknown paths are 404, HEAD works
    "method/HEAD-item": Difference(
        12,
        "HEAD works wherever GET does",
        headers={
            "content-type": "application/json",
            "content-language": "en",
            "etag": '"{REV}"',
            "expires": "Fri, 01 Jan 1999 00:00:00 GMT",
            "vary": "accept-language, accept",
        },
    ),
    "method/HEAD-item-no-token": Difference(12, "HEAD is judged like GET", status=401),
    "path/root": _UNKNOWN_PATH,
    "path/vx": _UNKNOWN_PATH,
    "get/faxes-of-box": Difference(
        12, "there is no module `faxes` here: an unknown path", like="get/extra-segment"
    ),
    # 13: nothing about accounts is said to those who prove nothing
    "authz/unknown-account-no-token": error(
        13, "401 first", 401, "invalid_credentials", _INVALID_CREDENTIALS
    ),
    "authz/token-of-deleted-account": error(
        13, "401 first", 401, "invalid_credentials", _INVALID_CREDENTIALS
    ),
    # 31: bearers
    "authz/bearer-jwt": Difference(
        31, "a token is taken as a bearer as well", like="authz/token-in-query"
    ),
    # 14: list ETags are hashes of the data
    "list/empty-If-None-Match": Difference(
        14, "a tag that does not match is no failed precondition of a GET", items=()
    ),
    # 15: directions
    "list/?descending=false": Difference(15, "the order is ascending", like="list/?"),
    # 17: bodies
    "body/bad-json-on-GET": Difference(
        17, "the body of a GET is ignored", like="body/data-object-on-GET"
    ),
    "body/empty-object-on-GET": Difference(
        17, "the body of a GET is ignored", like="body/data-object-on-GET"
    ),
    "delete/with-empty-object-body": Difference(
        17,
        "the body of a DELETE is ignored",
        data={
            **_DEFAULTS,
            "name": "Gamma",
            "retries": 2,
            "tag": "blue",
            "custom_smtp_email_address": "gamma.example.com",
            "id": "{ID:529}",
            "_read_only": {"deleted": True},
        },
    ),
    **{
        f"ct/{what}-invalid-body": Difference(17, _AS_JSON, like="ct/json-charset-invalid-body")
        for what in (
            "text-json",
            "octet-stream",
            "xml",
            "vnd-json",
            "malformed",
            "base64",
            "multipart-no-boundary",
        )
    },
    "ct/form-with-equals": Difference(17, _AS_JSON, like="ct/json-charset-invalid-body"),
    "ct/form-real": Difference(
        17,
        "a body that is no JSON is refused as such",
        status=415,
        message="{TEXT}",
        optional=JUDGED_EARLY,
    ),
    "ct/text-plain-valid-body": Difference(
        17,
        _AS_JSON,
        status=201,
        data=_box("plain", "{ID:plain}", "{SMTP:plain}"),
        headers={"location": "/v2/accounts/{ACCOUNT:acme}/faxboxes/{ID:plain}"},
        undo=True,
    ),
    "accepted/custom-empty": _NO_ADDRESS,
    "accepted/custom-empty-again": _NO_ADDRESS,
    "setup/14": unknown(27, _NO_BOX, "{ID:214}"),
    "setup/15": unknown(27, _NO_BOX, "{ID:216}"),
}

DIFFERENCES: dict[str, Difference] = {**_ALL, **PATCHES}
