"""Scenes, and the steps back and forward of a wall."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, expected_revision, read
from commandwall.control.http.routes import API, Route
from commandwall.control.programme import Programme
from commandwall.control.roles import Permission
from commandwall.control.scene_changes import NewScene, SceneChange
from commandwall.control.scene_documents import (
    PreparedSceneDocument,
    SceneDocument,
    SteppedDocument,
    StepsDocument,
    TakenDocument,
)


def programme_of(request: web.Request) -> Programme:
    """Return what has every operation on scenes, tours and the schedule."""
    return web_of(request).service.programme


async def list_scenes(request: web.Request) -> web.Response:
    """Return all scenes."""
    return answer(Items(programme_of(request).all_scenes(who(request))), Items[SceneDocument])


async def scene(request: web.Request) -> web.Response:
    """Return one scene."""
    return answer(programme_of(request).scene(who(request), request.match_info["scene"]), SceneDocument)


async def add_scene(request: web.Request) -> web.Response:
    """Keep a scene."""
    new = await read(request, NewScene)
    return answer(await programme_of(request).add_scene(who(request), new), SceneDocument, status=201)


async def change_scene(request: web.Request) -> web.Response:
    """Rename or change a scene."""
    change = await read(request, SceneChange)
    scene_id = request.match_info["scene"]
    return answer(await programme_of(request).change_scene(who(request), scene_id, change), SceneDocument)


async def remove_scene(request: web.Request) -> web.Response:
    """Forget a scene."""
    await programme_of(request).remove_scene(who(request), request.match_info["scene"])
    return web.Response(status=204)


async def take_scene(request: web.Request) -> web.Response:
    """Show a scene."""
    return answer(programme_of(request).take_scene(who(request), request.match_info["scene"]), TakenDocument)


async def prepare_scene(request: web.Request) -> web.Response:
    """Open ahead what a scene needs."""
    scene_id = request.match_info["scene"]
    return answer(programme_of(request).prepare_scene(who(request), scene_id), PreparedSceneDocument)


async def wall_steps(request: web.Request) -> web.Response:
    """Return how far one can go back and forward."""
    return answer(programme_of(request).wall_steps(who(request), request.match_info["wall"]), StepsDocument)


async def undo(request: web.Request) -> web.Response:
    """Show what the wall showed a step ago."""
    wall, revision = request.match_info["wall"], expected_revision(request)
    return answer(programme_of(request).undo(who(request), wall, revision), SteppedDocument)


async def redo(request: web.Request) -> web.Response:
    """Make the step again that was taken back last."""
    wall, revision = request.match_info["wall"], expected_revision(request)
    return answer(programme_of(request).redo(who(request), wall, revision), SteppedDocument)


_SCENES = f"{API}/scenes"
_SCENE = f"{_SCENES}/{{scene}}"
_WALL = f"{API}/walls/{{wall}}"
_NEW = (415, 422, 503)

ROUTES = (
    Route("GET", _SCENES, list_scenes, "All scenes", Permission.VIEW, gives=Items[SceneDocument]),
    Route(
        "POST",
        _SCENES,
        add_scene,
        "Keep what walls show, or what is given, as a scene",
        Permission.OPERATE,
        takes=NewScene,
        gives=SceneDocument,
        status=201,
        problems=_NEW,
    ),
    Route("GET", _SCENE, scene, "One scene", Permission.VIEW, gives=SceneDocument, problems=(404,)),
    Route(
        "PATCH",
        _SCENE,
        change_scene,
        "Rename or change a scene",
        Permission.OPERATE,
        takes=SceneChange,
        gives=SceneDocument,
        problems=(404, *_NEW),
    ),
    Route(
        "DELETE",
        _SCENE,
        remove_scene,
        "Forget a scene that is not in the schedule",
        Permission.OPERATE,
        status=204,
        problems=(404, 422, 503),
    ),
    Route(
        "POST",
        f"{_SCENE}/take",
        take_scene,
        "Show a scene",
        Permission.OPERATE,
        gives=TakenDocument,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{_SCENE}/prepare",
        prepare_scene,
        "Open ahead what a scene needs",
        Permission.OPERATE,
        gives=PreparedSceneDocument,
        problems=(404,),
    ),
    Route(
        "GET",
        f"{_WALL}/steps",
        wall_steps,
        "How many steps a wall can go back, and forward again",
        Permission.VIEW,
        gives=StepsDocument,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{_WALL}/undo",
        undo,
        "Show what a wall showed a step ago",
        Permission.OPERATE,
        gives=SteppedDocument,
        problems=(404, 412, 422),
    ),
    Route(
        "POST",
        f"{_WALL}/redo",
        redo,
        "Make the step again that was taken back last",
        Permission.OPERATE,
        gives=SteppedDocument,
        problems=(404, 412, 422),
    ),
)
