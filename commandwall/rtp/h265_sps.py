"""The H.265 sequence parameter set (section 7.3.2.2), as far as a wall needs it."""

from __future__ import annotations

from commandwall.rtp.annexb import unescape
from commandwall.rtp.bits import BitReader
from commandwall.rtp.codec import CodecParameters, check_size

_PROFILES = {1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Rext"}


def parse_h265_sps(nal: bytes) -> CodecParameters:
    """Parse ``nal`` (header bytes included).

    Raises ProtocolError if it is cut short or describes no picture that can exist.
    """
    reader = BitReader(unescape(nal[2:512]))
    reader.bits(4)
    sub_layers = reader.bits(3)
    reader.flag()
    reader.bits(3)
    profile = reader.bits(5)
    reader.bits(32 + 48)
    level = reader.bits(8)
    _skip_sub_layers(reader, sub_layers)
    reader.ue()
    chroma = reader.ue()
    if chroma == 3:
        reader.flag()
    width, height = reader.ue(), reader.ue()
    if reader.flag():
        left, right, top, bottom = reader.ue(), reader.ue(), reader.ue(), reader.ue()
        width -= (2 if chroma in (1, 2) else 1) * (left + right)
        height -= (2 if chroma == 1 else 1) * (top + bottom)
    check_size("H.265", width, height)
    return CodecParameters("hevc", width, height, _PROFILES.get(profile, str(profile)), f"{level / 30:g}")


def _skip_sub_layers(reader: BitReader, count: int) -> None:
    """Pass over what the profile of each temporal sub-layer says (section 7.3.3)."""
    if not count:
        return
    present = [(reader.flag(), reader.flag()) for _ in range(count)]
    reader.bits(2 * (8 - count))
    for has_profile, has_level in present:
        reader.bits(88 * has_profile + 8 * has_level)
