"""Layouts by HTTP, on real walls without processes."""

from __future__ import annotations

from typing import Any

import pytest

from commandwall.control.roles import Role
from tests.unit.control.http.conftest import Client, Connect

DRAWN = {"name": "1 + 2", "cells": ["1 1 2", "1 1 3"], "aspect": {"1": "fill"}}
OWN = "/api/v1/layouts/own"


@pytest.fixture
def staged() -> bool:
    return True


async def change(client: Client, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Return (status, JSON) of an answer."""
    response = await client.request(method, path, json=body)
    return response.status, {} if response.status == 204 else await response.json(content_type=None)


async def test_a_layout_is_made_shown_and_forgotten(operator: Client, connect: Connect) -> None:
    async with (await connect(Role.VIEWER)).ws_connect("/api/v1/events") as events:
        await events.receive_json()
        status, layout = await change(operator, "PUT", OWN, DRAWN)
        assert status == 200
        assert (layout["id"], layout["name"], layout["columns"], layout["rows"]) == ("own", "1 + 2", 3, 2)
        assert [(cell["id"], cell["columns"], cell["aspect"]) for cell in layout["cells"]] == [
            ("1", 2, "fill"), ("2", 1, "fit"), ("3", 1, "fit"),
        ]  # fmt: skip
        made = await events.receive_json()
        assert (made["type"], made["layout"], made["removed"]) == ("layout", layout, False)
        assert await change(operator, "GET", OWN) == (200, layout)

        assert (await change(operator, "PUT", "/api/v1/walls/main/layout", {"layout": "own"}))[0] == 200
        for method, body in (("DELETE", None), ("PUT", DRAWN)):
            status, problem = await change(operator, method, OWN, body)
            assert (status, problem["type"]) == (409, "urn:commandwall:problem:held")
            assert problem["detail"] == "wall 'main' shows layout 'own'; show another one first"
        await change(operator, "PUT", "/api/v1/walls/main/layout", {"layout": "2x2"})
        assert (await change(operator, "PUT", OWN, DRAWN | {"cells": ["1 2 3"]}))[1]["rows"] == 1
        assert await change(operator, "DELETE", OWN) == (204, {})
        assert (await change(operator, "GET", OWN))[0] == 404
        assert (await change(operator, "DELETE", OWN))[0] == 404
        assert (await change(operator, "PUT", "/api/v1/walls/main/layout", {"layout": "own"}))[0] == 404
    status, wall = await change(operator, "POST", "/api/v1/walls/main/undo")
    assert (status, wall["missing"]) == (200, [{"wall": "main", "what": "layout", "id": "own", "cell": ""}])
    lines = (await change(await connect(Role.ADMIN), "GET", "/api/v1/audit?limit=100"))[1]["items"]
    assert [line["outcome"] for line in lines if line["action"] == "layout.remove"][1:] == [
        "done", "wall 'main' shows layout 'own'; show another one first",
    ]  # fmt: skip


async def test_layouts_of_the_configuration_are_changed_there(operator: Client) -> None:
    for method, body in (("DELETE", None), ("PUT", DRAWN)):
        status, problem = await change(operator, method, "/api/v1/layouts/1", body)
        assert status == 422
        assert problem["detail"] == "layout '1' stands in the configuration; change it there"


@pytest.mark.parametrize(
    ("layout_id", "entry", "field", "words"),
    [
        ("auto", DRAWN, "id", "auto is the layout that is chosen by itself"),
        ("two words", DRAWN, "id", "must be 1 to 64 letters"),
        ("own", {"cells": ["1"]}, "name", "is missing"),
        ("own", DRAWN | {"cells": ["1 1", "1 2"]}, "cells[0]", "cell '1' is not a rectangle"),
        ("own", DRAWN | {"cells": ["1 2", "3"]}, "cells[1]", "has 1 columns where the first row has 2"),
        ("own", DRAWN | {"aspect": {"9": "fit"}}, "aspect.9", "names no cell of this layout"),
        ("own", {"name": "x", "grid": [64, 65]}, "grid[1]", "must be 64 or less"),
        (
            "own",
            {"name": "x", "cells": [" ".join(str(y * 100 + x) for x in range(100)) for y in range(41)]},
            "cells",
            "a layout has at most 4096 cells",
        ),
        (
            "own",
            {"name": "x", "free": [{"id": f"c{i}", "rect": [0, 0, 9, 9], "z": 0} for i in range(401)]},
            "free",
            "must have at most 400 entries",
        ),
        (
            "own",
            {"name": "x", "free": [{"id": f"c{i}", "rect": [0, 0, 9, 9], "z": 0} for i in range(3)]},
            "free[1]",
            "cell 'c1' overlaps cell 'c0'",
        ),
    ],
)
async def test_what_check_would_refuse_is_refused_by_field(
    operator: Client, layout_id: str, entry: dict[str, Any], field: str, words: str
) -> None:
    status, problem = await change(operator, "PUT", f"/api/v1/layouts/{layout_id}", entry)
    assert status == 422
    (error,) = problem["errors"]
    assert error["field"] == field
    assert words in error["detail"]
    assert not error["detail_zh"].isascii()
    assert (await change(operator, "GET", "/api/v1/layouts/own"))[0] == 404
