from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from commandwall.ingest.audio import NO_SOUND, FeedAudio
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.reason import Reason, ReasonCode
from tests.unit.ingest.cameras import Collector, FakeSession, spec

ALAW = StreamInfo("pcm_alaw", sample_rate=8000, channels=1)
NO_FAULT = Reason()
SOUND = AccessUnit(b"\xd5" * 160, 0, True)


async def session_of(info: StreamInfo, fault: Reason = NO_FAULT) -> FakeSession:
    await asyncio.sleep(0)
    return FakeSession(lambda unit: None, StreamInfo("h264"), info, fault)


async def test_the_session_drops_sound_that_nobody_hears() -> None:
    audio, session, first, second = FeedAudio("cam/sub"), await session_of(ALAW), Collector(), Collector()
    assert audio.codec == ""
    audio.begin(session)
    assert (audio.codec, session.on_audio) == ("pcm_alaw", None)
    audio.attach(first)
    audio.attach(second)
    assert session.on_audio is not None
    session.on_audio(SOUND)
    assert (first.infos, first.units, second.units) == ([ALAW], [SOUND], [SOUND])
    audio.detach(first)
    assert session.on_audio is not None
    audio.detach(second)
    assert session.on_audio is None


async def test_who_waits_is_told_once_what_the_sound_is() -> None:
    audio, sink = FeedAudio("cam/sub"), Collector()
    session = await session_of(ALAW)
    audio.attach(sink)
    assert sink.infos == []
    for info in (ALAW, ALAW, NO_SOUND, ALAW):
        session = await session_of(info)
        audio.begin(session)
        assert session.on_audio is not None
        audio.end()
    assert sink.infos == [ALAW, NO_SOUND, ALAW]
    audio.detach(sink)
    assert session.on_audio is not None  # that session is over, and nothing more is said to it


HANGS = Reason(ReasonCode.TIMEOUT, "SETUP: no answer within 5 s")
REFUSED = Reason(ReasonCode.BUSY, "SETUP: 453")


async def test_a_camera_that_hangs_is_not_asked_for_its_sound_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    audio = FeedAudio("cam/sub")
    assert audio.what_to_open(spec()).audio
    audio.begin(await session_of(NO_SOUND, HANGS))
    for _ in range(2):
        assert audio.what_to_open(spec()) == replace(spec(), audio=False)
        assert audio.fault.startswith(
            "camera does not answer: SETUP: no answer within 5 s; its sound is left"
        )
        assert audio.fault.zh.startswith("摄像机无应答：SETUP")
        assert "不再请求其声音" in audio.fault.zh
        audio.end()
        audio.begin(await session_of(NO_SOUND))
    assert caplog.text.count("received without its sound") == 1


async def test_a_camera_that_refuses_is_asked_again() -> None:
    audio = FeedAudio("cam/sub")
    audio.begin(await session_of(NO_SOUND, REFUSED))
    assert (audio.fault, audio.fault.zh) == (REFUSED.en, REFUSED.zh)
    assert audio.what_to_open(spec()).audio
    audio.begin(await session_of(ALAW))
    assert (audio.fault, audio.fault.zh, audio.codec) == ("", "", "pcm_alaw")
