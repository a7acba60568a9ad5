"""Tours, and what they are told."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import who
from commandwall.control.http.exchange import Items, answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.http.scenes import programme_of
from commandwall.control.roles import Permission
from commandwall.control.scene_changes import NewTour, TourChange, TourVerb
from commandwall.control.scene_documents import TourDocument


async def list_tours(request: web.Request) -> web.Response:
    """Return all tours."""
    return answer(Items(programme_of(request).all_tours(who(request))), Items[TourDocument])


async def tour(request: web.Request) -> web.Response:
    """Return one tour."""
    return answer(programme_of(request).tour(who(request), request.match_info["tour"]), TourDocument)


async def add_tour(request: web.Request) -> web.Response:
    """Keep a tour."""
    new = await read(request, NewTour)
    return answer(await programme_of(request).add_tour(who(request), new), TourDocument, status=201)


async def change_tour(request: web.Request) -> web.Response:
    """Change a tour."""
    change = await read(request, TourChange)
    tour_id = request.match_info["tour"]
    return answer(await programme_of(request).change_tour(who(request), tour_id, change), TourDocument)


async def remove_tour(request: web.Request) -> web.Response:
    """Forget a tour."""
    await programme_of(request).remove_tour(who(request), request.match_info["tour"])
    return web.Response(status=204)


async def start_tour(request: web.Request) -> web.Response:
    """Let a tour begin."""
    return _told(request, TourVerb.START)


async def stop_tour(request: web.Request) -> web.Response:
    """End a tour; its cells stay as they are."""
    return _told(request, TourVerb.STOP)


async def pause_tour(request: web.Request) -> web.Response:
    """Hold a tour where it is."""
    return _told(request, TourVerb.PAUSE)


async def resume_tour(request: web.Request) -> web.Response:
    """Let a paused tour go on."""
    return _told(request, TourVerb.RESUME)


def _told(request: web.Request, verb: TourVerb) -> web.Response:
    tour_id = request.match_info["tour"]
    return answer(programme_of(request).command_tour(who(request), tour_id, verb), TourDocument)


_TOURS = f"{API}/tours"
_TOUR = f"{_TOURS}/{{tour}}"
_NEW = (415, 422, 503)
_VERBS = (
    (start_tour, TourVerb.START, "Let a tour begin, at once"),
    (stop_tour, TourVerb.STOP, "End a tour; its cells stay as they are"),
    (pause_tour, TourVerb.PAUSE, "Hold a running tour where it is"),
    (resume_tour, TourVerb.RESUME, "Let a paused tour go on, at once"),
)

ROUTES = (
    Route("GET", _TOURS, list_tours, "All tours", Permission.VIEW, gives=Items[TourDocument]),
    Route(
        "POST",
        _TOURS,
        add_tour,
        "Keep a tour, which does not run yet",
        Permission.OPERATE,
        takes=NewTour,
        gives=TourDocument,
        status=201,
        problems=_NEW,
    ),
    Route("GET", _TOUR, tour, "One tour", Permission.VIEW, gives=TourDocument, problems=(404,)),
    Route(
        "PATCH",
        _TOUR,
        change_tour,
        "Change a tour; one that runs goes on with it",
        Permission.OPERATE,
        takes=TourChange,
        gives=TourDocument,
        problems=(404, *_NEW),
    ),
    Route(
        "DELETE",
        _TOUR,
        remove_tour,
        "Forget a tour that is not in the schedule",
        Permission.OPERATE,
        status=204,
        problems=(404, 422, 503),
    ),
    *(
        Route(
            "POST",
            f"{_TOUR}/{verb}",
            handler,
            summary,
            Permission.OPERATE,
            gives=TourDocument,
            problems=(404, 422),
        )
        for handler, verb, summary in _VERBS
    ),
)
