"""What this service does otherwise than Kazoo, on purpose, in words for users of Kazoo's API.

The numbers are those of the contract, which `differences.py` and `rules.py` use; 0 is for what
has no number.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deviation:
    """One number: what Kazoo does, what this service does, why; and what shows it."""

    title: str
    kazoo: str
    here: str
    reason: str
    shown_by: tuple[str, ...] = ()
    """Recorded exchanges."""
    by_hand: str = ""
    """Markdown, where no recorded exchange shows it."""


DEVIATIONS: dict[int, Deviation] = {
    0: Deviation(
        "Schemas, figures, accounts and tokens",
        "the schema of a faxbox lacks a support level that the published specification gives; "
        "`PUT /schemas/{id}/validation` is for superduper admins only, which the documentation "
        "does not say; `GET /schemas` lists Kazoo's schemas, and `about` the figures of an Erlang "
        "node; a token given up with `DELETE /token_auth` stays good until it expires; an account "
        "sees the names of all accounts above it and beside it; POST of an account without a realm "
        "makes a new one; any change by an account above enables a disabled one; every user sees "
        "the API key, which makes them an admin",
        "the schema of the specification; any authenticated caller may have a document validated; "
        "the schemas of what is served here, and the figures of this service; the token ends; "
        "nothing above the caller's own account is shown; the realm stays; only `enabled` itself "
        "enables; users are listed in the order of their ids, which, unlike names, no two share; "
        "API keys are for admins to see",
        "The documentation decides where it can, other parts of Kazoo are not here, and nobody is "
        "to see others' data or lose a login by accident.",
        ("schema/GET", "schema/validation-child-token", "about/under-account"),
    ),
    1: Deviation(
        "PATCH",
        "PATCH demands `name`, resets fields it was not given to their defaults, replaces "
        "objects instead of merging them, and does not validate the result",
        "PATCH merges objects at every depth, replaces arrays, removes what is `null`, and "
        "validates the merged box; fields it was not given stay",
        "It is what Kazoo's documentation says of PATCH, and a change of one field must not "
        "lose others.",
        ("patch/name-only", "patch/null-nested"),
    ),
    2: Deviation(
        "The address of one box",
        "GET of one box does not show `smtp_email_address`; listings and writes do",
        "always shown",
        "Who asks for one box needs its address as well.",
        ("get/one",),
    ),
    3: Deviation(
        "Revisions in replies to writes",
        "the `revision` in the reply to a write is that of an internal copy, and there is no "
        "`etag`: neither can be used in `If-Match`",
        "every reply about one box has the box's own new revision, as `revision` and as `etag`",
        "A client can go on changing a box safely without reading it again first.",
        ("put/minimal",),
    ),
    4: Deviation(
        "Conflicts",
        "only `If-Match` detects that somebody else has changed the box; the 412 has no body",
        "`If-Match` (412 with a body), and `_rev` in `data` or `revision` beside it (409 "
        "`datastore_conflict`); without any of them PATCH is applied to the newest revision, so "
        "that two PATCHes to different fields both survive",
        "No update is lost without a word.",
        ("post/stale-_rev-in-body", "post/If-Match-stale"),
    ),
    5: Deviation(
        "Two databases",
        "a box lies in two databases; when the second write fails, the first is not undone, and a "
        "box without its copy can no longer be changed",
        "the account's document is the truth; a copy that cannot be written fails no request, is "
        "counted and logged, and is made again in the background",
        "A box that can be read can be changed.",
        by_hand="""\
The document's copy is missing:

```http
POST /v2/accounts/{ACCOUNT_ID}/faxboxes/{ID}

{"data": {"name": "Front desk"}}
```

```diff
-HTTP/1.1 404 Not Found
+HTTP/1.1 200 OK
```
""",
    ),
    6: Deviation(
        "Addresses are unique",
        "whether `custom_smtp_email_address` is free is looked up without regard to what is "
        "written meanwhile; the lookup is in lower case, the stored address is not, so addresses "
        "with capitals are never found; trouble with the database counts as “not unique”",
        "addresses are stored, shown and compared in lower case, and claimed before a box is "
        "written: of two creates at the very same moment one gets an address; trouble with the "
        "database is a 503",
        "Mail to an address must reach one box, and mail ignores case.",
        ("unique/lower-case-PUT",),
    ),
    7: Deviation(
        "Deleted accounts",
        "deleting an account leaves the copies of its boxes behind: their addresses stay taken",
        "the copies go too",
        "An address whose owner is gone is free.",
        ("accounts/address-of-deleted-account",),
    ),
    8: Deviation(
        "Where options are read",
        "options such as `verb` are looked for inside `data` first: a field of a box can turn a "
        "change into a deletion",
        "options are read from the query and the envelope only",
        "Data must not change what a request does.",
        ("method/verb-in-data-POST-delete",),
    ),
    9: Deviation(
        "Listings and filters",
        "chunked listings show private fields and filters can ask for them; `filter_id` and "
        "`filter_smtp_email_address` find nothing; a JSON list matches strings only; the "
        "documented `missing_value` is called `value_missing`",
        "listings show, and filters see, public documents and the times of creation and change; "
        "numbers and booleans in a list match; both names are understood",
        "Private fields are private, and a filter finds what a listing shows.",
        ("list/?filter_pvt_type=faxbox", "list/?filter_retries=[2,3]"),
    ),
    10: Deviation(
        "Only boxes are boxes",
        "documents that are no boxes, design documents for one, can be read and overwritten as "
        "if they were",
        "404",
        "The path says `faxboxes`.",
        ("get/design-doc",),
    ),
    11: Deviation(
        "Statuses of faults",
        "some requests crash (500 `init failed`), bodies that are too large get 400, trouble with "
        "the database 500, and so does the deletion of an account that has descendants",
        "400 for what the client can correct, 413, 409 for the deletion of an account that has "
        "descendants, and 503 with `retry-after`; a 500 is always our bug",
        "A status says whose turn it is.",
        ("invalid/smtp-number-item",),
    ),
    12: Deviation(
        "Errors are envelopes",
        "405 without `allow`; 406, 412, 415 and others with no body; some errors without a content "
        "type; unknown paths answer 200 with a picture of text; HEAD is refused",
        "every error is a JSON envelope and says so; 405 has `allow`; unknown paths are 404; HEAD "
        "works wherever GET does",
        "One way of reading errors is enough for all of them.",
        ("auth/user_auth-GET", "path/vx"),
    ),
    13: Deviation(
        "Unknown accounts",
        "404 for an unknown account comes before 401: anybody can find out which accounts exist",
        "401 first, then 404 or 403",
        "A client without valid credentials learns nothing.",
        ("authz/unknown-account-no-token",),
    ),
    14: Deviation(
        "Entity tags of listings",
        "the `etag` of a listing changes with every request, and an `If-None-Match` on an empty "
        "listing gets 412",
        "it is a hash of the data: `If-None-Match` gets 304 until something changes",
        "Polling is cheap.",
        ("list/empty-If-None-Match",),
    ),
    15: Deviation(
        "`descending=false`",
        "`descending=false` is ignored",
        "honoured, as is `ascending=true`",
        "It is documented.",
        by_hand="""\
```http
GET /v2/accounts/{ACCOUNT_ID}/faxboxes?descending=false
```

```diff
 {
   "data": [
-    {"id": "ffee…", "name": "Last"},
-    {"id": "0011…", "name": "First"}
+    {"id": "0011…", "name": "First"},
+    {"id": "ffee…", "name": "Last"}
   ],
```
""",
    ),
    16: Deviation(
        "`attempts`",
        "clients can set `attempts`, which is documented as set by the system",
        "PUT and POST set it to 0; PATCH may set it, for that is how a fax engine counts",
        "It is documented.",
        ("accepted/attempts-string-3",),
    ),
    17: Deviation(
        "Content types of bodies",
        "a JSON body sent with another content type, such as curl's own, is read as a form or a "
        "file: “name is required”; the bodies of GET and DELETE are judged as well",
        "a body that is JSON is taken as JSON, any other is a 415; the body of a GET or DELETE is "
        "ignored unless it carries options in its envelope",
        "What the client means is plain.",
        ("ct/text-plain-valid-body", "ct/form-real"),
    ),
    18: Deviation(
        "`start_key`",
        "`start_key` is decoded as a term of Kazoo's programming language, whatever it holds",
        "the same encoding of ids, checked; anything else is taken as an id to start from",
        "Input from the network is not handed to a decoder of arbitrary terms.",
        by_hand="""\
No reply to a cursor that the API has given differs. Of others, those holding anything but a text
(here: a number) do not start in the wrong place:

```http
GET /v2/accounts/{ACCOUNT_ID}/faxboxes?start_key=g2EF
```

```diff
-Kazoo lists from the key 5
+this service lists from the id "g2EF"
```
""",
    ),
    19: Deviation(
        "Basic credentials in replies",
        "Basic credentials are repeated in the reply's `auth_token`",
        "only bearer tokens are",
        "Passwords and keys belong in no reply, and in no log of replies.",
        ("authz/basic-account-md5",),
    ),
    20: Deviation(
        "Regular expressions",
        "the regular expressions of `smtp_permission_list` run without bounds",
        "they are compiled within bounds: PCRE as in Kazoo, at most 4096 characters, and are never "
        "run by this service",
        "A pattern must not stop the service.",
        by_hand="""\
```http
PUT /v2/accounts/{ACCOUNT_ID}/faxboxes

{"data": {"name": "x", "smtp_permission_list": ["… 5000 characters …"]}}
```

```diff
-HTTP/1.1 201 Created
+HTTP/1.1 400 Bad Request
```
""",
    ),
    21: Deviation(
        "Callback URLs",
        "the check that is to keep callback URLs off internal networks never runs",
        "a list of hosts and networks to refuse, empty unless it is configured",
        "The service that calls back must not become a way into the network it stands in.",
        by_hand="""\
```http
PUT /v2/accounts/{ACCOUNT_ID}/faxboxes

{"data": {"name": "x",
          "notifications": {"inbound": {"callback": {"url": "http://10.0.0.1/"}}}}}
```

```diff
-HTTP/1.1 201 Created
+HTTP/1.1 400 Bad Request
+{
+  "data": {
+    "notifications.inbound.callback.url": {
+      "error": {
+        "message": "invalid client URL",
+        "value": "http://10.0.0.1/"
+      }
+    }
+  },
```
""",
    ),
    22: Deviation(
        "The copy's account",
        "the copy of a box says that its account's database is `faxes`, which makes Kazoo's own "
        "fax engine fail on a box with an owner and no time zone",
        "the copy names the account's database, as Kazoo's repair command writes it; both forms "
        "are read; all other private fields are those of the account's document",
        "The fax engine that reads our documents must not stumble.",
        by_hand="""\
No reply shows it. The stored copy, after

```http
PUT /v2/accounts/{ACCOUNT_ID}/faxboxes

{"data": {"name": "Front desk"}}
```

```diff
   "pvt_account_id": "0123456789abcdef0123456789abcdef",
-  "pvt_account_db": "faxes",
+  "pvt_account_db": "account%2F01%2F23%2F456789abcdef0123456789abcdef",
```
""",
    ),
    23: Deviation(
        "Deletions and authors",
        "a deletion may write back an outdated document; `pvt_auth_*` fields of an earlier writer "
        "stay when the last one has none",
        "a deletion acts on the revision it has read; the `pvt_auth_*` fields are those of the "
        "last writer, or absent",
        "The stored documents say what happened.",
        by_hand="""\
No reply shows it. The stored document, after a user has changed the box and then

```http
DELETE /v2/accounts/{ACCOUNT_ID}/faxboxes/{ID}
```

with the token of an account that logged in with its API key:

```diff
   "pvt_auth_account_id": "{ACCOUNT_ID}",
-  "pvt_auth_user_id": "{ID of the user}",
   "pvt_deleted": true,
```
""",
    ),
    24: Deviation(
        "What is kept for admins",
        "any user may give themselves or others the `priv_level` `admin`, change and delete all "
        "other users, accounts and token restrictions, and so reaches what is kept for admins; a "
        "token with `as` has the rights of whom it acts as",
        "only admins of the account and of accounts above it make admins, set `priv_level` and "
        "`enabled`, change and delete other users, accounts and token restrictions (403 "
        "`forbidden`, which says what is for admins); users change themselves otherwise; a token "
        "with `as` has the rights that both have; `FAXBOX_KAZOO_USER_RIGHTS` gives users Kazoo's "
        "way back",
        "A privilege level means nothing as long as every user can give it to themselves.",
        by_hand="""\
With the token of a user whose `priv_level` is `user`, about that user:

```http
PATCH /v2/accounts/{ACCOUNT_ID}/users/{ID}

{"data": {"priv_level": "admin"}}
```

```diff
-HTTP/1.1 200 OK
+HTTP/1.1 403 Forbidden
 {
   "auth_token": "{AUTH_TOKEN}",
   "data": {
-    …
-    "priv_level": "admin",
-    …
+    "cause": "only admins may set priv_level",
+    "message": "forbidden",
+    "value": "admin"
   },
-  "status": "success"
+  "error": "403",
+  "message": "forbidden",
+  "status": "error"
 }
```
""",
    ),
    25: Deviation(
        "Caches",
        "a reply repeats the caller's token, its `etag` is the same for everybody, and "
        "nothing keeps "
        "caches apart: in one browser the reply to an admin is shown to a user after them",
        "reads are `private, no-cache`, everything else `no-store`; `vary` names the headers that "
        "replies differ by; an `etag` is the revision and, behind a dot, a mark of the "
        "caller's token "
        "and the reply's form, so that nobody's tag is current for another; in preconditions the "
        "mark says nothing, and the bare revision is taken with or without quotes",
        "No cache may hand one caller's reply to another.",
        by_hand="""\
Of every read of a document or a listing:

```http
GET /v2/accounts/{ACCOUNT_ID}/faxboxes/{ID}
```

```diff
 HTTP/1.1 200 OK
-etag: "{REVISION}"
-vary: accept-language, accept
+etag: "{REVISION}.{MARK}"
+cache-control: private, no-cache
+vary: accept-language, accept, accept-encoding, authorization, origin, x-auth-account-id, …
```

Below, tags are shown without their marks, and `vary` as Kazoo has it.
""",
    ),
    26: Deviation(
        "Documents that were invalid before",
        "a PATCH does not look at what lies in the box: no client learns what a script wrote "
        "there, or another schema allowed; a bad item of a list of recipients is reported as the "
        "whole list",
        "a PATCH is refused for what it changes and for what it leaves required and missing; what "
        "was invalid before and is not touched stays as it is, unconverted, and is named in the "
        "header `x-invalid-fields`; bad items of a list of recipients are reported by their own "
        "keys, too",
        "The merged box is validated (1), and must not be locked by a field that its client knows "
        "nothing of: it can be corrected bit by bit.",
        by_hand="""\
A script has stored `"retries": 9`, where 4 is the most:

```http
PATCH /v2/accounts/{ACCOUNT_ID}/faxboxes/{ID}

{"data": {"name": "Front desk"}}
```

```diff
 HTTP/1.1 200 OK
+x-invalid-fields: retries
```
""",
    ),
    27: Deviation(
        "Custom addresses",
        "`custom_smtp_email_address` may be any text: `fax.example.com `, one with a full-width "
        "letter or a line break, and the empty text are addresses beside `fax.example.com`",
        "a new one is a domain name or `name@domain`, in ASCII, as RFC 5321 and IDNA have them "
        "(`xn--…` for other letters); one that Kazoo stored otherwise is shown, stays when "
        "something else is changed, and can be changed",
        "Nobody can hold a look-alike of another's address, to which mail could go astray.",
        ("accepted/custom-empty",),
    ),
    28: Deviation(
        "Limits",
        "bodies of any shape and any number of filters are worked on, from any client; a "
        "body of "
        "8 MB is read before the token is looked at",
        "who asks is found out from the headers and the query string before the body is read; "
        "without "
        "a valid token there a body may have 64 kB, uncompressed, which is also all that a "
        "login or a "
        "token beside `data` may come in; numbers of members, items, values and filters are "
        "limited "
        "(400 with the rule and the number), and the memory of bodies (503); see "
        "[security.md](security.md)",
        "No request may stop the service, or take its memory from others.",
        by_hand="""\
```http
PUT /v2/accounts/{ACCOUNT_ID}/faxboxes

{"data": {"name": "x", "list": [… 10,001 items …]}}
```

```diff
-HTTP/1.1 201 Created
+HTTP/1.1 400 Bad Request
 {
   "data": {
+    "json": {
+      "maxItems": {
+        "message": "JSON must not have more than 10000 items in one array",
+        "target": 10000
+      }
+    }
   },
```
""",
    ),
    30: Deviation(
        "Headers of cross-origin use",
        "the lists of headers that pages of other origins may send and read lack `authorization`, "
        "`if-none-match`, `content-disposition` and others",
        "Kazoo's lists, and behind them every request header that is documented, and every header "
        "that a client needs of a reply",
        "What the documentation offers must work in a browser, too.",
        by_hand="""\
Of every error, preflight and cross-origin reply:

```diff
-access-control-allow-headers: content-type, …, if-match
+access-control-allow-headers: content-type, …, if-match, accept, accept-language, authorization, …
-access-control-expose-headers: content-type, …, etag, etag
+access-control-expose-headers: content-type, …, etag, etag, accept-encoding, allow, …
```

Below, both lists are shown as Kazoo has them.
""",
    ),
    31: Deviation(
        "Bearer tokens",
        "`Authorization: Bearer` names a stored document; a token sent in this way is refused",
        "a token is taken there as in `X-Auth-Token`",
        "It is where the libraries of today put a token (RFC 6750, 2.1).",
        ("authz/bearer-jwt",),
    ),
    32: Deviation(
        "Pages in headers",
        "only the envelope says that there is another page, so a CSV listing stops after 50 boxes "
        "without a word; after a filtered page that is just full comes an empty one",
        '`next-start-key` and `link` with `rel="next"` on every page but the last; a filtered page '
        "that is just full is the last, unless the account is large",
        "Nobody is to take a page for the whole.",
        by_hand="""\
```http
GET /v2/accounts/{ACCOUNT_ID}/faxboxes?accept=csv
```

```diff
 HTTP/1.1 200 OK
+next-start-key: {CURSOR}
+link: </v2/accounts/{ACCOUNT_ID}/faxboxes?accept=csv&start_key={CURSOR}>; rel="next"
```
""",
    ),
}

BY_RULE: dict[int, str] = {
    0: "the schemas of what is served here, as the specification has them",
    2: "the address is shown",
    3: "the reply has the box's own new revision, and an `etag`",
    6: "addresses are shown in lower case",
    12: "the error is an envelope, with a content type, and `allow` when it is a 405",
    16: "`attempts` is 0",
    19: "the credentials are not repeated",
}
"""Why the rules of `rules.py` change an exchange."""
