"""``commandwall probe``: opens one stream as the daemon would and says what comes."""

from __future__ import annotations

import asyncio
import json
import statistics
from dataclasses import asdict, dataclass, field

import typer
from rich.console import Console
from rich.table import Table

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_ns, utc_ns
from commandwall.base.errors import CommandwallError
from commandwall.model.access_unit import AccessUnit
from commandwall.model.clock import ClockFigures, ClockSource
from commandwall.rtp.quirks import Quirk
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.session import RtspSession

_JITTER_NOTABLE_S = 0.1
_NS_PER_MS = 1_000_000


@dataclass(slots=True)
class Watched:
    """What was seen of a stream: one entry an access unit. Filled on the event loop."""

    pts_90k: list[int] = field(default_factory=list)
    arrivals_ns: list[int] = field(default_factory=list)
    key_pts_90k: list[int] = field(default_factory=list)
    size_bytes: int = 0
    skews_ns: list[int] = field(default_factory=list)

    def take(self, unit: AccessUnit) -> None:
        """Note one access unit."""
        self.pts_90k.append(unit.pts_90k)
        self.arrivals_ns.append(unit.arrival_ns)
        self.size_bytes += len(unit.data)
        if unit.capture_utc_ns:
            self.skews_ns.append(unit.capture_utc_ns - unit.arrival_ns - utc_ns() + monotonic_ns())
        if unit.key:
            self.key_pts_90k.append(unit.pts_90k)

    @property
    def fps(self) -> float:
        """Pictures a second by the camera's own clock; 0 with fewer than two."""
        span = self.pts_90k[-1] - self.pts_90k[0] if self.pts_90k else 0
        return (len(self.pts_90k) - 1) * RTP_CLOCK_HZ / span if span > 0 else 0.0

    @property
    def bitrate_bps(self) -> float:
        """Bits a second by the time of arrival; 0 with fewer than two pictures."""
        span_ns = self.arrivals_ns[-1] - self.arrivals_ns[0] if self.arrivals_ns else 0
        return self.size_bytes * 8 * NS_PER_S / span_ns if span_ns > 0 else 0.0

    @property
    def keyframe_interval_s(self) -> float:
        """Median time between key frames; 0 with fewer than two."""
        gaps = [b - a for a, b in zip(self.key_pts_90k, self.key_pts_90k[1:], strict=False)]
        return statistics.median(gaps) / RTP_CLOCK_HZ if gaps else 0.0

    @property
    def clock(self) -> ClockFigures:
        """The camera's clock against that of this machine, by the pictures that were held up least."""
        if not self.skews_ns:
            return ClockFigures()
        return ClockFigures(ClockSource.RTCP, round(max(self.skews_ns) / _NS_PER_MS, 1))

    def quirks(self, session: RtspSession) -> list[str]:
        """Return what is unusual, in words."""
        stats = session.stats
        gaps = [b - a for a, b in zip(self.pts_90k, self.pts_90k[1:], strict=False)]
        delays = [
            a / NS_PER_S - p / RTP_CLOCK_HZ for a, p in zip(self.arrivals_ns, self.pts_90k, strict=True)
        ]
        found = [
            (not self.key_pts_90k, "no key frame while watching: pictures appear late"),
            (any(gap <= 0 for gap in gaps), "timestamps stand still or go back (B-frames or a faulty clock)"),
            (bool(delays) and max(delays) - min(delays) > _JITTER_NOTABLE_S, "pictures arrive in bursts"),
            (self.clock.skew_ms is None, "no RTCP sender report: the camera's clock is unknown"),
            (self.clock.off, f"the camera's clock is off by {self.clock.skew_words}: set it, or give it NTP"),
            (stats.malformed > 0, f"{stats.malformed} malformed packets"),
            (stats.late > 0, f"{stats.late} packets late or twice"),
            (stats.restarts > 0, f"the RTP source started anew {stats.restarts} times"),
            (session.unassigned_frames > 0, f"{session.unassigned_frames} frames on unassigned channels"),
        ]
        borne = [str(quirk) for quirk in Quirk if quirk in session.quirks]
        return borne + [words for true, words in found if true]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a stream turned out to be, in figures; ``keyframe_interval_s`` is 0 where it is unknown.

    ``audio`` is its sound's codec, rate and channels, or why it is not received.
    ``clock_skew_ms`` is the camera's clock minus this machine's, ``None`` where it is unknown.
    """

    codec: str
    profile: str
    width: int
    height: int
    fps: float
    bitrate_bps: int
    keyframe_interval_s: float
    packets: int
    lost_packets: int
    pictures: int
    damaged: int
    audio: str
    clock_skew_ms: float | None
    quirks: tuple[str, ...]


async def watch_stream(request: StreamRequest, seconds: float) -> Finding:
    """Watch a stream for ``seconds``; raises :class:`CommandwallError` with the reason if that fails.

    Its sound is looked at where ``request`` asks for it.
    """
    watched = Watched()
    async with RtspClient.open(request, on_access_unit=watched.take) as session:
        try:
            await asyncio.wait_for(session.closed(), seconds)
        except TimeoutError:
            if watched.pts_90k:
                return _finding(request, watched, session)
    raise CommandwallError(f"PLAY: no picture within {seconds:g} s")


def _finding(request: StreamRequest, watched: Watched, session: RtspSession) -> Finding:
    codec, stats = session.codec, session.stats
    return Finding(
        codec.name,
        " ".join(filter(None, (codec.profile, codec.level))),
        codec.width,
        codec.height,
        round(watched.fps, 2),
        round(watched.bitrate_bps),
        round(watched.keyframe_interval_s, 2),
        stats.packets,
        stats.lost,
        stats.access_units,
        stats.damaged,
        _sound(session) if request.audio else "not asked for",
        watched.clock.skew_ms,
        tuple(watched.quirks(session)),
    )


def _sound(session: RtspSession) -> str:
    audio = session.audio
    if audio is None:
        return str(session.audio_fault or "none")
    return f"{audio.name}, {audio.sample_rate} Hz, {audio.channels} ch"


async def run_probe(request: StreamRequest, seconds: float, as_json: bool) -> None:
    """Watch a stream for ``seconds`` and print the figures; raises as :func:`watch_stream` does."""
    found = await watch_stream(request, seconds)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        _print(found)


def _print(found: Finding) -> None:
    expected = found.packets + found.lost_packets
    rows = {
        "codec": f"{found.codec} {found.profile}".strip(),
        "size": f"{found.width} x {found.height}",
        "rate": f"{found.fps:.2f} fps",
        "bit rate": f"{found.bitrate_bps / 1000:.0f} kb/s",
        "key-frame interval": f"{found.keyframe_interval_s:.2f} s"
        if found.keyframe_interval_s
        else "unknown",
        "packets": f"{found.packets}, {found.lost_packets} lost ({found.lost_packets / expected:.2%})"
        if expected
        else "0",
        "sound": found.audio,
        "pictures": f"{found.pictures}, {found.damaged} damaged",
        "clock": "unknown" if found.clock_skew_ms is None else f"{found.clock_skew_ms:+.0f} ms",
        "quirks": "; ".join(found.quirks) or "none",
    }
    table = Table(show_header=False, box=None)
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table, highlight=False)
