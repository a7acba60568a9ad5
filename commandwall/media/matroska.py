"""Writing Matroska files (RFC 9559) of pictures and sound that are encoded already."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from av.stream import Stream

from commandwall.base.clock import RTP_CLOCK_HZ
from commandwall.base.errors import CommandwallError

_TIME_BASE = Fraction(1, RTP_CLOCK_HZ)
_OPTIONS = {"cluster_time_limit": "1000", "flush_packets": "1"}
"""What is lost when the machine stops: a second. The file is whole up to there."""


class MatroskaWriter:
    """One file with a track of H.264 and one of Opus; in one thread. Methods raise :class:`CommandwallError`.

    Times of each track have to grow; what does not is moved on by the least step.
    """

    def __init__(self, path: Path, key_frame: bytes, sample_rate: int, channels: int) -> None:
        """Begin the file; ``key_frame`` (Annex B, with parameter sets) says what the pictures are."""
        self._path = path
        self._last: dict[int, int] = {}
        try:
            with av.open(BytesIO(key_frame), format="h264") as likeness:
                self._file = av.open(str(path), "w", format="matroska", options=_OPTIONS)
                self._picture = self._file.add_stream_from_template(likeness.streams.video[0])
            self._picture.time_base = _TIME_BASE
            self._sound = self._file.add_stream("libopus", rate=sample_rate)
            self._sound.codec_context.layout = "mono" if channels == 1 else "stereo"
            self._file.start_encoding()
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def write_picture(self, data: bytes, pts_90k: int, *, key: bool) -> None:
        """Write an access unit."""
        self._write(self._picture, data, pts_90k, key=key)

    def write_sound(self, data: bytes, pts_90k: int) -> None:
        """Write an Opus packet."""
        self._write(self._sound, data, pts_90k, key=True)

    def close(self) -> None:
        """Finish the file."""
        try:
            self._file.close()
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def _write(self, stream: Stream, data: bytes, pts_90k: int, *, key: bool) -> None:
        pts_90k = max(pts_90k, self._last.get(stream.index, -1) + RTP_CLOCK_HZ // 1000)
        self._last[stream.index] = pts_90k
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, _TIME_BASE
        packet.pts = packet.dts = pts_90k
        packet.is_keyframe = key
        try:
            self._file.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> CommandwallError:
        return CommandwallError(
            "{file}: {error}", file=self._path.name, error=getattr(error, "strerror", error)
        )
