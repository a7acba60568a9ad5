"""One end of a link's signalling: the greeting, calls and their answers, and what comes in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Protocol

from aiohttp import WSMessage, WSMsgType

from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError
from commandwall.base.sentence import Sentence
from commandwall.conference.links.messages import (
    VERSION,
    Answer,
    Bye,
    Claim,
    Command,
    Held,
    Hello,
    Message,
    Refused,
    decode,
    encode,
)

GREETING_S = 5.0
HEARTBEAT_S = 2.0
"""An end that does not answer a ping within half of this is gone."""
_ANSWER_S = 5.0
_UNSENT = 256
_ENDS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class LinkRefusedError(CommandwallError):
    """Raised when the other end refuses the link; ``again``: it is worth trying once more."""

    def __init__(self, why: Sentence, *, again: bool) -> None:
        super().__init__("the other end refuses the link: {why}", why=why)
        self.again = again


class LinkClosedError(ConnectionLostError):
    """Raised when the other end took the link down on purpose."""


class Socket(Protocol):
    """What of a WebSocket is used, at the client's end or the server's."""

    async def send_str(self, data: str) -> None:
        """Send a text; raises ``ConnectionError`` on one that is closed."""

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return what comes next; raises ``TimeoutError``."""


class Line:
    """One end of the signalling of a link. Belongs to the event loop.

    One task iterates :meth:`received` and one runs :meth:`send`; any other may post and call. What waits
    to be sent is bounded: an end that does not read is given up.
    """

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._unsent: asyncio.Queue[Message] = asyncio.Queue(_UNSENT)
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}

    async def greet(self, hello: Hello) -> Hello:
        """Say ``hello`` first, as the lower end does; return the other's.

        Raises :class:`LinkRefusedError`, :class:`ConnectionLostError`, :class:`ProtocolError`.
        """
        await self._send(hello)
        return await self.hear_hello()

    async def hear_hello(self) -> Hello:
        """Return the other's greeting; raises as :meth:`greet` does."""
        match await self._next(GREETING_S):
            case Hello() as hello:
                if hello.version != VERSION:
                    raise ProtocolError("the other end of the link is of another release; bring both to one")
                return hello
            case Refused(en, zh, again):
                raise LinkRefusedError(Sentence.of(en, zh), again=again)
            case _:
                raise ProtocolError("the other end of the link does not greet")

    async def answer_hello(self, hello: Hello) -> None:
        """Answer the other's greeting, as the upper end does."""
        await self._send(hello)

    async def refuse(self, error: CommandwallError, *, again: bool) -> None:
        """Say that there is no link, and why."""
        await self._send(Refused(str(error)[:200], error.zh[:200], again))

    async def bye(self) -> None:
        """Say that the link is taken down on purpose."""
        await self._send(Bye())

    def post(self, message: Message) -> None:
        """Send ``message`` soon; raises :class:`ConnectionLostError` when too much waits already."""
        try:
            self._unsent.put_nowait(message)
        except asyncio.QueueFull:
            raise ConnectionLostError("the other end of the link does not read") from None

    async def command(self, verb: str, by: str, target: str, viewer: str = "") -> None:
        """Have the lower end obey; raises :class:`CommandwallError` with what it says when it does not."""
        number = next(self._numbers)
        await self._call(number, Command(number, verb, by, target, viewer))

    async def claim(self, floor: Held, content: Held) -> None:
        """Ask the upper end whether these may hold; raises :class:`CommandwallError` when it says no."""
        number = next(self._numbers)
        await self._call(number, Claim(number, floor, content))

    async def send(self) -> None:
        """Send what was posted, until the connection ends: raises :class:`ConnectionLostError` then."""
        while True:
            await self._send(await self._unsent.get())

    async def received(self) -> AsyncIterator[Message]:
        """Yield what comes, answers excepted, until the connection ends.

        Raises :class:`ConnectionLostError`, :class:`LinkClosedError` after a goodbye, and
        :class:`ProtocolError`.
        """
        try:
            while True:
                match await self._next(None):
                    case Answer() as answer:
                        self._take_answer(answer)
                    case Bye():
                        raise LinkClosedError("the link was taken down at the other end")
                    case message:
                        yield message
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionLostError("the link is lost"))

    async def _call(self, number: int, message: Message) -> None:
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            self.post(message)
            async with asyncio.timeout(_ANSWER_S):
                answer = await waiting
        except TimeoutError:
            raise ConnectionLostError("the other end of the link does not answer") from None
        finally:
            del self._waiting[number]
        if answer.en:
            raise CommandwallError(Sentence.of(answer.en, answer.zh))

    def _take_answer(self, answer: Answer) -> None:
        waiting = self._waiting.get(answer.call)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def _send(self, message: Message) -> None:
        try:
            await self._socket.send_str(encode(message))
        except (ConnectionError, RuntimeError):
            raise ConnectionLostError("the link is lost") from None

    async def _next(self, timeout_s: float | None) -> Message:
        try:
            message = await self._socket.receive(timeout_s)
        except TimeoutError:
            raise ConnectionLostError("the other end of the link does not greet in time") from None
        if message.type is WSMsgType.TEXT:
            return decode(message.data)
        if message.type in _ENDS:
            raise ConnectionLostError("the link is lost")
        raise ProtocolError(
            "the other end of the link says what is not understood ({place})", place=message.type.name
        )
