"""The HTTP interface as a Postman collection (v2.1), made from its OpenAPI document."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
VARIABLE = re.compile(r"\{\{(\w+)\}\}")
Json: TypeAlias = dict[str, Any]


def collection(document: Json) -> Json:
    """A folder for each tag; the address and the key are variables, as are ids of the caller's."""
    folders = [
        {**tag, "item": [_item(*found) for found in _operations(document, tag["name"])]}
        for tag in document["tags"]
    ]
    values = dict.fromkeys(sorted(set(VARIABLE.findall(json.dumps(folders)))), "")
    values |= {"base_url": document["servers"][0]["url"], "key": ""}
    token = {"key": "token", "value": "{{key}}", "type": "string"}
    named = ("title", "description", "version")
    title, description, version = (document["info"][name] for name in named)
    return {
        "info": {"name": title, "description": description, "version": version, "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [token]},
        "variable": [{"key": name, "value": value} for name, value in values.items()],
        "item": folders,
    }


def _operations(document: Json, tag: str) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield path, method.upper(), operation


def _item(path: str, method: str, operation: Json) -> Json:
    """A request, and the answers that it may get."""
    request = {
        "method": method,
        "description": operation["description"],
        "url": _url(path, _parameters(operation, "path"), _parameters(operation, "query")),
        "header": _parameters(operation, "header"),
    }
    if not operation["security"]:
        request["auth"] = {"type": "noauth"}
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        request["header"].append({"key": "Content-Type", "value": media_type})
        request["body"] = _body(content)
        break  # Postman knows one body a request; the first is the one to show
    return {
        "name": operation["summary"],
        "request": request,
        "response": list(_responses(request, operation["responses"])),
    }


def _url(path: str, variables: list[Json], query: list[Json]) -> Json:
    parts = path.replace("{", ":").replace("}", "").strip("/").split("/")
    stated = "&".join(f"{each['key']}={each['value']}" for each in query if "disabled" not in each)
    return {
        "raw": "/".join(["{{base_url}}", *parts]) + (f"?{stated}" if stated else ""),
        "host": ["{{base_url}}"],
        "path": parts,
        "query": query,
        "variable": variables,
    }


def _parameters(operation: Json, place: str) -> list[Json]:
    """Those of path, query or header; one that may be left out is there, switched off."""
    return [
        {
            "key": each["name"],
            "value": _value(each),
            "description": each.get("description", ""),
            **({} if each["required"] else {"disabled": True}),
        }
        for each in operation.get("parameters", [])
        if each["in"] == place
    ]


def _value(parameter: Json) -> str:
    """An example of a parameter; a variable of its name where one is needed and there is none."""
    schema = parameter["schema"]
    for shape in (schema, *schema.get("anyOf", []), schema.get("items", {})):
        known = [*shape.get("examples", []), *shape.get("enum", [])]
        known += [shape[name] for name in ("default", "minimum") if shape.get(name)]
        if known:
            return str(known[0])
    return f"{{{{{parameter['name']}}}}}" if parameter["required"] else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _example(content: Json) -> Any:
    return content.get("example", next(iter(content["schema"].get("examples", [])), None))


def _body(content: Json) -> Json:
    example = _example(content)
    if example is None:  # bytes
        return {"mode": "file"}
    language = "text" if isinstance(example, str) else "json"
    return {"mode": "raw", "raw": _text(example), "options": {"raw": {"language": language}}}


def _responses(request: Json, responses: Json) -> Iterator[Json]:
    """The answers of success: problems look the same everywhere."""
    for status, response in responses.items():
        for media_type, content in response.get("content", {}).items():
            if status.startswith("2") and (example := _example(content)) is not None:
                yield {
                    "name": f"{status} {response['description']}",
                    "originalRequest": request,
                    "code": int(status),
                    "header": [{"key": "Content-Type", "value": media_type}],
                    "body": _text(example),
                    "_postman_previewlanguage": "text" if isinstance(example, str) else "json",
                }
