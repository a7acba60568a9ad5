from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import run_until_first
from commandwall.conference.links.line import Line, LinkClosedError, LinkRefusedError
from commandwall.conference.links.messages import Answer, Claim, Command, Held, Hello, Message, Person, Roster
from commandwall.model.link import LoopError
from tests.unit.conference.links.wires import PaperSocket, wire

LOWER = Hello("luohu", "罗湖", "district", "up", ("luohu", "guiyuan"))
UPPER = Hello("city", "深圳", "city", "luohu", ("city",))
Take = Callable[[Line, Message], None]


async def read(line: Line, take: Take) -> None:
    async for message in line.received():
        take(line, message)


@asynccontextmanager
async def joined(take_lower: Take, take_upper: Take) -> AsyncIterator[tuple[Line, Line, PaperSocket]]:
    below, above = wire()
    lower, upper = Line(below), Line(above)
    works: list[Coroutine[Any, Any, None]] = [lower.send(), upper.send(), read(lower, take_lower)]
    task = asyncio.create_task(run_until_first(*works, read(upper, take_upper)))
    yield lower, upper, below
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def obey(line: Line, message: Message) -> None:
    assert isinstance(message, Command | Claim)
    wrong = isinstance(message, Command) and message.verb == "dance"
    why = Sentence.of("no dancing", "不许跳舞")
    line.post(Answer.refusing(message.call, why) if wrong else Answer(message.call))


def ignore(_: Line, __: Message) -> None:
    pass


async def test_two_ends_greet() -> None:
    below, above = wire()
    lower, upper = Line(below), Line(above)
    greeting = asyncio.create_task(lower.greet(LOWER))
    assert await upper.hear_hello() == LOWER
    await upper.answer_hello(UPPER)
    assert await greeting == UPPER


async def test_a_refusal_says_why_in_both_languages() -> None:
    below, above = wire()
    lower, upper = Line(below), Line(above)
    greeting = asyncio.create_task(lower.greet(LOWER))
    await upper.hear_hello()
    loop = LoopError(
        "a loop: {nodes} can be reached on both sides of this link; remove one of the links", nodes="luohu"
    )
    await upper.refuse(loop, again=False)
    with pytest.raises(LinkRefusedError, match="a loop: luohu") as refused:
        await greeting
    assert "环路" in refused.value.zh
    assert not refused.value.again


async def test_another_release_is_told_apart() -> None:
    below, above = wire()
    await below.send_str(
        '{"type": "hello", "node": "x", "name": "x", "level": "x", "link": "x", "nodes": ["x"], "version": 2}'
    )
    with pytest.raises(ProtocolError, match="another release"):
        await Line(above).hear_hello()


async def test_commands_and_questions_are_answered() -> None:
    async with joined(obey, obey) as (lower, upper, _):
        await upper.command("roll_call", "leader", "luohu/guiyuan")
        await lower.claim(Held(), Held("chen@luohu", 7.0))
        with pytest.raises(CommandwallError, match="no dancing") as refused:
            await upper.command("dance", "leader", "")
        assert refused.value.zh == "不许跳舞"


async def test_messages_come_in_their_order() -> None:
    came: asyncio.Queue[Message] = asyncio.Queue()
    rosters = [Roster((Person(f"p{number}", "某", "member"),)) for number in range(5)]
    async with joined(ignore, lambda _, message: came.put_nowait(message)) as (lower, _, __):
        for roster in rosters:
            lower.post(roster)
        assert [await came.get() for _ in rosters] == rosters


async def test_a_call_ends_with_the_link() -> None:
    async with joined(ignore, ignore) as (_, upper, socket):
        call = asyncio.create_task(upper.command("mute_all", "leader", ""))
        await asyncio.sleep(0)
        socket.close()
        with pytest.raises(ConnectionLostError, match="lost"):
            await call


async def test_a_goodbye_is_told_from_a_loss() -> None:
    below, above = wire()
    await Line(below).bye()
    with pytest.raises(LinkClosedError):
        await anext(aiter(Line(above).received()))
    below.close()
    with pytest.raises(ConnectionLostError) as lost:
        await anext(aiter(Line(above).received()))
    assert not isinstance(lost.value, LinkClosedError)


async def test_an_end_that_does_not_read_is_given_up() -> None:
    below, _ = wire()
    line = Line(below)
    with pytest.raises(ConnectionLostError, match="does not read"):
        for number in range(1000):
            line.post(Answer(number))
