"""One voice on its way to the mix: from packets in any order to as many samples as each tick takes."""

from __future__ import annotations

import numpy as np

from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.conference.concealment import Concealer
from commandwall.conference.jitter import TOLERANCE, JitterBuffer, SoundPacket
from commandwall.conference.resample import STEP_LIMIT, WINDOW
from commandwall.conference.stretch import SPLICEABLE, lengthened, quiet, shortened
from commandwall.ipc.sound_messages import VoiceFault
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples, SoundDecoder
from commandwall.model.access_unit import AccessUnit, StreamInfo

_PIECE = FRAME_SAMPLES // 2
_SPLICE_FROM = SAMPLE_RATE * 15 // 1000
"""A delay that is this far from the best one is mended by splices; a nearer one by the speed."""
_SPLICE_EVERY = 3
_SKIP_FROM = SAMPLE_RATE * 3 // 10
_WAIT_WITHIN = FRAME_SAMPLES
_SPEED_PER_SAMPLE = STEP_LIMIT / (SAMPLE_RATE * 10 / 1000)
_SILENT_AFTER = 2 * SAMPLE_RATE
_UNREADABLE = 10


class Voice:
    """Decodes one participant's voice just in time. Belongs to the event loop; ``now`` is in samples.

    ``delay`` is how long after the fastest packets its sound is played, ``speed`` by how much faster or
    slower the next block is to be played for that to become what :class:`Arrivals` finds best.
    ``lost`` and ``concealed`` count samples.
    """

    __slots__ = (
        "_base", "_buffer", "_concealer", "_decoder", "_end", "_failures", "_heard_at", "_held", "_paused",
        "_since_splice", "concealed", "connected", "delay", "lost", "place", "speed",
    )  # fmt: skip

    def __init__(self) -> None:
        self.connected = False
        self.place = 0.0
        self.speed = 0.0
        self.delay = 0.0
        self.lost = 0
        self.concealed = 0
        self._held: Samples = np.zeros(WINDOW, np.float32)
        self._buffer = JitterBuffer()
        self._concealer = Concealer()
        self._decoder: SoundDecoder | None = None
        self._end = 0
        self._paused = True
        self._failures = 0
        self._heard_at = 0.0
        self._since_splice = 0

    def fault(self, now: float) -> VoiceFault:
        """Return why nothing is heard of it."""
        if not self.connected:
            return VoiceFault.ABSENT
        if self._failures >= _UNREADABLE:
            return VoiceFault.UNREADABLE
        return VoiceFault.SILENT if now - self._heard_at > _SILENT_AFTER else VoiceFault.NONE

    # ---- from the bus

    def begin(self, now: float) -> None:
        """Expect a new publication: nothing of the last one fits it."""
        self.connected = True
        self._buffer = JitterBuffer()
        self._decoder = None
        self._failures = 0
        self._heard_at = now

    def describe(self, info: StreamInfo) -> None:
        """Decode what comes as ``info`` says from now on; what cannot be is silent."""
        if self._decoder is not None and self._decoder.info == info:
            return
        try:
            self._decoder, self._failures = SoundDecoder(info), 0
        except CommandwallError:
            self.refuse()

    def refuse(self) -> None:
        """Take note that what comes is no sound."""
        self._decoder, self._failures = None, _UNREADABLE

    def push(self, unit: AccessUnit, now: float) -> None:
        """Take a frame that arrived ``now``."""
        if self._decoder is None:
            return
        try:
            samples = self._decoder.samples(unit.data)
        except ProtocolError:
            self._failures += 1
            return
        start = unit.pts_90k * 8 // 15
        self._heard_at = now
        self._buffer.push(SoundPacket(start, samples, unit.data), now)

    def end(self) -> None:
        """Take note that nothing more comes for now; what is there is played."""
        self.connected = False

    # ---- to the mix

    def window(self, now: float) -> Samples:
        """Return the next ``WINDOW`` samples, whatever has come by ``now``; sets ``speed``."""
        if self._buffer.restarted and self._buffer.first is not None:
            self._restart(now)
        while len(self._held) < WINDOW:
            self._held = np.concatenate((self._held, self._next(now)))
        self._steer(now)
        return self._held[:WINDOW]

    def moved(self, count: int, place: float) -> None:
        """Take note that ``count`` samples of the window are played, and where the next block begins."""
        self._held = self._held[count:]
        self.place = place

    def _restart(self, now: float) -> None:
        """Play what comes first when it is as old as is best."""
        self._buffer.restarted = False
        self._paused = True
        self._end = self._due(now) + len(self._held)

    def _due(self, now: float) -> int:
        """Return what is best played ``now``, by the sender's clock."""
        return int(now - self._buffer.arrivals.base - self._buffer.arrivals.target)

    def _late(self, now: float) -> float:
        """Return by how much the delay is longer than is best."""
        return self._due(now) - (self._end - len(self._held))

    def _steer(self, now: float) -> None:
        arrivals = self._buffer.arrivals
        if arrivals.none:
            self.speed, self.delay = 0.0, 0.0
            return
        late = self._late(now)
        self.delay = late + arrivals.target
        self.speed = min(max(late * _SPEED_PER_SAMPLE, -STEP_LIMIT), STEP_LIMIT)
        if late > _SKIP_FROM and len(self._buffer):
            self._end += int(late)
            self._concealer.made(0)

    def _next(self, now: float) -> Samples:
        """Return some samples that follow those that are held."""
        packet = self._buffer.take(self._end)
        if packet is None:
            return self._missing(now)
        samples = self._decoded(packet)
        if samples is None:
            return self._missing(now)
        overlap = self._end - packet.start
        if overlap > TOLERANCE:
            samples = samples[overlap:]
            self._concealer.made(0)
        samples = self._spliced(samples, self._late(now))
        self._end = packet.end
        self._paused = packet.before_silence
        return self._concealer.heard(samples)

    def _decoded(self, packet: SoundPacket) -> Samples | None:
        if self._decoder is None:
            return None
        try:
            samples = self._decoder.decode(packet.data)
        except ProtocolError:
            self._failures += 1
            return None
        self._failures = 0
        return samples

    def _missing(self, now: float) -> Samples:
        """Return what is made up; wait with that, if there is time, rather than leave sound out."""
        arrivals, first = self._buffer.arrivals, self._buffer.first
        if arrivals.none:
            return self._concealer.made(_PIECE)
        if self._paused:  # nobody hears it: be where it is best
            self._end = self._due(now) + len(self._held)
        count = _PIECE if first is None else min(_PIECE, max(first.start - self._end, 1))
        if self._paused:
            self._end = self._end + count if first is None else min(self._end + count, first.start)
            return self._concealer.made(count)
        if self._late(now) >= -_WAIT_WITHIN:
            self._end += count
            self.lost += count
        self.concealed += count
        self._paused = self._concealer.spent
        return self._concealer.made(count)

    def _spliced(self, samples: Samples, late: float) -> Samples:
        """Return ``samples``, shorter or longer where that brings the delay nearer to what is best."""
        self._since_splice += 1
        if abs(late) < _SPLICE_FROM or len(samples) < SPLICEABLE:
            return samples
        if self._since_splice < _SPLICE_EVERY and not quiet(samples):
            return samples
        self._since_splice = 0
        return shortened(samples) if late > 0 else lengthened(samples)
