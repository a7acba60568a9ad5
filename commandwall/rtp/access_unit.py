"""What ingest hands on for every picture of a feed, whatever its codec."""

from __future__ import annotations


class AccessUnit:
    """One encoded picture (H.264 section 7.4.1.2, H.265 section 7.4.2.4, or one JPEG image).

    ``data``: Annex B with 4-byte start codes, parameter sets in front of every key frame and
    nowhere else unless they change; a whole JFIF file for MJPEG.
    ``pts_90k``: presentation time in 90 kHz ticks since the session's first packet; never wraps.
    ``key``: decoding can begin here.
    ``damaged``: something was lost in it, or between the last intact key frame and it.
    ``arrival_ns``: when its last packet was read, CLOCK_MONOTONIC.
    ``capture_utc_ns``: when the camera says it was taken, UTC; 0 before the first sender report.

    A plain slotted class: one is made for every frame of every feed. Nobody changes it.
    """

    __slots__ = ("arrival_ns", "capture_utc_ns", "damaged", "data", "key", "pts_90k")

    def __init__(
        self, data: bytes, pts_90k: int, key: bool, damaged: bool, arrival_ns: int, capture_utc_ns: int
    ) -> None:
        self.data = data
        self.pts_90k = pts_90k
        self.key = key
        self.damaged = damaged
        self.arrival_ns = arrival_ns
        self.capture_utc_ns = capture_utc_ns

    def __repr__(self) -> str:
        marks = f"{' key' if self.key else ''}{' damaged' if self.damaged else ''}"
        return f"<AccessUnit {len(self.data)} bytes, pts {self.pts_90k}{marks}>"
