"""Where the fuzzer begins: an honest input for each target, and a few that nearly are."""

import gzip
import json
import zlib
from base64 import b64encode, urlsafe_b64encode

from faxbox_service.crossbar.listing.cursor import encode_cursor

_BOX = {
    "name": "Front desk",
    "caller_name": "Ω",
    "retries": "3",
    "flags": ["a", "b"],
    "media": {"fax_option": True},
    "smtp_permission_list": [".*@example\\.com"],
    "custom_smtp_email_address": "xn--fxes-gra.example.com",
    "notifications": {
        "inbound": {
            "email": {"send_to": ["a@example.com"]},
            "callback": {"url": "http://10.0.0.1:80/x?y#z", "method": "post", "type": "json"},
        }
    },
    "big": 2**70,
    "small": -1.5e-7,
}
_TEXT = json.dumps(_BOX).encode()
_RULES = {"faxboxes": [{"allowed_accounts": ["_"], "rules": {"*/a/#": ["GET", "_"], "/": ["PUT"]}}]}
_HEADER = urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "0" * 32}).encode()).rstrip(b"=")

SEEDS: dict[str, tuple[bytes, ...]] = {
    "target": (
        b"/v2/accounts/0123456789abcdef0123456789abcdef/faxboxes?page_size=5&filter_name=a+%C3%A9",
        b"http://faxes.example.com/v2/schemas/?has_key=a.1.b&created_from=63000000000",
        b"/%2F/%00?a=1&a=2&b&=&%zz",
    ),
    "headers": (
        b'text/csv;q=0.5, application/json; a="b\\"c" ;q=1.0, */*',
        b"en-US,en;q=0.9, de;q=0",
        b'W/"1-abc", "2-def"',
        b64encode(b"0" * 32 + b":alice:secret"),
        b64encode(b"0" * 32 + b":" + b"a" * 40),
        _HEADER + b".e30.AAAA",
        b'10.0.0.2, "[2001:db8::1]:80",unknown\n::ffff:10.0.0.3',
        b"Angular.callbacks._0",
    ),
    "body": (
        b'application/json\n{"data": {"name": "x"}, "Page-Size": 5}',
        b"multipart/form-data; boundary=b\n--b\r\nContent-Type: application/json\r\n\r\n"
        b'{"data":{}}\r\n--b--\r\n',
        b'text/plain\n{"data": [[{"a": "\\"[["}]]}',
        b'\n{"data":{"name":"caf\xe9"}}',
    ),
    "shape": (_TEXT, b'[[{"a":"]\\"["},[],{}],"\\\\",[1,2,3]]', b'{"a":{"a":{"a":[]}}}'),
    "coding": (
        b"\x00" + gzip.compress(_TEXT),
        b"\x01" + zlib.compress(_TEXT),
        b"\x80" + _TEXT,
        b"\x00" + gzip.compress(b"") * 3,
    ),
    "json": (_TEXT, b'[1e5,"\\ud83d\\ude00",-0.0,[],{},null]', b'{"b":{"d":1,"c":2},"a":[{}]}'),
    "filters": (
        b"filter_flags=[%22a%22,1]&filter_not_name=x&has_key=media.fax_option\n" + _TEXT,
        b"filter_flags.2=b&created_from=1&key_missing=a.b&value_missing=flags\n" + _TEXT,
    ),
    "cursor": (
        encode_cursor("0123").encode(),
        encode_cursor(["a", "", "b"]).encode(),
        b"gAA",
    ),
    "table": (_TEXT, b'{"a":{"b":["\\"x",["y"]],"c":"=1,2\\n"},"a_b":1.0}'),
    "schema": (
        *(bytes([number]) + _TEXT for number in range(3)),
        b"\x03" + json.dumps({"restrictions": {"_": {"_": _RULES}}}).encode(),
    ),
    "merge": (_TEXT + b'\n{"media":{"fax_option":null,"x":{}},"flags":null}',),
    "callback": (
        b"http://127.0.0.1/",
        b"https://user:pass@[::ffff:10.1.1.1]:8443/x?y",
        b"http://0x7f.1/",
        "http://ＬＯＣＡＬＨＯＳＴ./".encode(),
    ),
    "address": (
        b"faxes.example.com",
        b"front.desk@xn--bcher-kva.example",
        b"Faxes.Example.COM",
        b"xn--mgba3gch31f060k.example",
    ),
    "expression": (b"^(a|b)*@example\\.com$", b"(?<n>a{1,9})(?=\\k<n>)", b"[\\w-]+"),
    "restrictions": (b"a/b\n" + json.dumps(_RULES).encode(),),
}
