"""A stream while it plays: signs of life, receiver reports, counters, and how it ended."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Generic, TypeVar

from commandwall.base.errors import CommandwallError
from commandwall.rtp.audio import AudioParameters
from commandwall.rtp.audio_receiver import AudioReceiver, OnFrame
from commandwall.rtp.codec import CodecParameters
from commandwall.rtp.quirks import Quirk
from commandwall.rtp.receiver import ReceiverStats, RtpReceiver
from commandwall.rtp.rtcp import ReceiverReport, SourceDescription, build
from commandwall.rtp.source import RtpSource
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.life import SignsOfLife
from commandwall.rtsp.setup import TrackPath

_ROUNDS = 5

_Receiver_co = TypeVar("_Receiver_co", bound=RtpSource, covariant=True)


@dataclass(frozen=True, slots=True)
class Playing(Generic[_Receiver_co]):
    """A track that was set up: what receives it, and where reports on it go."""

    receiver: _Receiver_co
    path: TrackPath


class RtspSession:
    """An open stream. Made by ``RtspClient.open``, which also ends it.

    Costs one timer; there is no task per stream. Belongs to the event loop's thread.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        video: Playing[RtpReceiver],
        audio: Playing[AudioReceiver] | None,
        audio_fault: CommandwallError | None,
    ) -> None:
        self._dialogue = dialogue
        self._video = video
        self._audio = audio
        self.audio_fault = audio_fault
        """Why the stream's sound is not received, ``None`` if it is, was not asked for, or is not there."""
        self._ssrc = secrets.randbits(32)
        self._life = SignsOfLife(dialogue)
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._life.interval_s, self._tick)

    @property
    def codec(self) -> CodecParameters:
        """What is known of the codec now; size and profile come with the first parameter sets."""
        return self._video.receiver.parameters

    @property
    def audio(self) -> AudioParameters | None:
        """What the sound is that is received beside the pictures, if any is."""
        return self._audio.receiver.parameters if self._audio is not None else None

    def listen(self, listener: OnFrame | None) -> None:
        """Hand each frame of sound, if there is any, to ``listener`` from now on; ``None``: drop them."""
        if self._audio is not None:
            self._audio.receiver.listen(listener)

    @property
    def stats(self) -> ReceiverStats:
        """The counters of the pictures as they are now."""
        return self._video.receiver.stats

    def sender_clock(self) -> tuple[int, int] | None:
        """Return (time in 90 kHz, UTC in ns) of the newest sender report; ``None`` if there is none."""
        return self._video.receiver.sender_clock()

    @property
    def quirks(self) -> frozenset[Quirk]:
        """What the camera does that was borne so far."""
        return self._video.receiver.quirks | self._dialogue.quirks

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
        ProtocolError: what it sent cannot be read; UnsupportedError: its pictures are not taken; any other
        exception: what nobody foresaw of what it sent.
        """
        raise await asyncio.shield(self._dialogue.connection.ended)

    def stop(self) -> None:
        """Stop the timer, and read answers as they come: TEARDOWN follows."""
        self._timer.cancel()
        self.read_in_lots(False)

    def _next_tick_s(self) -> float:
        """Return the loop's time of the next tick: rounded down, so that one wake-up serves many sessions."""
        interval_s = self._life.interval_s
        round_s = interval_s / _ROUNDS
        return (self._loop.time() + interval_s) // round_s * round_s

    def _tick(self) -> None:
        self._timer = self._loop.call_at(self._next_tick_s(), self._tick)
        self._report(self._video)
        if self._audio is not None:
            self._report(self._audio)
        self._life.give_if_due()

    def _report(self, track: Playing[RtpSource]) -> None:
        block = track.receiver.report_block()
        if block is not None:
            report = build(ReceiverReport(self._ssrc, (block,)))
            track.path.send_rtcp(report + build(SourceDescription(((self._ssrc, "commandwall"),))))
