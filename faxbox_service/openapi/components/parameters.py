"""The parameters of requests (docs/reference/wire.md, 9); options may stand in the envelope as
well."""

from typing import Final

from faxbox_service.documents.types import Document

from .examples import ACCOUNT_ID, FAXBOX_ID, USER_ID

_TEXT: Final[Document] = {"type": "string"}
_SWITCH: Final[Document] = {"type": "boolean"}
_SECONDS: Final[Document] = {"type": "integer", "minimum": 0}
_ENTITY_TAGS: Final[Document] = {
    "anyOf": [
        {"const": "*"},
        {"type": "string", "pattern": r'^(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*$'},
        {"type": "string", "pattern": "^[0-9]+-[0-9a-f]+$"},
    ]
}


def _query(name: str, schema: Document, description: str) -> Document:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _header(name: str, schema: Document, description: str) -> Document:
    return {"name": name, "in": "header", "schema": schema, "description": description}


def path_parameter(name: str, description: str, example: str) -> Document:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
        "description": description,
        "example": example,
    }


PARAMETERS: Final[Document] = {
    "AccountId": path_parameter("ACCOUNT_ID", "32 hexadecimal characters.", ACCOUNT_ID),
    "FaxboxId": path_parameter("FAXBOX_ID", "The `id` of a faxbox.", FAXBOX_ID),
    "UserId": path_parameter("USER_ID", "The `id` of a user.", USER_ID),
    "SchemaId": path_parameter("SCHEMA_ID", "The `id` of a schema.", "faxbox"),
    "RequestId": _header(
        "X-Request-ID",
        {"type": "string", "maxLength": 256, "pattern": "^[ -~]*$"},
        "Comes back in the reply; one that cannot be repeated is replaced.",
    ),
    "AuthAccountId": _header(
        "X-Auth-Account-ID", _TEXT, "When given, it must be the account of the token."
    ),
    "IfMatch": _header("If-Match", _ENTITY_TAGS, "Entity tags; 412 unless one is the current."),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "When the request is repeated within a day with the same key and `data`, nothing is "
        "created again, and the reply is the first one.",
    ),
    "IfNoneMatch": _header(
        "If-None-Match", _ENTITY_TAGS, "Entity tags; a read gives 304, a change 412, if one is."
    ),
    "Pretty": _query("pretty_print", _SWITCH, "Answer with lines and indentation."),
    "PrettyHeader": _header("X-Pretty-Print", _SWITCH, "The same as `pretty_print`."),
    "Jsonp": _query(
        "jsonp",
        {
            "type": "string",
            "maxLength": 128,
            "pattern": r"^[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*)*$",
        },
        "Answer with JavaScript that calls this function.",
    ),
    # Examples of optional parameters would be filled into the forms of `/docs`, and sent.
    "Accept": _query("accept", _TEXT, "`csv` or a media type; wins over the header `Accept`."),
    "PageSize": _query(
        "page_size", {"type": "integer", "minimum": 1, "default": 50}, "Items on a page."
    ),
    "StartKey": _query(
        "start_key", _TEXT, "The `next_start_key` of the page before, or an id; inclusive."
    ),
    "EndKey": _query("end_key", _TEXT, "The id to end with; inclusive."),
    "Paginate": _query(
        "paginate",
        {"type": "boolean", "default": True},
        "`true` for pages; anything else gives all items at once.",
    ),
    "Ascending": _query("ascending", _SWITCH, "Order by id, the lowest first."),
    "Descending": _query("descending", _SWITCH, "Order by id, the highest first: the default."),
    "IsChunked": _query("is_chunked", _SWITCH, "Send items as they are found."),
    "ChunkSize": _query(
        "chunk_size",
        {"type": "integer", "minimum": 1, "maximum": 50, "default": 50},
        "Items in each piece of a chunked reply.",
    ),
    "Filters": {
        "name": "filters",
        "in": "query",
        "style": "form",
        "explode": True,
        "schema": {
            "type": "object",
            "patternProperties": {"^filter_(not_)?.": _TEXT},
            "additionalProperties": False,
            "default": {},
        },
        "description": (
            'An object such as `{"filter_retries": "1"}`, each member a parameter of its own. '
            "`filter_{KEY}=V`: only items whose value at `KEY`, a path with dots, is `V` or one "
            "of `V`, a JSON array. `filter_not_{KEY}=V`: only the others. At most 20 of all "
            "kinds of filters in a request, unless the service's setting says otherwise."
        ),
    },
    "HasKey": _query("has_key", _TEXT, "Only items with a value at this path."),
    "KeyMissing": _query("key_missing", _TEXT, "Only items without a value at this path."),
    "HasValue": _query("has_value", _TEXT, "Only items with a value that is not empty."),
    "ValueMissing": _query("value_missing", _TEXT, "Only items without one."),
    "MissingValue": _query("missing_value", _TEXT, "Another name of `value_missing`."),
    "CreatedFrom": _query("created_from", _SECONDS, "Created then or later: Gregorian seconds."),
    "CreatedTo": _query("created_to", _SECONDS, "Created then or earlier."),
    "ModifiedFrom": _query("modified_from", _SECONDS, "Changed last then or later."),
    "ModifiedTo": _query("modified_to", _SECONDS, "Changed last then or earlier."),
    "FileName": _query("file_name", _TEXT, "The name of the CSV file."),
    "FileNameHeader": _header("X-File-Name", _TEXT, "The same; wins over `file_name`."),
    "CsvSafe": _query(
        "csv_safe",
        _SWITCH,
        "Put an apostrophe before whatever a spreadsheet would take for a formula in the CSV file, "
        "fax numbers with `+` included; `false` does not, whatever the service's setting is.",
    ),
    "SoftDelete": _query(
        "should_soft_delete",
        {"type": "boolean", "default": True},
        "Anything but `true` removes for good what is otherwise only hidden.",
    ),
    "Rev": _query("rev", _TEXT, "Show the document as it was at this revision, if that is kept."),
    "RevsInfo": _query("revs_info", _SWITCH, "List the revisions that are kept, too."),
    "Restore": _query(
        "restore",
        _SWITCH,
        "Bring the soft-deleted document back as it was, for admins; the body is not looked at.",
    ),
    "IncludeApiKey": _query(
        "include_api_key", _SWITCH, "Show the API key too, to admins; to others as without it."
    ),
    "Internals": _query("internals", _SWITCH, "List the schemas of Kazoo's messages too."),
}

EVERYWHERE: Final = ("RequestId", "Accept", "Pretty", "PrettyHeader", "Jsonp")
TABLE: Final = ("FileName", "FileNameHeader", "CsvSafe")
CONDITIONS: Final = ("IfMatch", "IfNoneMatch")
LISTING: Final = (
    *("PageSize", "StartKey", "EndKey", "Paginate", "Ascending", "Descending"),
    *("IsChunked", "ChunkSize", "Filters", "HasKey", "KeyMissing", "HasValue", "ValueMissing"),
    *("MissingValue", "CreatedFrom", "CreatedTo", "ModifiedFrom", "ModifiedTo", *TABLE),
)


def parameter_references(*names: str) -> list[Document]:
    """References to parameters by the names of their components."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
