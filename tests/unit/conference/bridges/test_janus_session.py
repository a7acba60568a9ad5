from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError
from commandwall.base.tasks import run_until_first
from commandwall.conference.bridges.janus_messages import JanusRefusalError, parse_message, refusal
from commandwall.conference.bridges.janus_session import (
    JanusHandle,
    JanusServer,
    JanusSession,
    janus_session,
)
from tests.e2e.site import until

Reply = Callable[[dict[str, Any]], list[str]]
"""What a scripted server says to a request."""


def polite(asked: dict[str, Any]) -> list[str]:
    """Answer as Janus does; a plugin repeats what it was asked."""
    transaction = asked["transaction"]
    match asked["janus"]:
        case "create" | "attach":
            return [json.dumps({"janus": "success", "transaction": transaction, "data": {"id": 42}})]
        case "message":
            event = {
                "janus": "event",
                "sender": 42,
                "transaction": transaction,
                "plugindata": {"data": asked["body"]},
            }
            if "jsep" in asked:
                event["jsep"] = {"type": "answer", "sdp": asked["jsep"]["sdp"].upper()}
            return [json.dumps({"janus": "ack", "transaction": transaction}), json.dumps(event)]
    return []


@asynccontextmanager
async def scripted(reply: Reply) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Serve what ``reply`` says; yields the address, and what was asked."""
    asked: list[dict[str, Any]] = []

    async def serve(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(protocols=("janus-protocol",))
        await ws.prepare(request)
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                asked.append(json.loads(message.data))
                for text in reply(asked[-1]):
                    await ws.send_str(text)
        return ws

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def talk(url: str, use: Callable[[JanusSession], Any], secret: str = "") -> None:
    async with janus_session(JanusServer(url, secret)) as session:
        await run_until_first(session.read(), use(session))


async def attached(session: JanusSession) -> JanusHandle:
    await session.create()
    return await session.attach("plugin")


async def test_a_plugin_is_asked_and_answers() -> None:
    async def use(session: JanusSession) -> None:
        handle = await attached(session)
        answer = await handle.ask({"request": "join"}, offer="v=0")
        assert (answer.data, answer.sdp) == ({"request": "join"}, "V=0")
        assert (await handle.ask({"request": "leave"})).sdp == ""
        await session.detach(handle)

    async with scripted(polite) as (url, asked):
        await talk(url, use, "sesame")

        async def told() -> bool:
            return bool(asked[-1]["janus"] == "destroy")

        await until("the end is told", told)
        assert [each["janus"] for each in asked] == [
            "create",
            "attach",
            "message",
            "message",
            "detach",
            "destroy",
        ]
        assert all(each["apisecret"] == "sesame" for each in asked)
        assert "session_id" not in asked[0]
        assert all(each["session_id"] == 42 for each in asked[1:])


async def test_refusals_of_the_core_and_of_plugins_carry_their_code() -> None:
    def refuse(asked: dict[str, Any]) -> list[str]:
        said: dict[str, Any] = {"janus": "error", "error": {"code": 403, "reason": "no"}}
        if asked["janus"] == "message":
            said = {"janus": "event", "plugindata": {"data": {"error_code": 433, "error": "wrong pin"}}}
        elif asked["janus"] == "attach":
            return polite(asked)
        return [json.dumps({**said, "transaction": asked["transaction"]})]

    async def create(session: JanusSession) -> None:
        await session.create()

    async def join(session: JanusSession) -> None:
        await (await session.attach("plugin")).ask({})

    async with scripted(refuse) as (url, _):
        with pytest.raises(JanusRefusalError) as refused:
            await talk(url, create)
        assert refused.value.code == 403
        with pytest.raises(JanusRefusalError, match="wrong pin") as refused:
            await talk(url, join)
        assert refused.value.code == 433


async def test_what_comes_unasked_goes_to_its_handle_and_hanging_up_ends_it() -> None:
    def tell(asked: dict[str, Any]) -> list[str]:
        told: list[str] = []
        if asked["janus"] == "message":
            told = [
                json.dumps({"janus": "event", "sender": 42, "plugindata": {"data": {"leaving": 1}}}),
                json.dumps({"janus": "webrtcup", "sender": 42}),
                json.dumps({"janus": "hangup", "sender": 42, "reason": "DTLS alert"}),
            ]
        return [*polite(asked), *told]

    async def use(session: JanusSession) -> None:
        handle = await attached(session)
        await handle.ask({})
        assert (await handle.next()).data == {"leaving": 1}
        with pytest.raises(ConnectionLostError, match="DTLS alert"):
            await handle.next()

    async with scripted(tell) as (url, _):
        await talk(url, use)


async def test_what_is_about_a_handle_that_was_let_go_of_is_about_no_other() -> None:
    def reply(asked: dict[str, Any]) -> list[str]:
        told = [json.dumps({"janus": kind, "sender": 7}) for kind in ("detached", "event", "hangup")]
        return [*polite(asked), *told * (asked["janus"] == "message")]

    async def use(session: JanusSession) -> None:
        handle = await attached(session)
        for _ in range(2):  # With the second answer all that followed the first has been read.
            await handle.ask({})
        assert handle.events.empty()

    async with scripted(reply) as (url, _):
        await talk(url, use)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": 10**4000, "reason": "no\n\ud800"}, "Janus refuses (0): no \ufffd"),
        ({"code": True, "reason": ["no"]}, "Janus refuses (0): "),
        ({"code": -1, "reason": "x" * 999}, "Janus refuses (0): " + "x" * 120),
        ("no", "Janus refuses (0): "),
    ],
)
def test_a_refusal_can_be_shown_whatever_it_says(said: object, words: str) -> None:
    text = json.dumps({"janus": "error", "error": said})
    assert str(refusal(parse_message(text, "centre"))) == words


@pytest.mark.parametrize(
    "garbage",
    [
        '{"janus": "event", "sender": [], "plugindata": {"data": {}}}',
        '{"janus": "event", "sender": {"id": 42}}',
        '{"janus": ["event"]}',
        '{"janus": "hangup", "sender": ' + "9" * 5000 + "}",
        "not JSON",
        "[]",
        "[" * 5000,
        '{"janus": "success", "transaction": "TRANSACTION"}',
        '{"janus": "success", "transaction": "TRANSACTION", "data": {"id": "x"}}',
        '{"janus": "event", "transaction": "TRANSACTION", "plugindata": 7}',
    ],
)
async def test_garbage_is_an_error_of_the_protocol(garbage: str) -> None:
    async def use(session: JanusSession) -> None:
        await attached(session)

    def reply(asked: dict[str, Any]) -> list[str]:
        said = garbage.replace("TRANSACTION", asked["transaction"])
        return [said] if asked["janus"] == "create" else polite(asked)

    async with scripted(reply) as (url, _):
        with pytest.raises(CommandwallError) as raised:
            async with asyncio.timeout(5):
                await talk(url, use)
        assert isinstance(raised.value, ProtocolError)


async def test_a_flood_of_events_ends_the_session() -> None:
    event = json.dumps({"janus": "event", "sender": 42, "plugindata": {"data": {}}})

    async def use(session: JanusSession) -> None:
        handle = await attached(session)
        await handle.ask({})
        await asyncio.Event().wait()

    def reply(asked: dict[str, Any]) -> list[str]:
        return [*polite(asked), *[event] * (200 * (asked["janus"] == "message"))]

    async with scripted(reply) as (url, _):
        with pytest.raises(ProtocolError, match="more events"):
            await talk(url, use)


async def test_secrets_are_not_shown() -> None:
    server = JanusServer("ws://centre:8188/janus", "sesame", "ticket")
    assert "sesame" not in repr(server)
    assert "ticket" not in repr(server)
    assert server.place == "centre:8188"
