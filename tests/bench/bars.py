"""What has to be reached, and whether it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a figure stands to its bars."""

    AHEAD = "ahead"
    """Both bars are reached."""
    PASS = "pass"
    """What is required is reached."""
    FAIL = "FAIL"
    MISSING = "not measured"


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure's bars: what is ``required`` now and what is ``wanted`` in the end, where there are any.

    The figure may be at most the bar, or, with ``at_least``, must be at least the bar.
    """

    figure: str
    what: str
    unit: str
    required: float | None
    wanted: float | None
    at_least: bool = False

    def verdict(self, value: float | None) -> Verdict:
        """Return how ``value`` stands."""
        if value is None:
            return Verdict.MISSING
        if not self._reaches(value, self.wanted if self.required is None else self.required):
            return Verdict.FAIL
        return Verdict.AHEAD if self._reaches(value, self.wanted) else Verdict.PASS

    def _reaches(self, value: float, bar: float | None) -> bool:
        if bar is None:
            return True
        return value >= bar if self.at_least else value <= bar


_GRID_8 = "8x8 of 640x360@15"
_GRID_10 = "10x10 of 640x360@15"
_GRID_20 = "20x20 of 352x288@12"
_ALL = 99.9
"""Every frame, in per cent: counters are told once a second, so one frame in a thousand may be cut."""
_ALL_BY_TIME = 99.0
"""The same where frames are compared with rate times time, which is known to one per cent."""

BARS = (
    Bar(
        "ingest.received_pct",
        "400 sub feeds, none shown: frames received",
        "%",
        _ALL_BY_TIME,
        _ALL_BY_TIME,
        at_least=True,
    ),
    Bar("ingest.lost_packets", "... RTP packets lost", "", 0, 0),
    Bar("ingest.ingest_pct", "... CPU of all ingest workers", "% of a core", 12, 12),
    Bar("ingest.all_live_s", "... all live after start of ingest", "s", 2, 2),
    Bar("ingest.memory_mb", "... memory of the whole tree", "MB", 300, 300),
    Bar(
        "recovery.live_s",
        "400 sub feeds cut off for a minute: all live after they can be had again",
        "s",
        10,
        10,
    ),
    Bar("recovery.attempts_per_s", "... connections begun in any second, at most", "", 400, 400),
    Bar("mains.ingest_pct", "40 main streams of 4 Mb/s, none shown: CPU of ingest", "% of a core", 8, 8),
    Bar("mains.received_pct", "... frames received", "%", _ALL_BY_TIME, _ALL_BY_TIME, at_least=True),
    Bar("mains.lost_packets", "... RTP packets lost", "", 0, 0),
    Bar("wall_8x8.ratio_to_ffmpeg", f"{_GRID_8}: CPU to FFmpeg xstack", "x", 0.75, 0.60),
    Bar("wall_8x8.ratio_to_gstreamer", "... CPU to GStreamer compositor", "x", 0.60, 0.45),
    Bar("wall_8x8.ratio_to_decode", "... CPU to FFmpeg decoding alone", "x", None, 1.15),
    Bar("wall_8x8.shown_pct", "... frames shown", "%", _ALL, _ALL, at_least=True),
    Bar("wall_10x10.ratio_to_ffmpeg", f"{_GRID_10}: CPU to FFmpeg xstack", "x", None, 0.60),
    Bar("wall_10x10.shown_pct", "... frames shown", "%", None, _ALL, at_least=True),
    Bar("wall_20x20.shown_pct", f"{_GRID_20}: frames shown", "%", 98, 99, at_least=True),
    Bar("wall_20x20.late_ticks_pct", "... late ticks", "%", 1, 1),
    Bar("compose.tick_p50_ms", "compose alone, 4K canvas, 64 tiles all new: a tick, median", "ms", None, 4),
    Bar("compose.tick_p95_ms", "... p95", "ms", None, 4),
    Bar("sound.12.tick_ms", "sound alone, 12 voices: a tick of 20 ms, mean", "ms", None, 4),
    Bar("sound.12.through_p95_ms", "... through the mixer, buffer and codecs with it, p95", "ms", None, 60),
    Bar("sound.40.tick_ms", "... 40 voices: a tick", "ms", None, 10),
    Bar("sound.40.encoders", "... mixes encoded for 40 listeners", "", 4, 4),
    Bar(
        "switch.from_1_first_p50_ms", "switch 1 -> 8x8, 400 feeds up: first pictures, median", "ms", 200, None
    ),
    Bar("switch.from_1_first_p95_ms", "... first pictures, p95", "ms", None, 100),
    Bar("switch.from_1_live_p50_ms", "... all live, median", "ms", 800, None),
    Bar("switch.from_1_live_p95_ms", "... all live, p95", "ms", None, 500),
    Bar("switch.from_8x8_first_p50_ms", "switch 8x8 -> other 8x8: first pictures, median", "ms", 200, None),
    Bar("switch.from_8x8_first_p95_ms", "... first pictures, p95", "ms", None, 100),
    Bar("switch.from_8x8_live_p50_ms", "... all live, median", "ms", 800, None),
    Bar("switch.from_8x8_live_p95_ms", "... all live, p95", "ms", None, 500),
    Bar("switch.prepared_first_p95_ms", "switch 8x8 -> prepared 8x8: first pictures, p95", "ms", None, 100),
    Bar("switch.prepared_live_p95_ms", "... all live, p95", "ms", None, 500),
    Bar("switch.pixels_first_p50_ms", "switch 1 -> 8x8 read from pixels: first pictures", "ms", 200, None),
    Bar("switch.pixels_live_p50_ms", "... all live", "ms", 800, None),
    Bar("switch.control_p95_ms", "control call under that load, p95", "ms", 20, 20),
    Bar("switch.watched.memory_mb", "400 feeds, 64 tiles, 2 heads watched: memory", "MB", None, 1200),
    Bar("soak.most_mb", "... for half an hour, with a switch every 10 s: most memory", "MB", None, 1200),
    Bar("soak.growth_pct", "... more in the end than once it has settled", "%", None, 3),
    Bar("crowd.late_ticks_pct", "400 sub feeds 640x360@15 on one wall: late ticks", "%", 1, 1),
    Bar("crowd.oldest_overdue_s", "... oldest tile beyond key-frame interval + 1 s", "s", 0, 0),
    Bar("crowd.pinned_in_full_pct", "... pinned tiles with all their frames", "%", 100, 100, at_least=True),
    Bar("glass.canvas_p95_ms", "live camera to canvas, p95", "ms", 120, 80),
    Bar("glass.chromium_p95_ms", "live camera to Chromium, p95", "ms", 300, 200),
    Bar(
        "conference.join_picture_p95_ms",
        "conference of 12 sites: browser joins, first picture, p95",
        "ms",
        1000,
        1000,
    ),
    Bar("conference.join_sound_p95_ms", "... first sound, p95", "ms", 1000, 1000),
    Bar(
        "conference.glass_p95_ms",
        "... glass to the composed picture at a site's network, p95",
        "ms",
        300,
        300,
    ),
    Bar("conference.chromium_p95_ms", "... glass to Chromium's pixels, p95", "ms", 300, 300),
    Bar("conference.mouth_to_ear_p95_ms", "... mouth to ear, p95", "ms", 200, 200),
    Bar("conference.lip_sync_ms", "... picture and sound of one, apart", "ms", 60, 60),
    Bar("conference.encoders_added", "... encoders more for 20 viewers than for one", "", 0, 0),
    Bar("conference.late_ticks_pct", "... late ticks of its picture", "%", 1, 1),
    Bar("conference.fewest_fps", "... pictures a second at the worst site", "", 14.8, 14.8, at_least=True),
    Bar("conference.gaps", "... gaps in any voice anywhere", "", 0, 0),
    Bar("conference.not_heard_once", "... voices that somebody hears twice or not", "", 0, 0),
    Bar("demo.first_picture_s", "demo of 400 cameras, no cache: first picture", "s", 20, 20),
    Bar("demo.first_all_s", "... all live", "s", 90, 90),
    Bar("demo.again_all_s", "demo again, with its cache: all live", "s", 15, 15),
)


def verdicts(
    figures: Mapping[str, float], measured: frozenset[str]
) -> list[tuple[Bar, float | None, Verdict]]:
    """Return every bar of the scenarios in ``measured`` with its figure and verdict."""
    return [
        (bar, figures.get(bar.figure), bar.verdict(figures.get(bar.figure)))
        for bar in BARS
        if bar.figure.partition(".")[0] in measured
    ]
