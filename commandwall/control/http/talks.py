"""Talking to the street: the loudspeakers of cameras, and those that announce themselves."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, read
from commandwall.control.http.routes import API, Route
from commandwall.control.http.webrtc import PROBLEMS, SDP, created, offer_of
from commandwall.control.roles import Permission
from commandwall.control.talk_documents import SpeakerDocument, TalkChange, TalkDocument
from commandwall.model.talk import Loudspeaker, LoudspeakerKind


async def list_talks(request: web.Request) -> web.Response:
    """Return what is said now, wherever it is."""
    return answer(Items(web_of(request).talks.all(who(request))), Items[TalkDocument])


async def list_speakers(request: web.Request) -> web.Response:
    """Return the loudspeakers that announced themselves."""
    return answer(Items(web_of(request).talks.speakers(who(request))), Items[SpeakerDocument])


async def camera_talk(request: web.Request) -> web.Response:
    """Return what is said at a camera."""
    return answer(web_of(request).talks.get(who(request), _loudspeaker(request)), TalkDocument)


async def talk_to_camera(request: web.Request) -> web.Response:
    """Play the sound of a conference at a camera."""
    change = await read(request, TalkChange)
    talks = web_of(request).talks
    return answer(talks.play(who(request), _loudspeaker(request), change.conference), TalkDocument)


async def end_camera_talk(request: web.Request) -> web.Response:
    """End what is said at a camera."""
    web_of(request).talks.end(who(request), _loudspeaker(request))
    return web.Response(status=204)


async def speak_to_camera(request: web.Request) -> web.Response:
    """Play the voice of whoever offers it at a camera."""
    offer = await offer_of(request)
    return created(request, await web_of(request).talks.speak(who(request), _loudspeaker(request), offer))


async def speaker_talk(request: web.Request) -> web.Response:
    """Return what is said at a loudspeaker that announced itself."""
    return await camera_talk(request)


async def talk_to_speaker(request: web.Request) -> web.Response:
    """Play the sound of a conference there."""
    return await talk_to_camera(request)


async def end_speaker_talk(request: web.Request) -> web.Response:
    """End what is said there."""
    return await end_camera_talk(request)


async def speak_to_speaker(request: web.Request) -> web.Response:
    """Play the voice of whoever offers it there."""
    return await speak_to_camera(request)


def _loudspeaker(request: web.Request) -> Loudspeaker:
    """Return whose loudspeaker the path of ``request`` names."""
    ((kind, name),) = request.match_info.items()
    return Loudspeaker(LoudspeakerKind(kind), name)


_HANDLERS = {
    "camera": ("a camera", camera_talk, talk_to_camera, end_camera_talk, speak_to_camera),
    "speaker": ("a loudspeaker", speaker_talk, talk_to_speaker, end_speaker_talk, speak_to_speaker),
}

ROUTES = (
    Route(
        "GET",
        f"{API}/talks",
        list_talks,
        "What is said at loudspeakers now",
        Permission.VIEW,
        gives=Items[TalkDocument],
    ),
    Route(
        "GET",
        f"{API}/speakers",
        list_speakers,
        "The loudspeakers that announced themselves by MQTT",
        Permission.VIEW,
        gives=Items[SpeakerDocument],
    ),
    *(
        route
        for kind, (words, look, begin, end, speak) in _HANDLERS.items()
        for path in (f"{API}/{kind}s/{{{kind}}}/talk",)
        for route in (
            Route(
                "GET",
                path,
                look,
                f"What is said at {words}, and whether it can be talked to",
                Permission.VIEW,
                gives=TalkDocument,
                problems=(404,),
            ),
            Route(
                "PUT",
                path,
                begin,
                f"Play the sound of a conference at {words}",
                Permission.OPERATE,
                takes=TalkChange,
                gives=TalkDocument,
                problems=(404, 409, 415, 422),
            ),
            Route(
                "DELETE",
                path,
                end,
                f"End what is said at {words}",
                Permission.OPERATE,
                status=204,
                problems=(404,),
            ),
            Route(
                "POST",
                f"/whip/{kind}s/{{{kind}}}",
                speak,
                f"Talk to {words} by WebRTC (WHIP)",
                Permission.OPERATE,
                takes=(SDP,),
                gives=SDP,
                status=201,
                problems=(*PROBLEMS, 409),
            ),
        )
    ),
)
