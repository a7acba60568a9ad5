"""Serving encoded loops: each client gets the loop from its first frame on, in real time."""

from __future__ import annotations

from collections.abc import Sequence

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, Clock, monotonic_s, utc_ns
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender
from simulators.loopfile import Unit
from simulators.pacer import Pacer

PAYLOAD_TYPE = 96
_GOLDEN = 0.6180339887
_MAX_LAG_S = 1.0
"""A farm that was stopped for longer goes on from now instead of sending what it missed."""


def h264_format(key_frame: bytes) -> RtpFormat:
    """Return the SDP's format for a stream that begins with ``key_frame``."""
    return RtpFormat(PAYLOAD_TYPE, "H264", RTP_CLOCK_HZ, 1, h264_fmtp(key_frame))


class LoopTrack:
    """A ``Track`` that plays ``units`` for ever, to each client from the first one on.

    ``number`` shifts when in a frame's time this camera sends, so that cameras don't send all at once.
    """

    def __init__(
        self, units: Sequence[Unit], fps: int, number: int, pacer: Pacer, clock: Clock = monotonic_s
    ) -> None:
        self.format = h264_format(units[0].data)
        self.frames = [PacketFrame(packetise_h264(unit.data), PAYLOAD_TYPE, key=unit.key) for unit in units]
        self.delays = [unit.delay for unit in units]
        self.fps = fps
        self._shift_s = number * _GOLDEN % 1.0 / fps
        self._pacer = pacer
        self._clock = clock
        self._players: dict[TrackSender, LoopPlayer] = {}

    def play(self, sender: TrackSender) -> None:
        """Begin with the first frame at this camera's next turn."""
        now_s = self._clock()
        turn = (now_s - self._shift_s) * self.fps
        begin_s = self._shift_s + (int(turn) + 1) / self.fps
        player = LoopPlayer(self, sender, begin_s, utc_ns() - round(now_s * NS_PER_S))
        self._players[sender] = player
        self._pacer.add(player, begin_s)

    def stop(self, sender: TrackSender) -> None:
        """Send nothing more to ``sender``."""
        player = self._players.pop(sender, None)
        if player is not None:
            player.active = False


class LoopPlayer:
    """One client of a loop: where in the loop it is, and when its next frame is due."""

    __slots__ = (
        "_delays", "_deliver", "_due_s", "_frames", "_index", "_period_s", "_step_90k", "_time_90k",
        "_utc_offset_ns", "active",
    )  # fmt: skip

    def __init__(self, track: LoopTrack, sender: TrackSender, begin_s: float, utc_offset_ns: int) -> None:
        self._frames = track.frames
        self._delays = track.delays
        self._deliver = sender.deliver
        self._due_s = begin_s
        self._period_s = 1 / track.fps
        self._step_90k = RTP_CLOCK_HZ / track.fps
        self._utc_offset_ns = utc_offset_ns
        self._index = 0
        self._time_90k = 0.0
        self.active = True

    def send(self, now_s: float) -> float:
        """Send the frame if it is due and return when the next one is."""
        due_s = self._due_s
        if due_s > now_s:
            return due_s
        if now_s - due_s > _MAX_LAG_S:
            self._time_90k += (now_s - due_s) * RTP_CLOCK_HZ
            due_s = now_s
        delay = self._delays[self._index]
        captured_ns = int((due_s + delay * self._period_s) * NS_PER_S) + self._utc_offset_ns
        shown_90k = int(self._time_90k + delay * self._step_90k)
        self._deliver(self._frames[self._index], shown_90k, captured_ns)
        self._index = (self._index + 1) % len(self._frames)
        self._time_90k += self._step_90k
        self._due_s = due_s + self._period_s
        return self._due_s
