from __future__ import annotations

import pytest

from commandwall.base.errors import ProtocolError
from commandwall.rtp.bits import BitReader


def test_bits_and_flags() -> None:
    reader = BitReader(b"\xa5\x0f")
    assert (reader.flag(), reader.bits(3), reader.bits(4), reader.bits(8)) == (True, 2, 5, 15)


@pytest.mark.parametrize(
    ("bits", "unsigned", "signed"), [("1", 0, 0), ("010", 1, 1), ("011", 2, -1), ("00100", 3, 2)]
)
def test_exp_golomb(bits: str, unsigned: int, signed: int) -> None:
    data = int(bits.ljust(8, "0"), 2).to_bytes(1, "big")
    assert BitReader(data).ue() == unsigned
    assert BitReader(data).se() == signed


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00" * 40])
def test_the_end_and_endless_codes_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        BitReader(data).ue()
