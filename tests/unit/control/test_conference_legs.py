from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.conference.bridges.bridge import Flow
from commandwall.control.conference_legs import RoomMedia
from commandwall.control.database import Database
from commandwall.control.events import EventLog
from commandwall.ipc.rtc_messages import SessionOffer
from tests.unit.control.hall import OPERATOR, open_hall
from tests.unit.control.rig import make_board
from tests.unit.control.rtc_stub import RtcStub


async def test_what_comes_of_another_server_stays_without_who_opened_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = RtcStub(monkeypatch)
    async with open_hall(make_board(EventLog()), database, tmp_path) as hall:
        media = RoomMedia(hall.room, "studio", OPERATOR, stub.rtc)
        answered = await media.answer(Flow(takes_picture=True), "v=0 offer")
        stub.answer = SessionOffer("v=0 offer")
        offered = await media.offer(Flow(takes_picture=True))
        assert (answered.sdp, offered.sdp) == ("v=0 answer", "v=0 offer")
        assert len([*stub.rtc.publishers("conference/flood/studio/people")]) == 2
        assert stub.rtc.visitors() == [], "the guard ends what is opened by one who has no account any more"
