"""What a simulated participant shows, encoded once: a loop of pictures in step with UTC.

Picture ``i`` of the loop is taken whenever UTC is ``i`` pictures into it, so the frame number in its
bar code is a time: how old a picture is when it is seen follows, up to the length of the loop,
without anything having to be encoded live. Cameras of conferences send key frames when asked, so
the loop is kept in several versions that differ in where their key frame is.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from pathlib import Path

from commandwall.rtp.h264_packetise import packetise_h264
from simulators.barcode import Kind
from simulators.conference.portrait import Portrait
from simulators.encoder import Encoder
from simulators.loopfile import Unit, cache_folder, read_loop, write_loop
from simulators.spec import VideoSpec
from simulators.stamp import Stamp

LOOKS_VERSION = 2
"""Counts changes of what participants look like; what was encoded of another version is not used."""
PEOPLE = VideoSpec(640, 360, 15, 500_000, constrained_baseline=True)
CONTENT = VideoSpec(1280, 720, 15, 1_500_000, constrained_baseline=True)
CODE_BEGINS = 0.15
"""Where the bar code is, as a share of the height from the top: a wall's clock does not cover it there."""
KEY_APART = 3
"""Pictures from where one version has its key frame to where the next one has it."""

_GOLDEN = 0.6180339887
_MTU = 1200


@dataclass(frozen=True, slots=True)
class Film:
    """The versions of a loop: ``payloads[version][picture]`` is an access unit as RTP payloads.

    Version ``v`` has its key frame at picture ``v * KEY_APART``.
    """

    number: int
    spec: VideoSpec
    payloads: tuple[tuple[list[bytes], ...], ...]


def loop_pictures(spec: VideoSpec) -> int:
    """Return how many pictures a loop has: one group of pictures."""
    return spec.gop


def offset_s(number: int, spec: VideoSpec) -> float:
    """Return by how much the pictures of that participant are taken after whole pictures of UTC.

    Cameras don't all take theirs at once.
    """
    return number * _GOLDEN % 1.0 / spec.fps


def age_ms(number: int, picture: int, seen_ms: float, spec: VideoSpec = PEOPLE) -> float:
    """Return how old ``picture`` of a participant's loop was when it was seen (UTC, ms), less than a loop."""
    taken_ms = 1000 * (picture / spec.fps + offset_s(number, spec))
    return (seen_ms - taken_ms) % (1000 * loop_pictures(spec) / spec.fps)


def film(number: int, name: str, spec: VideoSpec, cache: Path) -> Film:
    """Return the film of a participant, from ``cache`` (a folder) or made now, which takes a second."""
    path = (
        cache_folder(cache, spec, None)
        / f"peer{LOOKS_VERSION}-{number:04}-{binascii.crc32(name.encode()):08x}.loop"
    )
    count = loop_pictures(spec)
    units = read_loop(path)
    if units is None or len(units) != count * (count // KEY_APART):
        units = _encoded(number, name, spec)
        write_loop(path, units)
    packets = [packetise_h264(unit.data, _MTU) for unit in units]
    return Film(number, spec, tuple(tuple(packets[i : i + count]) for i in range(0, len(packets), count)))


def _encoded(number: int, name: str, spec: VideoSpec) -> list[Unit]:
    """Return all versions of the loop one after the other, each in the order of its pictures."""
    count = loop_pictures(spec)
    portrait = Portrait(number, spec.width, spec.height)
    stamp = Stamp(name, number, spec.width, spec.height, CODE_BEGINS)
    pictures = [portrait.render(index / count) for index in range(count)]
    for index, picture in enumerate(pictures):
        stamp.burn(picture, Kind.FRAME, index)
    units: list[Unit] = []
    for first in range(0, count, KEY_APART):
        encoder = Encoder(spec)
        turned = [unit for picture in pictures[first:] + pictures[:first] for unit in encoder.encode(picture)]
        units += turned[count - first :] + turned[: count - first]
    return units
