from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    HeldError,
    InvalidError,
    NotFoundError,
)
from commandwall.control import conferencing
from commandwall.control.audit import AuditLog
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal, Role
from commandwall.control.store import Store
from commandwall.control.talk_documents import TalkDocument
from commandwall.ipc.rtc_messages import SessionPhase
from commandwall.ipc.talk_messages import CameraTarget
from commandwall.model.camera import StreamName
from commandwall.model.conference.command import Verb
from commandwall.model.masks import Mask
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.talk import Loudspeaker, LoudspeakerKind, SpeakerCodec, TalkState
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.rig import NOON_S, make_board
from tests.unit.control.stage import Hands
from tests.unit.control.test_speakers import announced

CAMERA = Loudspeaker(LoudspeakerKind.CAMERA, "c-0")
GATE = Loudspeaker(LoudspeakerKind.SPEAKER, "gate")
OTHER, CHIEF = Principal("li", Role.OPERATOR), Principal("chief", Role.ADMIN)
NO_LOUDSPEAKER = Reason(ReasonCode.NO_LOUDSPEAKER)


@pytest.fixture
async def hall(database: Database, short_dir: Path) -> AsyncIterator[Hall]:
    """Return a hall in which the conference ``flood`` is open."""
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        made = Hall(make_board(events), short_dir, database, events, audit, Hands(NOON_S))
        async with made.records, made.recorded:
            made.opens()
            yield made


async def until_offered(hall: Hall, sessions: int) -> None:
    """Wait until so many sessions are agreed upon."""
    while len(hall.peers.offers) < sessions:
        await asyncio.sleep(0)


def talk_of(hall: Hall, loudspeaker: Loudspeaker = CAMERA) -> TalkDocument:
    return hall.talk_desk.get(OPERATOR, loudspeaker)


def test_a_camera_plays_what_everybody_says_in_a_conference(hall: Hall) -> None:
    assert talk_of(hall) == TalkDocument("camera:c-0")
    talk = hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    assert (talk.state, talk.conference, talk.holder, talk.can_talk) == ("opening", "flood", "wang", None)
    said = hall.lines.said["camera:c-0"]
    assert (said.target, said.sound.stream) == (CameraTarget("c-0", StreamName.MAIN), "mix/flood/all")
    hall.lines.goes("camera:c-0", TalkState.TALKING)
    assert (talk_of(hall).state, talk_of(hall).can_talk) == ("talking", True)
    assert hall.talk_desk.all(OPERATOR) == [talk_of(hall)]
    assert hall.talk_desk.tally() == {TalkState.TALKING: 1}
    hall.talk_desk.end(OPERATOR, CAMERA)
    assert talk_of(hall) == TalkDocument("camera:c-0", can_talk=True)
    assert (hall.lines.said, hall.talk_desk.all(OPERATOR)) == ({}, [])
    hall.talk_desk.end(OPERATOR, CAMERA)  # which nobody minds


def test_a_loudspeaker_that_announced_itself_is_sent_what_it_takes(hall: Hall) -> None:
    hall.speakers.announce("gate", announced(codec="opus"))
    hall.talk_desk.play(OPERATOR, GATE, "flood")
    (listed,) = hall.talk_desk.speakers(OPERATOR)
    assert (listed.id, listed.codec, listed.talk.conference) == ("gate", "opus", "flood")
    target = hall.lines.said["speaker:gate"].target
    assert not isinstance(target, CameraTarget)
    assert (target.host, target.codec) == ("10.1.1.30", SpeakerCodec.OPUS)
    hall.speakers.withdraw("gate")
    assert hall.lines.said == {}
    with pytest.raises(NotFoundError, match="announced itself"):
        talk_of(hall, GATE)


def test_a_camera_that_cannot_is_remembered_until_it_can(hall: Hall) -> None:
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    hall.lines.goes("camera:c-0", TalkState.REFUSED, NO_LOUDSPEAKER)
    assert (talk_of(hall).state, talk_of(hall).can_talk) == ("refused", False)
    assert talk_of(hall).reason_zh == "没有可喊话的扬声器"
    hall.talk_desk.end(OPERATOR, CAMERA)
    assert talk_of(hall).can_talk is False
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    hall.lines.goes("camera:c-0", TalkState.LOST, Reason(ReasonCode.CLOSED))
    assert talk_of(hall).can_talk is False
    hall.lines.goes("camera:c-0", TalkState.TALKING)
    assert talk_of(hall).can_talk is True


def test_two_do_not_talk_at_once(hall: Hall) -> None:
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    with pytest.raises(HeldError, match="wang talks at camera:c-0"):
        hall.talk_desk.play(OTHER, CAMERA, "flood")
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    assert hall.talk_desk.play(CHIEF, CAMERA, "flood").holder == "chief"
    hall.talk_desk.end(OTHER, CAMERA)  # nobody is left talking because somebody went home
    assert hall.talk_desk.play(OTHER, CAMERA, "flood").holder == "li"


def test_with_the_conference_its_sound_ends_in_the_street(hall: Hall) -> None:
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.END))
    assert (talk_of(hall).state, hall.lines.ended) == ("idle", ["camera:c-0"])


def test_what_may_not_be(hall: Hall) -> None:
    with pytest.raises(InvalidError, match="conference: no conference 'none' is open"):
        hall.talk_desk.play(OPERATOR, CAMERA, "none")
    with pytest.raises(NotFoundError):
        hall.talk_desk.play(OPERATOR, Loudspeaker(LoudspeakerKind.CAMERA, "c-99"), "flood")
    viewer = Principal("zhao", Role.VIEWER)
    with pytest.raises(AccessRefusedError):
        hall.talk_desk.play(viewer, CAMERA, "flood")
    with pytest.raises(AccessRefusedError):
        hall.talk_desk.end(viewer, CAMERA)
    assert hall.talk_desk.get(viewer, CAMERA).state == "idle"


async def test_somebody_s_own_voice_is_played_until_the_session_is_over(hall: Hall) -> None:
    opened = await hall.talk_desk.speak(OPERATOR, CAMERA, "v=0")
    offer = hall.peers.offers[opened.session]
    assert (getattr(offer, "video", None), getattr(offer, "sound", None)) == ("", "talk/camera:c-0/0")
    assert hall.sound.open == {"camera:c-0": True}
    assert hall.lines.said["camera:c-0"].sound.stream == "mix/camera:c-0/all"
    assert talk_of(hall).conference == ""
    hall.peers.goes(opened.session, SessionPhase.ENDED)
    assert (talk_of(hall).state, hall.sound.over) == ("idle", ["camera:c-0"])
    ended, began = await hall.talk_desk._audit.read(2)
    assert [(line.action, line.target) for line in (began, ended)] == [
        ("talk.begin", "camera:c-0"),
        ("talk.end", "camera:c-0"),
    ]


async def test_who_speaks_again_is_not_cut_off_by_the_end_of_the_session_before(hall: Hall) -> None:
    first = await hall.talk_desk.speak(OPERATOR, CAMERA, "v=0")
    second = await hall.talk_desk.speak(OPERATOR, CAMERA, "v=0")
    assert hall.peers.ended == [first.session]
    assert talk_of(hall).state == "opening"
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    assert hall.peers.ended == [first.session, second.session]
    assert talk_of(hall).conference == "flood"


async def test_a_voice_that_may_not_be_heard_is_not_taken(hall: Hall) -> None:
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    with pytest.raises(HeldError):
        await hall.talk_desk.speak(OTHER, CAMERA, "v=0")
    hall.talk_desk.end(OPERATOR, CAMERA)
    hall.peers.error = InvalidError("no codec that is taken")
    with pytest.raises(CommandwallError):
        await hall.talk_desk.speak(OPERATOR, CAMERA, "v=0")
    assert (hall.peers.offers, talk_of(hall).state) == ({}, "idle")
    assert hall.talk_desk.play(OTHER, CAMERA, "flood").holder == "li", "it is kept for nobody"


async def test_who_is_about_to_talk_has_the_loudspeaker(hall: Hall) -> None:
    hall.peers.answers.clear()
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(hall.talk_desk.speak(OPERATOR, CAMERA, "v=0"))
        await until_offered(hall, 1)
        with pytest.raises(HeldError, match="wang talks at camera:c-0"):
            await hall.talk_desk.speak(OTHER, CAMERA, "v=0")
        with pytest.raises(HeldError):
            hall.talk_desk.play(OTHER, CAMERA, "flood")
        hall.peers.answers.set()
    assert hall.talk_desk._sessions == {CAMERA: speaking.result().session}
    hall.talk_desk.end(OTHER, CAMERA)
    assert hall.talk_desk.play(OTHER, CAMERA, "flood").holder == "li"


async def test_who_is_of_a_higher_role_is_not_cut_off_by_a_voice_that_was_about_to_be_heard(
    hall: Hall,
) -> None:
    hall.peers.answers.clear()
    late = asyncio.create_task(hall.talk_desk.speak(OPERATOR, CAMERA, "v=0"))
    await until_offered(hall, 1)
    hall.talk_desk.play(CHIEF, CAMERA, "flood")
    hall.peers.answers.set()
    with pytest.raises(HeldError, match="chief talks"):
        await late
    assert (talk_of(hall).holder, talk_of(hall).conference) == ("chief", "flood")
    assert (hall.peers.ended, hall.peers.sessions) == (["s0"], {})


async def test_two_voices_that_are_about_to_be_heard_do_not_end_each_other_s_session(hall: Hall) -> None:
    hall.peers.answers.clear()
    late = asyncio.create_task(hall.talk_desk.speak(OPERATOR, CAMERA, "v=0"))
    await until_offered(hall, 1)
    taking = asyncio.create_task(hall.talk_desk.speak(CHIEF, CAMERA, "v=0"))
    await until_offered(hall, 2)
    assert len({getattr(offer, "sound", "") for offer in hall.peers.offers.values()}) == 2
    hall.peers.answers.set()
    with pytest.raises(HeldError, match="chief talks"):
        await late
    assert hall.talk_desk._sessions == {CAMERA: (await taking).session}
    assert hall.peers.ended == ["s0"]


async def test_a_session_that_is_over_before_it_is_heard_is_played_nowhere(hall: Hall) -> None:
    hall.peers.answers.clear()
    speaking = asyncio.create_task(hall.talk_desk.speak(OPERATOR, CAMERA, "v=0"))
    await until_offered(hall, 1)
    hall.peers.goes("s0", SessionPhase.ENDED)
    hall.peers.answers.set()
    with pytest.raises(NotFoundError, match="this session is over"):
        await speaking
    assert (talk_of(hall).state, hall.sound.open) == ("idle", {})


def test_what_is_said_at_a_camera_ends_with_it_and_not_with_masks(hall: Hall) -> None:
    board, withdrawals = hall.talks._board, list[Callable[[str], None]]()
    plant = SimpleNamespace(
        feeds=hall.lines,
        board=board,
        speakers=hall.speakers,
        sound=hall.sound,
        rtc=hall.peers,
        withdrawal_watchers=withdrawals,
    )
    needs = SimpleNamespace(plant=plant, publish=EventLog().publish, audit=hall.talk_desk._audit)
    desk = conferencing._talk_desk(cast("conferencing.ConferenceNeeds", needs), hall.conferences)
    (withdrawn,) = withdrawals
    desk.play(OPERATOR, CAMERA, "flood")
    board.set_masks("c-0", (Mask.rectangle(0, 0, 1, 1),))
    withdrawn("c-0")
    assert hall.lines.said.keys() == {"camera:c-0"}
    board.put(replace(board.camera("c-0"), enabled=False))
    withdrawn("c-0")
    assert (hall.lines.said, desk.get(OPERATOR, CAMERA).state) == ({}, "idle")
    board.put(replace(board.camera("c-0"), enabled=True))
    desk.play(OPERATOR, CAMERA, "flood")
    board.remove("c-0")
    withdrawn("c-0")
    assert hall.lines.said == {}
    hall.lines.goes("camera:c-0", TalkState.TALKING)  # too late
    assert desk.all(OPERATOR) == []


def test_whatever_is_said_can_be_ended(hall: Hall) -> None:
    hall.talk_desk.play(OPERATOR, CAMERA, "flood")
    hall.talks._board.remove("c-0")
    hall.talk_desk.end(OPERATOR, CAMERA)
    assert hall.lines.said == {}
    with pytest.raises(NotFoundError):
        hall.talk_desk.end(OPERATOR, CAMERA)
