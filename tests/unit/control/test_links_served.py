"""The door of a conference, for links: who comes from below, and what waits for a conference here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.conference.links.line import Line, LinkRefusedError
from commandwall.conference.links.messages import (
    Held,
    Hello,
    Holders,
    Message,
    Person,
    Refused,
    Roster,
    encode,
)
from commandwall.control.conference_changes import ChairCommand
from commandwall.control.database import Database
from commandwall.control.link_changes import NewLink
from commandwall.control.roles import Principal
from commandwall.model.conference.command import Verb
from commandwall.model.conference.participant import Presence
from commandwall.settings.site import ConferenceSettings, LinkSettings
from tests.e2e.site import until
from tests.unit.conference.links.wires import wire
from tests.unit.control.hall import OPERATOR, Hall
from tests.unit.control.studio import TOKEN, bridge, daemon, returns, studio

TOMORROW = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    async with daemon(database, tmp_path) as hall:
        yield hall


class Below:
    """A district that comes by a link, and says at once who is there."""

    def __init__(self, hall: Hall, who: Principal) -> None:
        assert who.seat is not None
        ends = wire()
        self.line = Line(ends[0])
        self._socket = ends[0]
        self._served = asyncio.create_task(hall.links.serve(who.seat, ends[1]))

    async def greets(self, node: str, *people: str) -> None:
        """Greet as ``node`` with ``people``; raises :class:`LinkRefusedError`."""
        await self.line.greet(Hello(node, node, "district", "above", (node,)))
        await self.says(Roster(tuple(Person(name, name, "member") for name in people)))

    async def says(self, message: Message) -> None:
        """Say ``message`` at once."""
        await self._socket.send_str(encode(message))

    async def refused(self) -> Refused:
        """Return what the upper end says when it wants this one no longer."""
        return await anext(message async for message in self.line.received() if isinstance(message, Refused))

    async def goes(self) -> None:
        self._socket.close()
        await self._served


def there(hall: Hall) -> dict[str, Presence]:
    return {one.id: one.presence for one in hall.room.state.participants}


async def test_who_comes_by_a_link_waits_in_the_lobby_as_others_do(hall: Hall) -> None:
    hall.opens(lobby=True)
    nanhu = hall.invites("nanhu", "site")
    with pytest.raises(LinkRefusedError, match="wait in the lobby") as refused:
        await Below(hall, nanhu).greets("nanhu", "li")
    assert refused.value.again
    assert there(hall) == {"nanhu": Presence.LOBBY}
    assert hall.room.links == ()
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.ADMIT, target="nanhu"))
    below = Below(hall, nanhu)
    await below.greets("nanhu", "li")
    await until("they are there", returns(lambda: "nanhu/li" in there(hall)))
    await below.goes()
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LOCK))
    await Below(hall, nanhu).greets("nanhu", "li")


async def test_a_locked_conference_keeps_links_out(hall: Hall) -> None:
    hall.opens()
    nanhu = hall.invites("nanhu", "site")
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.LOCK))
    with pytest.raises(LinkRefusedError, match="locked") as refused:
        await Below(hall, nanhu).greets("nanhu", "li")
    assert not refused.value.again
    assert there(hall) == {"nanhu": Presence.INVITED}


async def test_no_link_opens_a_conference_before_its_time(hall: Hall) -> None:
    hall.opens(starts_at=TOMORROW)
    with pytest.raises(LinkRefusedError, match="has not begun"):
        await Below(hall, hall.invites("nanhu", "site")).greets("nanhu", "li")
    new = NewLink(url="http://127.0.0.1:1", conference="duty", token=TOKEN)
    for opening in (
        hall.desk.links.open_link(OPERATOR, "flood", new),
        hall.desk.links.open_bridge(OPERATOR, "flood", bridge("http://127.0.0.1:1")),
    ):
        with pytest.raises(InvalidError, match="has not begun"):
            await opening
    assert hall.conferences.get("flood").room is None


async def test_links_that_the_configuration_names_wait_for_a_planned_conference(hall: Hall) -> None:
    hall.opens(starts_at=TOMORROW)
    link = LinkSettings("above", "flood", "http://127.0.0.1:1", "duty", TOKEN)
    hall.links.restore(ConferenceSettings(links=(link,)))
    assert hall.conferences.get("flood").room is None
    hall.clock.now_s = TOMORROW.timestamp() + 1
    hall.conferences.act()
    hall.conferences.act()
    await until("it is tried", returns(lambda: [one.id for one in hall.room.links] == ["above"]))


async def test_whom_another_node_brought_by_a_link_is_gone_when_it_leads_elsewhere(hall: Hall) -> None:
    hall.opens()
    nanhu = hall.invites("nanhu", "site")
    before = Below(hall, nanhu)
    await before.greets("nanhu-old", "li", "wang")
    await until("they are there", returns(lambda: len(there(hall)) == 3))
    await before.goes()
    await Below(hall, nanhu).greets("nanhu", "li")
    await until("only he is there", returns(lambda: sorted(there(hall)) == ["nanhu", "nanhu/li"]))


async def test_what_changes_while_a_link_joins_is_told_below(hall: Hall) -> None:
    hall.opens()
    zhang, below = hall.invites("zhang", "chair"), Below(hall, hall.invites("nanhu", "site"))
    await hall.enters(zhang)
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.GRANT, target="zhang"))
    await below.greets("nanhu", "li")
    held = (message async for message in below.line.received() if isinstance(message, Holders))
    assert (await anext(held)).floor.holder == "zhang@luohu"
    hall.desk.command(OPERATOR, "flood", ChairCommand(verb=Verb.REVOKE))
    await below.says(Holders(Held(), Held(), settle=True))
    told = await anext(held)
    assert (told.floor, told.settle) == (Held(), False)


async def test_who_came_with_a_token_is_told_that_another_daemon_did(hall: Hall) -> None:
    hall.opens()
    nanhu = hall.invites("nanhu", "site")
    before = Below(hall, nanhu)
    await before.greets("nanhu", "li")
    await until("they are there", returns(lambda: len(there(hall)) == 2))
    after = Below(hall, nanhu)
    refused = await before.refused()
    assert (refused.en, refused.again) == ("another daemon came with this token", False)
    await after.greets("nanhu", "li")
    await until("it is linked", returns(lambda: [link.state for link in hall.room.links] == ["connecting"]))
    await hall.enters(nanhu)
    assert [link.state for link in hall.room.links] == ["connected"], "pictures and sound can come up"


async def test_a_session_that_ended_here_is_no_refusal_from_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise NotFoundError("this session is over; ask anew")

    hall.opens()
    with monkeypatch.context() as patch:
        patch.setattr(hall.peers, "accept", gone)
        async with studio() as url:
            document = await hall.desk.links.open_bridge(OPERATOR, "flood", bridge(url))
    assert (document.state, document.reason) == ("lost", "the session here ended before it was answered")
