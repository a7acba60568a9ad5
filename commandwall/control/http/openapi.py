"""The description of the API (OpenAPI 3.1), made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from commandwall import __version__
from commandwall.control.encoding import adapter
from commandwall.control.http.problems import CONTENT_TYPE
from commandwall.control.http.routes import Route

_REFERENCE = "#/components/schemas/{model}"
_PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457), in English and in Chinese.",
    "required": ["type", "title", "title_zh", "status", "detail", "detail_zh"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "title_zh": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "detail_zh": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail", "detail_zh"],
                "properties": {
                    "field": {"type": "string"},
                    "detail": {"type": "string"},
                    "detail_zh": {"type": "string"},
                },
            },
        },
    },
}
_WORDS = {
    400: "Malformed request",
    401: "Not signed in",
    403: "The role does not include this",
    404: "No such thing",
    409: "Somebody else holds it",
    412: "The revision is stale",
    413: "Too large",
    415: "Another content type than is taken",
    422: "Something in it cannot be done; errors names the fields",
    426: "Not a WebSocket request",
    429: "Too many failed sign-ins",
    503: "Cannot be done now",
}


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the OpenAPI document of ``routes``."""
    routes = list(routes)
    schemas, references = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "commandwall",
            "version": __version__,
            "description": "Cameras and walls of a command centre. Errors are problem documents (RFC 9457).",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "commandwall_SITE"},
            },
        },
    }


def _schemas(routes: list[Route]) -> tuple[dict[str, Any], dict[Any, dict[str, Any]]]:
    """Return the component schemas, and each type's reference to its own."""
    wanted: dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]] = {}
    for route in routes:
        if isinstance(route.takes, type):
            wanted[route.takes, "validation"] = adapter(route.takes)
        if _is_json(route):
            wanted[route.gives, "serialization"] = adapter(route.gives)
    inputs = [(kind, mode, adapter.core_schema) for (kind, mode), adapter in wanted.items()]
    generator = GenerateJsonSchema(ref_template=_REFERENCE)
    references, definitions = generator.generate_definitions(inputs)
    return {str(name): schema for name, schema in definitions.items()}, {
        kind: schema for (kind, _), schema in references.items()
    }


def _operation(route: Route, references: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.handler.__name__,
        "parameters": _parameters(route),
        "responses": _responses(route, references),
        "security": [{"token": []}, {"session": []}] if route.signed_in else [],
    }
    if route.permission is not None:
        operation["description"] = f"Needs a role that may {route.permission}."
    if route.takes is not None:
        content: dict[str, Any] = (
            {"application/json": {"schema": references[route.takes]}}
            if isinstance(route.takes, type)
            else {content_type: {} for content_type in route.takes}
        )
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    in_query = [
        {"name": query.name, "in": "query", "description": query.summary, "schema": {"type": query.type}}
        for query in route.query
    ]
    in_header = [
        {
            "name": "If-Match",
            "in": "header",
            "description": "the revision that the change is meant for, in quotes",
            "schema": {"type": "string"},
        }
    ]
    return [*in_path, *in_query, *(in_header if 412 in route.problems else [])]


def _responses(route: Route, references: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done" if route.status != 101 else "Switched to WebSocket"}
    if _is_json(route):
        done["content"] = {"application/json": {"schema": references[route.gives]}}
    elif route.gives is not None:
        done["content"] = {route.gives: {}}
    statuses = {*route.problems, *((401,) if route.signed_in else ()), *((403,) if route.permission else ())}
    problem = {CONTENT_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
    failed = {str(status): {"description": _WORDS[status], "content": problem} for status in sorted(statuses)}
    return {str(route.status): done, **failed}


def _is_json(route: Route) -> bool:
    return route.gives is not None and not isinstance(route.gives, str)
