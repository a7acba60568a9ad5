from __future__ import annotations

import asyncio

from commandwall.ingest.audio import NO_SOUND, FeedAudio
from commandwall.model.access_unit import AccessUnit, StreamInfo
from tests.unit.ingest.cameras import Collector, FakeSession

ALAW = StreamInfo("pcm_alaw", sample_rate=8000, channels=1)
SOUND = AccessUnit(b"\xd5" * 160, 0, True)


async def session_of(info: StreamInfo) -> FakeSession:
    await asyncio.sleep(0)
    return FakeSession(lambda unit: None, StreamInfo("h264"), info)


async def test_the_session_drops_sound_that_nobody_hears() -> None:
    audio, session, first, second = FeedAudio(), await session_of(ALAW), Collector(), Collector()
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
    audio, sink = FeedAudio(), Collector()
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
