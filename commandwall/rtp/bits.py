"""Reading bits and Exp-Golomb codes (H.264 section 9.1), for parameter sets and slice headers."""

from __future__ import annotations

from commandwall.base.errors import ProtocolError


class BitReader:
    """Reads ``data`` from its first bit on. Every read raises ProtocolError at the end of the data."""

    __slots__ = ("_left", "_value")

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    @property
    def left(self) -> int:
        """How many bits have not been read."""
        return self._left

    def bits(self, count: int) -> int:
        """Return the next ``count`` bits as an unsigned number."""
        self._left -= count
        if self._left < 0:
            raise ProtocolError("a parameter set ends too early")
        return self._value >> self._left & (1 << count) - 1

    def flag(self) -> bool:
        """Return the next bit."""
        return self.bits(1) == 1

    def ue(self) -> int:
        """Return the next unsigned Exp-Golomb code."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 32:
                raise ProtocolError("a parameter set holds a number that is too large")
        return (1 << zeros) - 1 + self.bits(zeros)

    def se(self) -> int:
        """Return the next signed Exp-Golomb code."""
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)
