"""The H.264 sequence parameter set (section 7.3.2.1.1), as far as a wall needs it."""

from __future__ import annotations

from commandwall.base.errors import ProtocolError
from commandwall.rtp.annexb import unescape
from commandwall.rtp.bits import BitReader
from commandwall.rtp.codec import CodecParameters, check_size

_HIGH_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))
_PROFILES = {66: "Baseline", 77: "Main", 88: "Extended", 100: "High", 110: "High 10", 122: "High 4:2:2"}
_CONSTRAINED = 0x40
_MACROBLOCK = 16


def parse_h264_sps(nal: bytes) -> CodecParameters:
    """Parse ``nal`` (header byte included).

    Raises ProtocolError if it is cut short or describes no picture that can exist.
    """
    reader = BitReader(unescape(nal[1:512]))
    profile, constraints, level = reader.bits(8), reader.bits(8), reader.bits(8)
    reader.ue()
    chroma = _chroma_format(reader) if profile in _HIGH_PROFILES else 1
    reader.ue()
    _skip_order_count(reader)
    reader.ue()
    reader.flag()
    width = (reader.ue() + 1) * _MACROBLOCK
    map_height = (reader.ue() + 1) * _MACROBLOCK
    frames_only = reader.flag()
    if not frames_only:
        reader.flag()
    reader.flag()
    height = map_height * (1 if frames_only else 2)
    if reader.flag():
        left, right, top, bottom = reader.ue(), reader.ue(), reader.ue(), reader.ue()
        unit_x = 2 if chroma in (1, 2) else 1
        unit_y = (2 if chroma == 1 else 1) * (1 if frames_only else 2)
        width -= unit_x * (left + right)
        height -= unit_y * (top + bottom)
    check_size("H.264", width, height)
    return CodecParameters("h264", width, height, _profile_name(profile, constraints), f"{level / 10:g}")


def _profile_name(profile: int, constraints: int) -> str:
    name = _PROFILES.get(profile, str(profile))
    return f"Constrained {name}" if profile == 66 and constraints & _CONSTRAINED else name


def _chroma_format(reader: BitReader) -> int:
    """Read what only the high profiles have; return chroma_format_idc."""
    chroma = reader.ue()
    if chroma == 3:
        reader.flag()
    reader.ue()
    reader.ue()
    reader.flag()
    if reader.flag():
        for index in range(12 if chroma == 3 else 8):
            if reader.flag():
                _skip_scaling_list(reader, 16 if index < 6 else 64)
    return chroma


def _skip_scaling_list(reader: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + reader.se()) % 256
        last = following or last


def _skip_order_count(reader: BitReader) -> None:
    kind = reader.ue()
    if kind == 0:
        reader.ue()
    elif kind == 1:
        reader.flag()
        reader.se()
        reader.se()
        count = reader.ue()
        if count > 255:
            raise ProtocolError(f"an H.264 parameter set has a picture order cycle of {count}")
        for _ in range(count):
            reader.se()
