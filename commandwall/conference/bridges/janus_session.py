"""The Janus API over a WebSocket: one session, its plugin handles, requests and what comes unasked.

https://janus.conf.meetecho.com/docs/rest.html describes it. Every request has a transaction; a plugin's
answer is an ``ack`` first and an ``event`` of the same transaction later.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from commandwall.base.errors import ConnectionLostError, ProtocolError
from commandwall.conference.bridges.janus_messages import (
    JanusAnswer,
    JanusMessage,
    id_of,
    parse_message,
    plugin_answer,
    refusal,
)
from commandwall.conference.bridges.reaching import unreachable

_CONNECT_S = 2.0
"""A try that began before Janus was back is not to hold up the next one."""
_OPEN_S = 5.0
_ANSWER_S = 10.0
_LEAVE_S = 1.0
_KEEP_ALIVE_S = 20.0
_HEARTBEAT_S = 5.0
_MAX_MESSAGE_BYTES = 256 << 10
_MAX_EVENTS = 100


@dataclass(frozen=True, slots=True)
class JanusServer:
    """Where a Janus is, and what it wants from clients: its ``apisecret``, a stored token, or nothing."""

    url: str
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Where that is, for people."""
        return urlsplit(self.url).netloc

    def credentials(self) -> dict[str, str]:
        """Return what every request carries."""
        given = {"apisecret": self.secret, "token": self.token}
        return {name: value for name, value in given.items() if value}


class JanusHandle:
    """One plugin handle: requests and events of one WebRTC connection. Belongs to its session."""

    def __init__(self, session: JanusSession, handle_id: int) -> None:
        self._session = session
        self.id = handle_id
        self.events: asyncio.Queue[JanusAnswer | str] = asyncio.Queue(_MAX_EVENTS)

    async def ask(self, body: Mapping[str, Any], offer: str = "", answer: str = "") -> JanusAnswer:
        """Return the plugin's answer to ``body``, sent with an SDP ``offer`` or ``answer`` if there is one.

        Raises :class:`JanusRefusalError`, :class:`ConnectionLostError`, :class:`ProtocolError`.
        """
        message: dict[str, Any] = {"janus": "message", "handle_id": self.id, "body": body}
        if offer or answer:
            message["jsep"] = {"type": "offer" if offer else "answer", "sdp": offer or answer}
        return plugin_answer(await self._session.ask(message))

    async def next(self) -> JanusAnswer:
        """Return what the plugin says next unasked; raises :class:`ConnectionLostError` when it hung up."""
        event = await self.events.get()
        if isinstance(event, str):
            raise ConnectionLostError("Janus hung up: {why}", why=event)
        return event


class JanusSession:
    """A session with a Janus server; made by :func:`janus_session`. Belongs to the event loop."""

    def __init__(self, server: JanusServer, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._server = server
        self._ws = ws
        self._id = 0
        self._waiting: dict[str, asyncio.Future[JanusMessage]] = {}
        self._handles: dict[int, JanusHandle] = {}

    async def create(self) -> None:
        """Begin the session; raises as :meth:`JanusHandle.ask` does."""
        self._id = id_of(await self.ask({"janus": "create"}))

    async def attach(self, plugin: str) -> JanusHandle:
        """Return a new handle of ``plugin``; raises as :meth:`JanusHandle.ask` does."""
        handle = JanusHandle(self, id_of(await self.ask({"janus": "attach", "plugin": plugin})))
        self._handles[handle.id] = handle
        return handle

    async def detach(self, handle: JanusHandle) -> None:
        """Let go of a handle and of its connection."""
        self._handles.pop(handle.id, None)
        await self._send({"janus": "detach", "handle_id": handle.id})

    async def ask(self, message: Mapping[str, Any]) -> JanusMessage:
        """Return the answer to ``message`` that is more than an acknowledgement."""
        transaction = secrets.token_hex(8)
        answer: asyncio.Future[JanusMessage] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = answer
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._send({**message, "transaction": transaction})
                return await answer
        except TimeoutError as error:
            raise unreachable(self._server.place, error) from None
        finally:
            del self._waiting[transaction]

    async def keep_alive(self) -> None:
        """Say from time to time that this end is there."""
        while True:
            await asyncio.sleep(_KEEP_ALIVE_S)
            await self._send({"janus": "keepalive"})

    async def read(self) -> None:
        """Take in what comes until the connection ends; raises :class:`ConnectionLostError` then."""
        try:
            async for received in self._ws:
                if received.type is not aiohttp.WSMsgType.TEXT:
                    raise ProtocolError("{place} sends what is no text", place=self._server.place)
                self._take(parse_message(received.data, self._server.place))
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(self._closed())
        raise self._closed()

    async def destroy(self) -> None:
        """End the session at the server, if it still listens."""
        try:
            async with asyncio.timeout(_LEAVE_S):
                await self._send({"janus": "destroy"})
                await self._ws.close()
        except (ConnectionLostError, TimeoutError):
            pass

    def _take(self, message: JanusMessage) -> None:
        waiting = self._waiting.get(message.transaction)
        if waiting is not None and not waiting.done() and message.kind == "error":
            waiting.set_exception(refusal(message))
        elif waiting is not None and not waiting.done() and message.answers:
            waiting.set_result(message)
        elif message.kind == "event" or message.hangs_up:
            self._tell(message)

    def _tell(self, message: JanusMessage) -> None:
        """Hand on what came unasked; a session's own end is told to all of its handles.

        What is about a handle that was let go of, Janus' word that it is detached among it, is about nobody.
        """
        if message.sender is None:
            told = tuple(self._handles.values())
        else:
            told = tuple(filter(None, (self._handles.get(message.sender),)))
        for each in told:
            if each.events.full():
                raise ProtocolError("{place} sends more events than can be", place=self._server.place)
            each.events.put_nowait(message.reason if message.hangs_up else plugin_answer(message))

    async def _send(self, message: Mapping[str, Any]) -> None:
        envelope = {"transaction": secrets.token_hex(8), **self._server.credentials(), **message}
        if self._id:
            envelope["session_id"] = self._id
        try:
            await self._ws.send_str(json.dumps(envelope))
        except (aiohttp.ClientError, ConnectionError):
            raise self._closed() from None

    def _closed(self) -> ConnectionLostError:
        return ConnectionLostError("{place} closed the connection", place=self._server.place)


@asynccontextmanager
async def janus_session(server: JanusServer) -> AsyncIterator[JanusSession]:
    """Yield a session with ``server``, to be read, kept alive and begun; it is destroyed at the end.

    Raises :class:`ConnectionLostError`.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=_CONNECT_S)) as http:
        try:
            async with asyncio.timeout(_OPEN_S):
                ws = await http.ws_connect(
                    server.url,
                    protocols=("janus-protocol",),
                    heartbeat=_HEARTBEAT_S,
                    max_msg_size=_MAX_MESSAGE_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_LEAVE_S),
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise unreachable(server.place, error) from None
        session = JanusSession(server, ws)
        try:
            yield session
        finally:
            await session.destroy()
