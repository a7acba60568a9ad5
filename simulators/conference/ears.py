"""What one participant receives as sound: kept as packets for some seconds, decoded only when asked."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

from aiortc.rtp import RtpPacket

from simulators.conference.hearing import Heard, levels_db, listen
from simulators.conference.sound import Sound, SoundPacket, decoded
from simulators.conference.tones import FRAME_S, SAMPLE_RATE

KEPT_S = 60.0
_KEPT = round(KEPT_S / FRAME_S)


class Ears:
    """Keeps the newest packets. Belongs to the event loop; what decodes may run on a thread."""

    def __init__(self) -> None:
        self.first_s: float | None = None
        self._packets: deque[SoundPacket] = deque(maxlen=_KEPT)
        self._ssrc: int | None = None

    def take(self, packet: RtpPacket) -> None:
        """Take an RTP packet; with another source a new recording begins."""
        now_s = time.time()
        if self.first_s is None:
            self.first_s = now_s
        if packet.ssrc != self._ssrc:
            self._ssrc = packet.ssrc
            self._packets.clear()
        self._packets.append(SoundPacket(now_s, packet.timestamp, packet.payload))

    def since(self, begin_s: float) -> list[SoundPacket]:
        """Return the packets that came at ``begin_s`` (UTC, seconds) or later, as long as they are kept."""
        return [packet for packet in list(self._packets) if packet.arrived_s >= begin_s]

    def sound_since(self, begin_s: float) -> Sound:
        """Return the sound that came at ``begin_s`` (UTC, seconds) or later."""
        return decoded(self.since(begin_s))

    def sound(self, seconds: float) -> Sound:
        """Return the sound of the last ``seconds``."""
        return self.sound_since(time.time() - seconds)

    def levels_db(self, frequencies_hz: Iterable[int], seconds: float = 1.0) -> dict[int, float]:
        """Return how loud each tone was in the last ``seconds``, in dB of full scale."""
        return levels_db(self.sound(seconds).samples, frequencies_hz)

    def listen(self, frequency_hz: int, seconds: float) -> Heard:
        """Return how a voice was heard in the last ``seconds``."""
        return listen(self.sound(seconds), frequency_hz)

    @property
    def kept_s(self) -> float:
        """How many seconds of sound are kept now, about."""
        return len(self._packets) * 960 / SAMPLE_RATE
