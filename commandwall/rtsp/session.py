"""A stream while it plays: signs of life, receiver reports, counters, and how it ended."""

from __future__ import annotations

import asyncio
import secrets

from commandwall.base.clock import monotonic_s
from commandwall.base.errors import ConnectionLostError
from commandwall.rtp.codec import CodecParameters, PayloadFormat
from commandwall.rtp.receiver import ReceiverStats, RtpReceiver
from commandwall.rtp.rtcp import ReceiverReport, SourceDescription, build
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.messages import Response
from commandwall.rtsp.setup import ReportPath

REPORT_INTERVAL_S = 5.0
"""How often receiver reports are sent, at least (RFC 3550 section 6.2)."""
_ROUNDS = 5

_SESSION_NOT_FOUND = 454
_REFUSES_METHOD = frozenset((405, 451, 501, 551))


class RtspSession:
    """An open stream. Made by ``RtspClient.open``, which also ends it.

    Costs one timer; there is no task per stream. Belongs to the event loop's thread.
    """

    def __init__(
        self, dialogue: Dialogue, receiver: RtpReceiver, path: ReportPath, payload: PayloadFormat
    ) -> None:
        self._dialogue = dialogue
        self._receiver = receiver
        self._path = path
        self._payload = payload
        self._ssrc = secrets.randbits(32)
        self._alive_s = monotonic_s()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._interval_s, self._tick)

    @property
    def codec(self) -> CodecParameters:
        """What is known of the codec now; size and profile come with the first parameter sets."""
        return self._payload.parameters

    @property
    def stats(self) -> ReceiverStats:
        """The counters as they are now."""
        return self._receiver.stats

    def sender_clock(self) -> tuple[int, int] | None:
        """Return (time in 90 kHz, UTC in ns) of the newest sender report; ``None`` if there is none."""
        return self._receiver.sender_clock()

    @property
    def unassigned_frames(self) -> int:
        """How many interleaved frames came on channels that nobody asked for."""
        return self._dialogue.connection.unassigned

    def read_in_lots(self, lots: bool) -> None:
        """Let what comes on the connection wait for :meth:`read_lot`, or read it at once."""
        self._dialogue.connection.read_in_lots(lots)

    def read_lot(self) -> None:
        """Read what waits."""
        self._dialogue.connection.read_lot()

    async def closed(self) -> None:
        """Wait until nothing more will come, then raise the reason.

        ConnectionLostError: the camera closed the connection, said BYE, or forgot the session;
        ProtocolError: what it sent cannot be read; UnsupportedError: its pictures are not taken.
        """
        raise await asyncio.shield(self._dialogue.connection.ended)

    def stop(self) -> None:
        """Stop the timer, and read answers as they come: TEARDOWN follows."""
        self._timer.cancel()
        self.read_in_lots(False)

    @property
    def _interval_s(self) -> float:
        return min(REPORT_INTERVAL_S, self._dialogue.session_timeout_s / 2)

    def _next_tick_s(self) -> float:
        """Return the loop's time of the next tick: rounded down, so that one wake-up serves many sessions."""
        round_s = self._interval_s / _ROUNDS
        return (self._loop.time() + self._interval_s) // round_s * round_s

    def _tick(self) -> None:
        self._timer = self._loop.call_at(self._next_tick_s(), self._tick)
        block = self._receiver.report_block()
        if block is not None:
            report = build(ReceiverReport(self._ssrc, (block,)))
            self._path.send_rtcp(report + build(SourceDescription(((self._ssrc, "commandwall"),))))
        now_s = monotonic_s()
        due_s = self._alive_s + self._dialogue.session_timeout_s / 2
        if now_s + self._interval_s > due_s:
            self._alive_s = now_s
            self._dialogue.keep_alive(self._on_alive)

    def _on_alive(self, response: Response) -> None:
        """Look at the answer to a sign of life; none at all is borne as long as pictures come."""
        if response.status == 401:
            self._dialogue.take_challenge(response)
        elif response.status == _SESSION_NOT_FOUND:
            self._dialogue.connection.end(ConnectionLostError("the camera forgot the session (454)"))
        elif response.status in _REFUSES_METHOD:
            self._dialogue.methods = frozenset()
