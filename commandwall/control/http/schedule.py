"""The schedule."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import who
from commandwall.control.http.exchange import Items, answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.http.scenes import programme_of
from commandwall.control.roles import Permission
from commandwall.control.scene_changes import EntryChange, NewEntry
from commandwall.control.scene_documents import EntryDocument


async def list_entries(request: web.Request) -> web.Response:
    """Return all entries."""
    return answer(Items(programme_of(request).all_entries(who(request))), Items[EntryDocument])


async def entry(request: web.Request) -> web.Response:
    """Return one entry."""
    return answer(programme_of(request).entry(who(request), request.match_info["entry"]), EntryDocument)


async def add_entry(request: web.Request) -> web.Response:
    """Keep an entry."""
    new = await read(request, NewEntry)
    return answer(await programme_of(request).add_entry(who(request), new), EntryDocument, status=201)


async def change_entry(request: web.Request) -> web.Response:
    """Change an entry."""
    change = await read(request, EntryChange)
    entry_id = request.match_info["entry"]
    return answer(await programme_of(request).change_entry(who(request), entry_id, change), EntryDocument)


async def remove_entry(request: web.Request) -> web.Response:
    """Forget an entry."""
    await programme_of(request).remove_entry(who(request), request.match_info["entry"])
    return web.Response(status=204)


_SCHEDULE = f"{API}/schedule"
_ENTRY = f"{_SCHEDULE}/{{entry}}"
_NEW = (415, 422, 503)

ROUTES = (
    Route(
        "GET",
        _SCHEDULE,
        list_entries,
        "All entries of the schedule, in the order of the day",
        Permission.VIEW,
        gives=Items[EntryDocument],
    ),
    Route(
        "POST",
        _SCHEDULE,
        add_entry,
        "Let a scene be taken, or a tour be started or stopped, at a time of day",
        Permission.OPERATE,
        takes=NewEntry,
        gives=EntryDocument,
        status=201,
        problems=_NEW,
    ),
    Route(
        "GET",
        _ENTRY,
        entry,
        "One entry of the schedule",
        Permission.VIEW,
        gives=EntryDocument,
        problems=(404,),
    ),
    Route(
        "PATCH",
        _ENTRY,
        change_entry,
        "Change an entry of the schedule",
        Permission.OPERATE,
        takes=EntryChange,
        gives=EntryDocument,
        problems=(404, *_NEW),
    ),
    Route(
        "DELETE",
        _ENTRY,
        remove_entry,
        "Forget an entry of the schedule",
        Permission.OPERATE,
        status=204,
        problems=(404, 503),
    ),
)
