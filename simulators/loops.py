"""Serving encoded loops: each client gets the loop from its first frame on, in real time."""

from __future__ import annotations

from collections.abc import Sequence

from commandwall.base.clock import NS_PER_S, Clock, monotonic_s, utc_ns
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_audio import audio_packets, audio_rtp_format
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender
from commandwall.rtsp.server_video import VideoPayload
from simulators.loopfile import Unit
from simulators.pacer import Pacer
from simulators.sound import Sound

_GOLDEN = 0.6180339887
_MAX_LAG_S = 1.0
"""A farm that was stopped for longer goes on from now instead of sending what it missed."""


class Loop:
    """A ``Track`` that plays ``frames`` for ever, to each client from the first one on.

    ``rate`` is how many go out a second, ``delays`` how many frames later each is shown. ``number``
    shifts when in a frame's time this camera sends, so that cameras don't send all at once.
    """

    kind = "video"

    def __init__(
        self,
        fmt: RtpFormat,
        frames: Sequence[PacketFrame],
        delays: Sequence[int],
        rate: float,
        number: int,
        pacer: Pacer,
        clock: Clock,
    ) -> None:
        self.format = fmt
        self.frames = frames
        self.delays = delays
        self.rate = rate
        self._shift_s = number * _GOLDEN % 1.0 / rate
        self._pacer = pacer
        self._clock = clock
        self._players: dict[TrackSender, LoopPlayer] = {}

    def hold(self, sender: TrackSender) -> None:
        """Give ``sender`` nothing while it does not play."""
        self.stop(sender)

    def play(self, sender: TrackSender) -> None:
        """Begin with the first frame at this camera's next turn."""
        now_s = self._clock()
        turn = (now_s - self._shift_s) * self.rate
        begin_s = self._shift_s + (int(turn) + 1) / self.rate
        player = LoopPlayer(self, sender, begin_s, utc_ns() - round(now_s * NS_PER_S))
        self._players[sender] = player
        self._pacer.add(player, begin_s)

    def stop(self, sender: TrackSender) -> None:
        """Send nothing more to ``sender``."""
        player = self._players.pop(sender, None)
        if player is not None:
            player.active = False


class LoopTrack(Loop):
    """The pictures of a camera: ``units`` at ``fps``, sent as ``payload``."""

    def __init__(
        self,
        units: Sequence[Unit],
        payload: VideoPayload,
        fps: int,
        number: int,
        pacer: Pacer,
        clock: Clock = monotonic_s,
    ) -> None:
        frames = [payload.packets(unit.data, key=unit.key) for unit in units]
        delays = [unit.delay for unit in units]
        super().__init__(payload.format(units[0].data), frames, delays, fps, number, pacer, clock)


class SoundLoop(Loop):
    """The sound of a camera."""

    kind = "audio"

    def __init__(self, sound: Sound, number: int, pacer: Pacer, clock: Clock = monotonic_s) -> None:
        fmt, name = audio_rtp_format(sound.parameters), sound.parameters.name
        frames = [audio_packets(name, frame, fmt.payload_type) for frame in sound.frames]
        super().__init__(fmt, frames, [0] * len(frames), sound.rate, number, pacer, clock)


class LoopPlayer:
    """One client of a loop: where in the loop it is, and when its next frame is due."""

    __slots__ = (
        "_clock_hz", "_delays", "_deliver", "_due_s", "_frames", "_index", "_period_s", "_step", "_ticks",
        "_utc_offset_ns", "active",
    )  # fmt: skip

    def __init__(self, track: Loop, sender: TrackSender, begin_s: float, utc_offset_ns: int) -> None:
        self._frames = track.frames
        self._delays = track.delays
        self._deliver = sender.deliver
        self._due_s = begin_s
        self._period_s = 1 / track.rate
        self._clock_hz = track.format.clock_hz
        self._step = self._clock_hz / track.rate
        self._utc_offset_ns = utc_offset_ns
        self._index = 0
        self._ticks = 0.0
        self.active = True

    def send(self, now_s: float) -> float:
        """Send the frame if it is due and return when the next one is."""
        due_s = self._due_s
        if due_s > now_s:
            return due_s
        if now_s - due_s > _MAX_LAG_S:
            self._ticks += (now_s - due_s) * self._clock_hz
            due_s = now_s
        delay = self._delays[self._index]
        captured_ns = int((due_s + delay * self._period_s) * NS_PER_S) + self._utc_offset_ns
        shown = int(self._ticks + delay * self._step)
        self._deliver(self._frames[self._index], shown, captured_ns)
        self._index = (self._index + 1) % len(self._frames)
        self._ticks += self._step
        self._due_s = due_s + self._period_s
        return self._due_s
