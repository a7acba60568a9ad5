"""What the payload formats of H.264 and H.265 share: NAL units, fragments, parameter sets."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import ClassVar

from commandwall.base.errors import ProtocolError
from commandwall.rtp.annexb import START_CODE
from commandwall.rtp.codec import MAX_UNIT_BYTES, CodecParameters
from commandwall.rtp.quirks import Quirk

FU_START, FU_END = 0x80, 0x40
"""Bits of the fragmentation header, alike in both formats."""

MAX_PARAMETER_SET_BYTES = 1024
MAX_PARAMETER_SETS = 64

NO_FRAGMENT = -1
LOST_FRAGMENT = -2


class NalFormat:
    """The half of a ``PayloadFormat`` that puts NAL units together. A codec's class knows their types.

    ``_parts`` is the access unit so far, in pieces; ``_fragment`` where in it the NAL unit whose
    fragments are coming begins (start code, header, fragments), or NO_FRAGMENT, or LOST_FRAGMENT
    while the rest of a broken one is passed over. ``_sets`` are the parameter sets by (NAL unit
    type, number), which is the order they are sent in. ``_came`` are the types of those that came since
    the last slice and the last gap, ``_usual`` of those that come in front of key frames here; ``_gap``
    says whether packets are missing since the last slice.
    """

    NEEDED: ClassVar[frozenset[int]]
    """The types of parameter sets without which nothing can be decoded."""

    __slots__ = (
        "_came",
        "_changed",
        "_fragment",
        "_gap",
        "_key",
        "_parts",
        "_sets",
        "_size",
        "_slices",
        "_usual",
        "parameters",
        "pending",
        "quirks",
        "unsure",
    )

    def __init__(self, codec: str) -> None:
        self.parameters = CodecParameters(codec)
        self.quirks: set[Quirk] = set()
        self._sets: dict[tuple[int, int], bytes] = {}
        self._came: set[int] = set()
        self._usual: set[int] = set()
        self._gap = True
        self._fragment = LOST_FRAGMENT
        self._key = self._changed = False
        self._begin()

    def _begin(self) -> None:
        self._parts: list[bytes] = []
        self._slices = 0
        self._size = 0
        self.pending = self.unsure = False

    def _is_slice(self, header: int) -> bool:
        """Return whether the NAL unit whose first byte is ``header`` holds a part of a picture."""
        raise NotImplementedError

    def _push_nal(self, nal: bytes) -> None:
        """Take a whole NAL unit. Raises ProtocolError if it cannot be used."""
        raise NotImplementedError

    def _note_slice(self, *, key: bool) -> None:
        """Count a slice; ``key``: it is one of a key frame."""
        if key and not self._key:
            self._begin_key_frame()
        self._came.clear()
        self._gap = False
        self._slices += 1
        self.pending = True

    def _begin_key_frame(self) -> None:
        """Note that a key frame begins, and whether the parameter sets that it needs are there.

        Those that came with the last one are expected again behind a gap: it is most likely they that
        are missing, and nobody knows whether they were the same as before. Where key frames come
        without (their parameter sets are in the SDP), none are expected, and a gap is no reason to doubt.
        """
        self._key = True
        lost = self._gap and not self._usual <= self._came
        self._usual = self._came | (self._usual if self._gap else set())
        self.unsure = lost or not self.NEEDED.issubset(kind for kind, _ in self._sets)

    def _overflow(self) -> None:
        """Drop an access unit that grew too large. Raises ProtocolError."""
        self._fragment = LOST_FRAGMENT
        self._key = False
        self._begin()
        raise ProtocolError(f"an access unit is larger than {MAX_UNIT_BYTES} bytes")

    def _open_fragment(self, header: bytes, body: bytes) -> None:
        """Begin a NAL unit whose first fragment is ``body``."""
        self._end_fragment()
        self._fragment = len(self._parts)
        self._parts += START_CODE, header, body

    def _start_fragment(self, data: bytes, start: int, end: int) -> None:
        """Open the NAL unit whose first fragment is ``data[start:end]``, and count it if it is a slice."""
        raise NotImplementedError

    def _push_fragment(self, data: bytes, start: int, body: int, end: int) -> None:
        """Take a fragment that begins or ends a NAL unit, or has no beginning.

        ``body`` follows its fragmentation header.
        """
        flags = data[body - 1]
        if flags & FU_START:
            self._start_fragment(data, start, end)
        elif self._fragment >= 0:
            self._parts.append(data[body:end])
        elif self._fragment == NO_FRAGMENT:
            raise ProtocolError(f"a fragment of {self.parameters.name} comes without its beginning")
        if flags & FU_END:
            self._end_fragment()

    def _end_fragment(self) -> None:
        """Close the fragmented NAL unit, if one is open; one without end bit counts as whole."""
        first = self._fragment
        self._fragment = NO_FRAGMENT
        if first >= 0 and not self._is_slice(self._parts[first + 1][0]):
            nal = b"".join(self._parts[first + 1 :])
            del self._parts[first:]
            self._push_nal(nal)

    def _push_sizes(self, data: bytes, position: int, end: int) -> None:
        """Take NAL units that each follow their size in 16 bits."""
        while end - position > 2:
            size = data[position] << 8 | data[position + 1]
            position += 2
            if position + size > end:
                raise ProtocolError("an aggregation packet is cut short")
            if size:
                self._push_nal(data[position : position + size])
            position += size

    def _keep_all(self, nals: Iterable[bytes]) -> None:
        """Take parameter sets from the SDP; for unusable ones the camera will send better ones in band.

        Some cameras put whole pictures there: nothing of these stays.
        """
        for nal in nals:
            try:
                self._push_nal(nal)
            except ProtocolError:
                continue
        self._key = self._changed = False
        self._came.clear()
        self._usual.clear()
        self._gap = True
        self._begin()

    def _trimmed(self, nal: bytes) -> bytes:
        """Return a parameter set without the zero bytes that some cameras have behind it."""
        trimmed = nal.rstrip(b"\x00")
        if len(trimmed) < len(nal):
            self.quirks.add(Quirk.TRAILING_BYTES)
        return trimmed

    def _is_news(self, key: tuple[int, int], nal: bytes) -> bool:
        """Note that ``nal`` came; return whether it differs from what is kept as ``key``.

        Raises ProtocolError for a giant.
        """
        if len(nal) > MAX_PARAMETER_SET_BYTES or key[1] >= MAX_PARAMETER_SETS:
            raise ProtocolError(f"a parameter set has {len(nal)} bytes and the number {key[1]}")
        self._came.add(key[0])
        return nal != self._sets.get(key)

    def _keep(self, key: tuple[int, int], nal: bytes) -> None:
        self._sets[key] = nal
        self._changed = True

    def lose(self) -> None:
        """Drop the NAL unit whose fragments are no longer complete."""
        self._gap = True
        self._usual |= self._came
        self._came.clear()
        if self._fragment >= 0:
            if self._is_slice(self._parts[self._fragment + 1][0]):
                self._slices -= 1
            del self._parts[self._fragment :]
            if not self._slices:
                self.pending = self._key = self.unsure = False
        self._fragment = LOST_FRAGMENT

    def take(self) -> tuple[bytes, bool]:
        """Return the access unit and whether it is a key frame; only while ``pending``."""
        parts = self._parts
        if self._fragment >= 0:
            if not self._is_slice(parts[self._fragment + 1][0]):
                del parts[self._fragment :]
            self._fragment = NO_FRAGMENT
        key = self._key
        if key or self._changed:
            sets = (self._sets[number] for number in sorted(self._sets))
            parts = [piece for nal in sets for piece in (START_CODE, nal)] + parts
            self._key = self._changed = False
        self._begin()
        return b"".join(parts), key


def parse_sprop(value: str) -> list[bytes]:
    """Return the NAL units in a ``sprop`` parameter (base64, commas between).

    Broken ones are left out, and what follows the first MAX_PARAMETER_SETS.
    """
    nals = []
    for part in value.strip('" ').split(",", MAX_PARAMETER_SETS)[:MAX_PARAMETER_SETS]:
        text = part.strip().rstrip("=")
        try:
            nal = base64.b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            continue
        if nal:
            nals.append(nal)
    return nals
