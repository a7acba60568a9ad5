from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from commandwall.control.conference_changes import ChairCommand
from commandwall.control.http.application import ROUTES
from commandwall.control.http.openapi import describe
from commandwall.control.http.routes import Route
from commandwall.control.link_changes import NewBridge
from commandwall.control.roles import PERMISSIONS, Role
from commandwall.settings.schema import CameraEntry, LayoutFile
from tests.unit.control.http.conftest import Connect
from tests.unit.control.rig import Rig

API_ROUTES = [route for route in ROUTES if route.api]
REFERENCE = Path(__file__).parents[4] / "docs" / "ref" / "http.md"
PLACES = {
    "camera": "c-0",
    "wall": "main",
    "head": "left",
    "cell": "1",
    "layout": "1",
    "user": "viewer",
    "token": "t",
    "credentials": "dongmen",
    "panel": "level",
    "screen": "desk",
    "person": "li",
    "session": "s0",
    "scene": "s",
    "tour": "t",
    "entry": "e",
    "conference": "flood",
    "participant": "li",
    "recording": "flood-1",
    "link": "above",
    "speaker": "gate",
}
BODIES = {
    "application/json": b"1",
    "text/csv": b"id,name,area\n",
    "application/sdp": b"v=0\r\n",
    "application/trickle-ice-sdpfrag": b"a=mid:0\r\n",
}

DOCUMENT = describe(API_ROUTES)


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def example_of(route: Route) -> dict[str, Any]:
    """Return the arguments of a request with a body that fits the route."""
    if route.takes is None:
        return {}
    if isinstance(route.takes, tuple):
        return {"data": BODIES[route.takes[0]], "headers": {"Content-Type": route.takes[0]}}
    known: dict[str, Any] = {
        "layout": "1", "source": "none", "username": "viewer", "password": "long enough", "name": "new",
        "role": "viewer", "user": "admin", "id": "new", "area": "dongmen", "verb": "home",
        "text": "x", "level": "info", "masks": [],
        "cell": None, "first": "1", "second": "2",
        "kind": "clock", "points": [{"value": 1}],
        "walls": [{"wall": "main"}], "wall": "main", "cells": ["1"], "action": "take", "target": "s",
        "url": "http://h", "conference": "flood", "token": "cwi_x",
        "at": "20:00", "raised": True, "muted": True, "on": True,
    }  # fmt: skip
    if route.takes is NewBridge:
        return {"json": {"kind": "whip", "id": "new", "name": "new", "whep": "http://h/whep"}}
    fields = {name: known[name] for name, field in route.takes.model_fields.items() if field.is_required()}
    if route.takes is CameraEntry:
        fields["main"] = {"url": "rtsp://h/m"}
    if route.takes is LayoutFile:
        fields["grid"] = [1, 1]
    if route.takes is ChairCommand:
        fields["verb"] = "lock"
    return {"json": fields}


def test_the_description_is_valid_openapi() -> None:
    validate(DOCUMENT)


async def test_the_description_is_served_to_anybody(connect: Connect) -> None:
    client = await connect()
    document = await (await client.get("/api/v1/openapi.json")).json()
    assert document == DOCUMENT
    assert document["openapi"] == "3.1.0"


def test_every_operation_is_described_with_its_errors() -> None:
    document = DOCUMENT
    for route in API_ROUTES:
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["summary"]
        assert str(route.status) in operation["responses"]
        assert ("requestBody" in operation) == (route.takes is not None)
        assert ("403" in operation["responses"]) == (route.permission is not None or 403 in route.problems)
    change = document["paths"]["/api/v1/walls/{wall}/layout"]["put"]
    assert [parameter["name"] for parameter in change["parameters"]] == ["wall", "If-Match"]
    assert change["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/LayoutChange"
    }
    assert {"CameraStatus", "WallDocument", "LayoutChange", "Problem"} <= set(
        document["components"]["schemas"]
    )


def test_operations_have_names_of_their_own() -> None:
    names = [route.handler.__name__ for route in API_ROUTES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("route", [route for route in API_ROUTES if route.signed_in], ids=name_of)
async def test_the_table_says_who_may_and_the_service_holds_it(connect: Connect, route: Route) -> None:
    path = re.sub(r"{(\w+)}", lambda match: PLACES[match[1]], route.path)
    request = example_of(route)
    request["headers"] = {"X-Forwarded-For": "203.0.113.9", **request.get("headers", {})}
    stranger = await connect()
    response = await stranger.request(route.method, path, **request)
    assert response.status == 401, name_of(route)
    for role in Role:
        if route.permission is not None and route.permission not in PERMISSIONS[role]:
            client = await connect(role)
            response = await client.request(route.method, path, **request)
            assert response.status == 403, (role, name_of(route))


async def test_a_token_for_a_head_opens_the_head_and_nothing_else(connect: Connect, rig: Rig) -> None:
    token = await rig.users.create_token("street", Role.VIEWER, heads=["main/left"])
    client = await connect()
    proof = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.9"}
    statuses: dict[str, int] = {}
    for route in (route for route in ROUTES if route.signed_in):
        path = re.sub(r"{(\w+)}", lambda match: PLACES[match[1]], route.path)
        request = example_of(route)
        headers = proof | request.pop("headers", {})
        response = await client.request(route.method, path, headers=headers, **request)
        statuses[name_of(route)] = response.status
    assert {name: status for name, status in statuses.items() if status not in (401, 403, 404)} == {
        "GET /head/{wall}/{head}": 200,
        "GET /api/v1/walls/{wall}/heads/{head}/snapshot.jpg": 200,
        "GET /api/v1/walls/{wall}/heads/{head}/video": 426,
        "POST /whep/walls/{wall}/{head}": 201,
        "PATCH /webrtc/sessions/{session}": 204,
        "DELETE /webrtc/sessions/{session}": 204,
        "GET /api/v1/session": 200,
        "POST /api/v1/logout": 204,
    }
    permitted = [route for route in ROUTES if route.permission is not None]
    refused = [name_of(route) for route in permitted if statuses[name_of(route)] == 403]
    assert len(refused) == len(permitted) - 3, "all but the head's picture in its three forms"


def test_the_reference_has_every_operation_and_no_other() -> None:
    documented = set(re.findall(r"^\| `([A-Z]+ /\S*)`", REFERENCE.read_text("utf-8"), re.MULTILINE))
    assert documented == {name_of(route) for route in ROUTES}
