"""Conferences as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from commandwall.base.clock import NS_PER_S, utc_iso
from commandwall.base.sentence import Sentence
from commandwall.ipc.sound_messages import VoiceFault, VoiceFigures
from commandwall.model.conference.floor import muted
from commandwall.model.conference.participant import NOTHING_SAID, Participant, Presence, Role
from commandwall.model.conference.state import Call, Conference, Mode, Vacancy

_ON_THE_WAY_MS = 20
"""A voice is so much older than the mixer's buffer makes it (its packet, limiter, encoder, the way through)
beyond what composing and encoding do to a picture; as measured."""
_FAULT_S = 3.0
_UNHEARD = {
    VoiceFault.ABSENT: "its sound has ceased to come; let it join again",
    VoiceFault.SILENT: "no sound comes of it; let it check its microphone",
    VoiceFault.UNREADABLE: ("what it sends as sound cannot be read; let it join again, or from elsewhere"),
}
_STEADY_MS = 8
"""A picture that is held a little longer, then a little shorter again, stutters: smaller changes wait."""


class RoomState(StrEnum):
    """Where a conference is in its life."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    ENDED = "ended"


@dataclass(slots=True)
class Figures:
    """How a participant is heard and how good the connection is; ``None`` for what is not known.

    ``level_db`` is in dBFS, ``delay_ms`` how long the mixer keeps sound for late packets, ``concealed_ms``
    how much of it had to be made up, ``held_ms`` how long after it came a picture is to be shown to be in
    step with the sound. ``voice`` says that there is a line for sound, ``voice_fault`` why nothing is heard
    on it for some seconds by now, and ``unreadable_picture`` that what comes as picture is none. ``lacks``
    says what does not come by a link.
    """

    voice: bool = False
    speaking: bool = False
    level_db: float | None = None
    delay_ms: float | None = None
    held_ms: int = 0
    concealed_ms: int = 0
    rtt_ms: float | None = None
    jitter_ms: float | None = None
    loss_ratio: float | None = None
    voice_fault: VoiceFault = VoiceFault.NONE
    fault_since_s: float | None = None
    unreadable_picture: bool = False
    lacks: Sentence = NOTHING_SAID

    def hear(self, voice: VoiceFigures, now_s: float) -> int:
        """Take in what the mixer says at ``now_s``; return by how much more had to be made up, in ms."""
        concealed_ms = max(0, voice.concealed_ms - self.concealed_ms)
        self.level_db, self.speaking = float(round(voice.level_db)), voice.speaking
        self.delay_ms, self.concealed_ms = voice.delay_ms, voice.concealed_ms
        self._judge(voice.fault, now_s)
        held_ms = round(voice.delay_ms) + _ON_THE_WAY_MS
        if abs(held_ms - self.held_ms) >= _STEADY_MS:
            self.held_ms = held_ms
        return concealed_ms

    def _judge(self, fault: VoiceFault, now_s: float) -> None:
        """Take a fault for one that is to be told only when it lasts: sound may begin late, or pause."""
        if fault is VoiceFault.NONE:
            self.voice_fault, self.fault_since_s = fault, None
            return
        if self.fault_since_s is None:
            self.fault_since_s = now_s
        if fault is VoiceFault.UNREADABLE or now_s - self.fault_since_s >= _FAULT_S:
            self.voice_fault = fault

    def unheard(self, one: Participant) -> VoiceFault:
        """Return why nothing is heard of ``one``, who means to be heard."""
        silent = one.muted_by_self and self.voice_fault is not VoiceFault.UNREADABLE
        return VoiceFault.NONE if silent or not one.here else self.voice_fault

    def trouble(self, one: Participant) -> Sentence:
        """Return what is wrong with what comes of ``one``, ``""`` if nothing is."""
        if fault := self.unheard(one):
            return Sentence(_UNHEARD[fault])
        if self.unreadable_picture:
            return Sentence("what it sends as picture cannot be read; let it join again, or from elsewhere")
        return self.lacks


@dataclass(frozen=True, slots=True)
class ParticipantDocument:
    """One line of the roster; ``path`` are the sites from this one to where it is.

    ``device`` is what it joins with, as that says of itself, ``""`` where it says nothing.

    ``reason`` is what is wrong in English, ``reason_zh`` in Chinese. ``hand_at_s`` is since when the hand is
    raised (seconds UTC). ``people``, ``voice`` and ``content``: picture, sound and second picture come;
    ``voice_fault``: why nothing is heard of who is not muted, ``""`` for nothing wrong.
    """

    id: str
    name: str
    role: Role
    site: str
    path: tuple[str, ...]
    device: str
    state: Presence
    reason: str
    reason_zh: str
    muted: bool
    muted_by_self: bool
    muted_by_chair: bool
    hand: bool
    hand_at_s: float | None
    speaking: bool
    level_db: float | None
    people: bool
    voice: bool
    voice_fault: VoiceFault
    content: bool
    watches: str
    rtt_ms: float | None
    loss_ratio: float | None
    jitter_ms: float | None
    delay_ms: float | None


@dataclass(frozen=True, slots=True)
class LinkDocument:
    """One link to the conference of ``node``: of the level above, or of one below or beside.

    ``state`` is ``connecting``, ``connected``, ``lost`` (and tried again) or ``refused``. ``ours``: it was
    opened at this end, and is taken down here. ``bitrate_bps`` is what comes, ``rejoins`` how often it came
    back, and ``feeds`` are those whose own pictures come by it.
    """

    id: str
    node: str
    name: str
    above: bool
    state: str
    reason: str
    reason_zh: str
    ours: bool = False
    rtt_ms: float | None = None
    loss_ratio: float | None = None
    bitrate_bps: int = 0
    rejoins: int = 0
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """What is counted of an open conference and its links; ``concealed_s`` is all sound that was made up."""

    conference: str
    present: int
    speaking: int
    concealed_s: float
    links: tuple[LinkDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class ConferenceDocument:
    """One conference and its roster.

    ``reason`` is why it cannot be opened although its time has come, ``""`` for nothing wrong.
    ``subject`` is whom the mode is about, ``floor`` who was granted it, ``content_holder`` whose second
    picture is content, or the source that is, and ``content_name`` what that is called. ``muted_on_entry``:
    all were muted, and whoever comes is too. ``recording``: it is recorded here; ``recorded_elsewhere``: on
    another level. ``roll`` is the last roll-call. Ids are ``""`` for nobody.
    """

    id: str
    name: str
    state: RoomState
    reason: str
    reason_zh: str
    starts_at: str | None
    ends_at: str | None
    lobby: bool
    locked: bool
    recording: bool
    recorded_elsewhere: bool
    muted_on_entry: bool
    wall: str
    layout: str
    mode: Mode
    subject: str
    dwell_s: float
    chair: str
    vacancy: Vacancy
    floor: str
    speaker: str
    content_holder: str
    content_name: str
    roll: tuple[Call, ...]
    participants: tuple[ParticipantDocument, ...]
    links: tuple[LinkDocument, ...]


@dataclass(frozen=True, slots=True)
class ConferenceEvent:
    """What an event ``conference`` carries: the conference as it is now."""

    conference: ConferenceDocument


@dataclass(frozen=True, slots=True)
class ReplacedEvent:
    """What an event ``replaced`` carries: a session that has ended as another on the same seat is opened.

    Only who has the seat of ``participant`` is told.
    """

    conference: str
    participant: str
    session: str


@dataclass(frozen=True, slots=True)
class MemberDocument:
    """Who was invited, and the token that lets in; ``join_url`` is the page to open, on this host."""

    participant: str
    token: str
    join_url: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class InvitationDocument:
    """What an invitation is for; ``language`` is the centre's own."""

    conference: str
    conference_name: str
    participant: str
    name: str
    role: Role
    expires_at: str
    language: str


def conference_document(
    state: Conference,
    room: RoomState,
    figures: Mapping[str, Figures] = {},
    links: tuple[LinkDocument, ...] = (),
    content_name: str = "",
    reason: Sentence = NOTHING_SAID,
) -> ConferenceDocument:
    """Return the document of ``state``; ``figures`` are those of each participant that has some.

    ``content_name`` is what something of the room is called that is content, ``reason`` why it is not open.
    """
    direction = state.direction
    holder = state.find(state.content.holder)
    unknown = Figures()
    return ConferenceDocument(
        id=state.id,
        name=state.name,
        state=room,
        reason=str(reason),
        reason_zh=reason.zh,
        starts_at=moment(state.starts_at_s),
        ends_at=moment(state.ends_at_s),
        lobby=state.lobby,
        locked=state.locked,
        recording=state.recording,
        recorded_elsewhere=bool(state.recorded_beyond),
        muted_on_entry=state.muted_on_entry,
        wall=state.wall,
        layout=state.layout,
        mode=direction.mode,
        subject=direction.subject,
        dwell_s=direction.dwell_s,
        chair=state.chair,
        vacancy=state.vacancy,
        floor=state.floor.holder,
        speaker=state.speaker.holder,
        content_holder=state.content.holder or state.content.source,
        content_name=content_name if holder is None else holder.name,
        roll=state.roll,
        participants=tuple(
            _participant(state, one, figures.get(one.id, unknown)) for one in state.participants
        ),
        links=links,
    )


def moment(at_s: float | None) -> str | None:
    """Return a time (seconds UTC) as RFC 3339 text."""
    return None if at_s is None else utc_iso(int(at_s * NS_PER_S))


def _participant(state: Conference, one: Participant, figures: Figures) -> ParticipantDocument:
    reason = one.reason or figures.trouble(one)
    return ParticipantDocument(
        id=one.id,
        name=one.name,
        role=one.role,
        site=one.site,
        path=(state.node, *one.path),
        device=one.device,
        state=one.presence,
        reason=str(reason),
        reason_zh=reason.zh,
        muted=muted(state, one),
        muted_by_self=one.muted_by_self,
        muted_by_chair=one.muted_by_chair,
        hand=one.hand_at_s is not None,
        hand_at_s=one.hand_at_s,
        speaking=figures.speaking,
        level_db=figures.level_db,
        people=one.has_people,
        voice=figures.voice,
        voice_fault=figures.unheard(one),
        content=one.has_content,
        watches=one.watches,
        rtt_ms=figures.rtt_ms,
        loss_ratio=figures.loss_ratio,
        jitter_ms=figures.jitter_ms,
        delay_ms=figures.delay_ms,
    )
