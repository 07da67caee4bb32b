"""Requests with one value at the edge: each field, parameter and header that the document names."""

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.api.test_openapi import DOCUMENT, Json, operations

HOLE = "\ue000hole\ue000"
QUOTED = f'"{HOLE}"'.encode()
DEEPEST = 6
MEGABYTE = b'"' + b"x" * 1_000_000 + b'"'
VALUES = {
    "2^31": b"2147483648", "2^63": b"9223372036854775808", "-1": b"-1", "10^20": b"1" + b"0" * 20,
    "-2^63": b"-9223372036854775808", "2^63-1": b"9223372036854775807", "0": b"0", "0.1": b"0.1",
    "NUL": b'"a\\u0000b"', "NUL, raw": b'"a\0b"', "surrogate": b'"\\ud800"',
    "surrogate, raw": b'"\xed\xa0\x80"', "right to left": '"\u202e\u200fa\u2066"'.encode(),
    "NaN": b"NaN", "1e999": b"1e999", "-1e999": b"-1e999", "1e308": b"1e308", "null": b"null",
    "list": b"[]", "lists": b"[[[]]]", "object": b"{}", "true": b"true", "empty": b'""',
    "long": b'"' + b"x" * 10_000 + b'"', "1 MB": MEGABYTE, "not UTF-8": b'"\xff"',
    "twice": b'{"a": 1, "a": 2}', "depth 10^5": b"[" * 100_000 + b"]" * 100_000,
    "names": b"{%s}" % b",".join(b'"%x":1' % n for n in range(100_000)),
    "10^6 names": b"{%s}" % b",".join(b'"%x":1' % n for n in range(1_000_000)),
    "items": b"[%s]" % b",".join([b"1"] * 500_000), "digits": b"9" * 100_000,
    "percent": b'"%00%ff"', "formula": b'"=1+1"', "line ends": b'"a\\r\\nSet-Cookie: a=b"',
}  # fmt: skip
WORDS = {
    "2^31": "2147483648", "2^63": "9223372036854775808", "-1": "-1", "10^20": "1" + "0" * 20,
    "NUL": "a%00b", "surrogate": "%ED%A0%80", "not UTF-8": "%FF", "right to left": "%E2%80%AEa",
    "NaN": "NaN", "1e999": "1e999", "empty": "", "long": "x" * 10_000, "space": "%20",
    "line ends": "a%0D%0AX-A:%20b", "dots": "..%2F..%2Fetc%2Fpasswd", "list": "[]", "float": "0.1",
    "digits": "9" * 5_000, "quote": "'%22%3B--", "star": "*", "json": "%7B%22a%22%3A1%7D",
}  # fmt: skip
HEADERS = {
    "latin-1": b"\xe4", "not UTF-8": b"\xff\xfe", "long": b"x" * 10_000, "empty": b"", "star": b"*",
    "number": b"1" + b"0" * 20, "quotes": b'""""', "commas": b"," * 1000, "tab": b"a\tb",
    "weights": b"a;q=1e999, b;q=-1, c;q=NaN, *;q=0.1" + b", d" * 1000,
}  # fmt: skip
ALSO = (
    "accept", "accept-language", "if-none-match", "range", "origin", "content-disposition",
    "content-length", "content-encoding", "x-request-id", "cookie", "forwarded", "host",
)  # fmt: skip
BODIES = {
    "empty": b"", "white": b" ", "UTF-16": '{"a": 1}'.encode("utf-16"), "list": b"[]",
    "text": b'"a"',
    "latin-1": '{"a": "ä"}'.encode("latin-1"), "half": b'{"a":', "number": b"1", "null": b"null",
    "mark": b'\xef\xbb\xbf{}', "depth": b'{"a":' * 100_000, "names twice": b'{"a":1,"a":1}',
}  # fmt: skip
# No JSON, whatever the field: refused by 400 before anything is looked at.
MALFORMED = {
    "NaN", "1e999", "-1e999", "NUL, raw", "surrogate, raw", "not UTF-8", "twice", "depth 10^5",
    "digits", "body UTF-16", "body latin-1", "body half", "body mark", "body depth",
    "body names twice",
}  # fmt: skip
CHARSETS = ("utf-16", "latin-1", "utf-7", "x" * 1000, '"', "utf-8;utf-16")


class Case(NamedTuple):
    """A request, and what of it is at the edge."""

    name: str
    method: str
    path: str
    headers: dict[str, bytes]
    around: bytes = b""
    value: bytes = b""
    is_malformed: bool = False

    @property
    def body(self) -> bytes:
        """The body with the value in its place; made late, since some are large."""
        return self.around.replace(QUOTED, self.value)


def cases() -> Iterator[Case]:
    """Every request with one value at the edge."""
    for path, method, operation in operations(DOCUMENT):
        yield from _of_fields(path, method, operation)
        yield from _of_bodies(path, method, operation)
        yield from _of_parameters(path, method, operation)


def plain(path: str, method: str, operation: Json) -> Case:
    """The request that the document shows."""
    headers, body = dict[str, bytes](), b""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        headers["content-type"] = media_type.encode()
        if "json" in media_type:
            body = json.dumps(_example(content)).encode()
        break
    return Case(operation["operationId"], method, _filled(path, {}), headers, body)


def _filled(path: str, values: dict[str, str]) -> str:
    known = {"name": "rivers", "format": "jsonl", "language": "de", "number": "1", "level": "1"}
    filled = known | values
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + filled.get(name, "0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e") + after
    return path


def _of_fields(path: str, method: str, operation: Json) -> Iterator[Case]:
    content = operation.get("requestBody", {}).get("content", {})
    for media_type in (one for one in content if "json" in one):
        example, case = _example(content[media_type]), plain(path, method, operation)
        for place in dict.fromkeys(_places(content[media_type]["schema"], ())):
            around = json.dumps(_with_hole(example, place), ensure_ascii=False).encode()
            for name, value in VALUES.items():
                told = f"{case.name} {'/'.join(place)} {name}"
                refused = name in MALFORMED
                yield case._replace(name=told, around=around, value=value, is_malformed=refused)


def _example(content: Json) -> Any:
    return content.get("example", content["schema"].get("examples", [{}])[0])


def _places(schema: Json, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The places of all fields that a schema allows, without going round in circles."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if len(at) > DEEPEST:
        return
    yield at
    for other in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _places(other, at)
    for name, inner in schema.get("properties", {}).items():
        yield from _places(inner, (*at, name))
    if isinstance(schema.get("items"), dict):
        yield from _places(schema["items"], (*at, "0"))


def _with_hole(example: Any, place: tuple[str, ...]) -> Any:
    if not place:
        return HOLE
    name, *rest = place
    if name == "0":
        first = example[0] if isinstance(example, list) and example else None
        return [_with_hole(first, tuple(rest))]
    made = copy.deepcopy(example) if isinstance(example, dict) else {}
    made[name] = _with_hole(made.get(name), tuple(rest))
    return made


def _of_bodies(path: str, method: str, operation: Json) -> Iterator[Case]:
    case = plain(path, method, operation)
    for name, body in BODIES.items() if case.headers else ():
        told = f"body {name}"
        refused = told in MALFORMED and b"json" in case.headers["content-type"]
        yield case._replace(name=f"{case.name} {told}", around=body, is_malformed=refused)
    for charset in CHARSETS if case.headers else ():
        kind = case.headers["content-type"] + b"; charset=" + charset.encode()
        stated = case.headers | {"content-type": kind}
        yield case._replace(name=f"{case.name} charset {charset[:9]}", headers=stated)


def _of_parameters(path: str, method: str, operation: Json) -> Iterator[Case]:
    case = plain(path, method, operation)
    stated = operation.get("parameters", [])
    for parameter in stated:
        name, place = parameter["name"], parameter["in"]
        for word, value in WORDS.items() if place != "header" else ():
            told = f"{case.name} {place} {name} {word}"
            if place == "path":
                yield case._replace(name=told, path=_filled(path, {name: value or "%20"}))
            else:
                yield case._replace(name=told, path=f"{case.path}?{quote(name)}={value}")
                again = f"{case.path}?{'&'.join([f'{quote(name)}={value}'] * 2)}"
                yield case._replace(name=f"{told} twice", path=again)
    own = [one["name"] for one in stated if one["in"] == "header"]
    for header in (*own, *ALSO, "authorization"):
        for word, data in HEADERS.items():
            headers = case.headers | {header.lower(): data}
            yield case._replace(name=f"{case.name} header {header} {word}", headers=headers)
