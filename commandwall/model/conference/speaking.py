"""Who speaks: the active speaker, held for a while, and the roll answered by voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from commandwall.model.conference.floor import open_voices
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.rollcall import answered
from commandwall.model.conference.state import Conference, Held, Mode

HOLD_S = 2.0
"""How long who is seen as the speaker stays so at least."""
LOUDER_DB = 6.0
"""By how much somebody must be louder to take over from one who goes on speaking."""
ANSWER_S = 0.5
"""How long the one called speaks at a stretch until that is an answer."""


def hear(state: Conference, levels_db: Mapping[str, float], now_s: float) -> Conference:
    """Return ``state`` after a report of who speaks now, each with his level (dBFS).

    Voices that are not open count for nothing. Reports come several times a second while anybody speaks.
    """
    heard = {one: level for one, level in levels_db.items() if one in open_voices(state)}
    after = state
    for one in state.participants:
        if one.id in heard:
            since_s = now_s if one.speaking_since_s is None else one.speaking_since_s
            after = after.changed(one.id, speaking_since_s=since_s, spoke_at_s=now_s)
        elif one.speaking_since_s is not None:
            after = after.changed(one.id, speaking_since_s=None)
    return _answered_by_voice(replace(after, speaker=_speaker(after, heard, now_s)), now_s)


def _speaker(state: Conference, heard: Mapping[str, float], now_s: float) -> Held:
    """Return who is the speaker now: the loudest, once the one before has had his time.

    Whoever is heard through a link is known by his own name as soon as the other end tells it.
    """
    before = state.speaker
    gone = not state.is_here(before.holder)
    if not heard:
        return Held() if gone else before
    loudest = _loudest(state, heard)
    if loudest == before.holder or _brings(state, loudest, before.holder):
        return before
    if _brings(state, before.holder, loudest):
        return replace(before, holder=loudest)
    if not gone and now_s - before.since_s < HOLD_S:
        return before
    if before.holder in heard and heard[loudest] < heard[before.holder] + LOUDER_DB:
        return before
    return Held(loudest, now_s)


def _loudest(state: Conference, heard: Mapping[str, float]) -> str:
    """Return who of ``heard`` is the loudest; a link is only while nobody whom it brings is told of."""
    named = {one.path[0] for one in state.participants if one.path and one.id in heard}
    links = {one.id for one in state.participants if one.relays in named}
    return max((one for one in heard if one not in links), key=lambda one: heard[one])


def _brings(state: Conference, link: str, participant: str) -> bool:
    """Return whether ``link`` is the one through which ``participant`` is heard."""
    one, other = state.find(participant), state.find(link)
    return one is not None and other is not None and bool(other.relays) and one.path[:1] == (other.relays,)


def _answered_by_voice(state: Conference, now_s: float) -> Conference:
    if state.direction.mode is not Mode.ROLL_CALL or state.direction.above:
        return state
    called = state.find(state.direction.subject)
    voice = called if called is None or not called.path else _link_of(state, called)
    if called is None or voice is None or voice.speaking_since_s is None:
        return state
    spoken_s = now_s - max(voice.speaking_since_s, state.direction.since_s)
    return answered(state, called.id, now_s) if spoken_s >= ANSWER_S else state


def _link_of(state: Conference, one: Participant) -> Participant | None:
    """Return the link through which ``one`` is heard."""
    return next((link for link in state.present if link.relays == one.path[0]), None)
