"""Conferences: opening them, inviting people, the chair, and what one does oneself."""

from __future__ import annotations

from aiohttp import web

from commandwall.control.conference_changes import (
    ChairCommand,
    ConferenceLayout,
    ContentChange,
    HandChange,
    MuteChange,
    NewConference,
    NewMember,
    RecordChange,
)
from commandwall.control.conference_desk import ConferenceDesk
from commandwall.control.conference_documents import (
    ConferenceDocument,
    ConferenceEvent,
    InvitationDocument,
    MemberDocument,
    ReplacedEvent,
)
from commandwall.control.content_choices import ContentChoice
from commandwall.control.events import HELLO, Event
from commandwall.control.http import sockets
from commandwall.control.http.context import web_of, who
from commandwall.control.http.exchange import Items, answer, number, read
from commandwall.control.http.routes import API, Query, Route
from commandwall.control.http.signin import bearer
from commandwall.control.roles import Permission, Seat
from commandwall.model.conference.command import Verb


async def list_conferences(request: web.Request) -> web.Response:
    """Return every conference that is open or planned."""
    return answer(Items(_desk(request).all(who(request))), Items[ConferenceDocument])


async def open_conference(request: web.Request) -> web.Response:
    """Open a conference, or plan it for later."""
    new = await read(request, NewConference)
    return answer(_desk(request).open(who(request), new), ConferenceDocument, status=201)


async def conference(request: web.Request) -> web.Response:
    """Return one conference and its roster."""
    return answer(_desk(request).get(who(request), _id(request)), ConferenceDocument)


async def end_conference(request: web.Request) -> web.Response:
    """End a conference, or call off one that was planned."""
    _desk(request).end(who(request), _id(request))
    return web.Response(status=204)


async def invite_member(request: web.Request) -> web.Response:
    """Invite somebody."""
    new = await read(request, NewMember)
    return answer(_desk(request).invite(who(request), _id(request), new), MemberDocument, status=201)


async def join_conference(request: web.Request) -> web.Response:
    """Return a place of one's own, by account."""
    return answer(_desk(request).join(who(request), _id(request)), MemberDocument)


async def invitation(request: web.Request) -> web.Response:
    """Return what the invitation is for with which this is asked."""
    token = bearer(request) or ""
    return answer(_desk(request).invitation(who(request), token), InvitationDocument)


async def command_conference(request: web.Request) -> web.Response:
    """Do what a chair may."""
    return _commanded(request, await read(request, ChairCommand))


async def lay_out_conference(request: web.Request) -> web.Response:
    """Choose the layout of the conference's picture."""
    change = await read(request, ConferenceLayout)
    return _commanded(request, ChairCommand(verb=Verb.LAYOUT, target=change.layout))


async def set_content(request: web.Request) -> web.Response:
    """Make something of the room, or of a participant, the content."""
    change = await read(request, ContentChange)
    return _commanded(request, ChairCommand(verb=Verb.PRESENT, target=change.source))


async def content_choices(request: web.Request) -> web.Response:
    """Return what of the room can be content."""
    choices = _desk(request).content_choices(who(request), _id(request))
    return answer(Items(choices), Items[ContentChoice])


async def record_conference(request: web.Request) -> web.Response:
    """Begin or end the recording."""
    change = await read(request, RecordChange)
    return _commanded(request, ChairCommand(verb=Verb.RECORD if change.on else Verb.RECORD_END))


async def raise_hand(request: web.Request) -> web.Response:
    """Raise one's own hand, or lower it."""
    change = await read(request, HandChange)
    document = _desk(request).raise_hand(who(request), _id(request), raised=change.raised)
    return answer(document, ConferenceDocument)


async def mute_self(request: web.Request) -> web.Response:
    """Mute oneself, or end that."""
    change = await read(request, MuteChange)
    return answer(_desk(request).mute(who(request), _id(request), muted=change.muted), ConferenceDocument)


async def leave_conference(request: web.Request) -> web.Response:
    """Leave the conference."""
    return answer(_desk(request).leave(who(request), _id(request)), ConferenceDocument)


async def conference_events(request: web.Request) -> web.StreamResponse:
    """Tell what happens in one conference, beginning after event ``after``."""
    conference_id, log, seat = _id(request), web_of(request).events, who(request).seat
    _desk(request).get(who(request), conference_id)
    after = number(request, "after", 0, sockets.MAX_SEQ)

    def wanted(event: Event) -> bool:
        match event.body:
            case ConferenceEvent(document):
                return document.id == conference_id
            case ReplacedEvent(conference, participant):
                return conference == conference_id and seat == Seat(conference, participant)
            case _:
                return event.type == HELLO

    ws = await sockets.open_socket(request)
    with log.subscribe(after, ["conference", "replaced"]) as subscription:
        await sockets.serve(request, ws, sockets.send_events(ws, subscription, log, wanted))
    return ws


def _desk(request: web.Request) -> ConferenceDesk:
    return web_of(request).conferences


def _id(request: web.Request) -> str:
    return request.match_info["conference"]


def _commanded(request: web.Request, asked: ChairCommand) -> web.Response:
    return answer(_desk(request).command(who(request), _id(request), asked), ConferenceDocument)


_CONFERENCES = f"{API}/conferences"
_CONFERENCE = f"{_CONFERENCES}/{{conference}}"
_CHANGED = (403, 404, 415, 422)

ROUTES = (
    Route(
        "GET",
        _CONFERENCES,
        list_conferences,
        "The conferences that are open or planned",
        Permission.VIEW,
        gives=Items[ConferenceDocument],
    ),
    Route(
        "POST",
        _CONFERENCES,
        open_conference,
        "Open a conference, or plan it for later",
        Permission.OPERATE,
        takes=NewConference,
        gives=ConferenceDocument,
        status=201,
        problems=(415, 422),
    ),
    Route(
        "GET",
        _CONFERENCE,
        conference,
        "One conference and its roster",
        gives=ConferenceDocument,
        problems=(403, 404),
    ),
    Route(
        "DELETE",
        _CONFERENCE,
        end_conference,
        "End a conference, or call off one that is planned",
        Permission.OPERATE,
        status=204,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{_CONFERENCE}/members",
        invite_member,
        "Invite somebody",
        Permission.OPERATE,
        takes=NewMember,
        gives=MemberDocument,
        status=201,
        problems=(404, 415, 422),
    ),
    Route(
        "POST",
        f"{_CONFERENCE}/join",
        join_conference,
        "A place of one's own, by account",
        Permission.SHARE,
        gives=MemberDocument,
        problems=(404, 422),
    ),
    Route(
        "GET",
        f"{_CONFERENCE}/content",
        content_choices,
        "What of the room can be content",
        gives=Items[ContentChoice],
        problems=(403, 404),
    ),
    Route(
        "GET",
        f"{API}/invitation",
        invitation,
        "What the invitation is for with which this is asked",
        gives=InvitationDocument,
        problems=(403, 404),
    ),
    *(
        Route(
            method,
            f"{_CONFERENCE}/{name}",
            handler,
            summary,
            takes=takes,
            gives=ConferenceDocument,
            problems=_CHANGED,
        )
        for method, name, handler, summary, takes in (
            ("POST", "chair", command_conference, "Do what a chair may", ChairCommand),
            ("PUT", "layout", lay_out_conference, "Choose the layout of the picture", ConferenceLayout),
            ("PUT", "content", set_content, "Make something the content", ContentChange),
            ("POST", "record", record_conference, "Begin or end the recording", RecordChange),
            ("POST", "hand", raise_hand, "Raise one's own hand, or lower it", HandChange),
            ("POST", "mute", mute_self, "Mute oneself, or end that", MuteChange),
        )
    ),
    Route(
        "POST",
        f"{_CONFERENCE}/leave",
        leave_conference,
        "Leave the conference",
        gives=ConferenceDocument,
        problems=(403, 404),
    ),
    Route(
        "GET",
        f"{_CONFERENCE}/events",
        conference_events,
        "What happens in one conference (WebSocket)",
        status=101,
        query=(
            Query("after", "the last sequence number that was seen, to miss nothing"),
            Query("token", "an invitation, since pages cannot send headers here", "string"),
        ),
        problems=(403, 404, 422, 426),
    ),
)
