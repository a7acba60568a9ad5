"""Faults in what the camera's encoder makes of its pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulators.faults.fault import Fault
from simulators.spec import Codec, VideoSpec, parse_spec

MAX_GROUP_S, MAX_B_FRAMES, MAX_SLICES = 120, 4, 16
_PREDICTING = frozenset({Codec.H264, Codec.H265})


@dataclass
class LongGroups(Fault):
    """Sends a key frame only every ``seconds`` seconds (whole ones, up to 120)."""

    kind = "group_of_pictures"
    codecs = _PREDICTING
    seconds: int

    def record(self, specs: list[VideoSpec]) -> list[VideoSpec]:
        """Encode with that distance of key frames."""
        return [replace(spec, gop_s=max(1, min(self.seconds, MAX_GROUP_S))) for spec in specs]


@dataclass
class BFrames(Fault):
    """Puts ``count`` (up to 4) B-frames between two others: pictures are not sent in the order shown."""

    kind = "b_frames"
    codecs = _PREDICTING
    count: int = 2

    def record(self, specs: list[VideoSpec]) -> list[VideoSpec]:
        """Encode with B-frames."""
        return [replace(spec, b_frames=max(0, min(self.count, MAX_B_FRAMES))) for spec in specs]


@dataclass
class Slices(Fault):
    """Cuts every picture into ``count`` (up to 16) slices."""

    kind = "slices"
    codecs = frozenset({Codec.H264})
    count: int = 4

    def record(self, specs: list[VideoSpec]) -> list[VideoSpec]:
        """Encode so many slices."""
        return [replace(spec, slices=max(1, min(self.count, MAX_SLICES))) for spec in specs]


@dataclass
class OtherSize(Fault):
    """Changes to pictures of ``size`` (as 640x360) for every second loop, in the middle of the stream."""

    kind = "size_change"
    size: str

    def record(self, specs: list[VideoSpec]) -> list[VideoSpec]:
        """Follow every loop by one of the other size. Raises InvalidError for what is no size."""
        other = parse_spec(f"{self.size}@1:100k")
        out = []
        for spec in specs:
            out += [spec, replace(spec, width=other.width, height=other.height)]
        return out


@dataclass
class FrozenPicture(Fault):
    """Shows one picture for ever, while its clock runs and frames are sent."""

    kind = "frozen_picture"

    def record(self, specs: list[VideoSpec]) -> list[VideoSpec]:
        """Encode the first picture again and again."""
        return [replace(spec, frozen=True) for spec in specs]


KINDS: tuple[type[Fault], ...] = (LongGroups, BFrames, Slices, OtherSize, FrozenPicture)
