"""What is the same for every payload format: codec parameters, and what a format must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.model.access_unit import MAX_PIXELS
from commandwall.rtp.quirks import Quirk

MIN_DIMENSION, MAX_DIMENSION = 2, 16384
"""Of a picture. With 4:2:0 a pair of pixels is the least."""
MAX_UNIT_BYTES = 8 * 1024 * 1024
"""The largest access unit that is put together; what grows beyond it is dropped as damaged."""
PIECE_BYTES = 64
"""What each piece of an access unit costs beyond its bytes, so that a million empty ones have a limit too."""


@dataclass(frozen=True, slots=True)
class CodecParameters:
    """What a feed's codec is; ``name`` as FFmpeg names decoders. Sizes in pixels, 0 if not known yet."""

    name: str
    width: int = 0
    height: int = 0
    profile: str = ""
    level: str = ""


def check_size(codec: str, width: int, height: int) -> None:
    """Refuse a picture that no decoder is to be asked for.

    Raises ProtocolError for one that cannot exist, UnsupportedError for one that would cost gigabytes.
    """
    if not (MIN_DIMENSION <= width <= MAX_DIMENSION and MIN_DIMENSION <= height <= MAX_DIMENSION):
        raise ProtocolError(f"an {codec} parameter set describes a picture of {width}x{height}")
    if width * height > MAX_PIXELS:
        raise UnsupportedError(
            f"{codec} pictures of {width}x{height}, larger than the {MAX_PIXELS} pixels of 8192x4352;"
            " set the camera to smaller ones"
        )


class PayloadFormat(Protocol):
    """Puts the access units of one codec together from RTP payloads in their order.

    One object serves one session; the receiver says where access units end.
    """

    parameters: CodecParameters
    """What is known of the codec now; another object after the picture size changed."""

    quirks: set[Quirk]
    """What was borne so far."""

    pending: bool
    """Whether there is at least a part of a picture, so that ``take`` has something to give."""

    unsure: bool
    """Whether that is of a key frame whose parameter sets are missing, or may have been lost."""

    def push(self, data: bytes, start: int, end: int) -> None:
        """Take the payload ``data[start:end]`` of the current access unit.

        Raises ProtocolError if it breaks the payload format; the rest of the access unit may follow.
        Raises UnsupportedError for pictures that are not taken: nothing of the stream is wanted then.
        """

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Return whether the payload is the first of an access unit, as far as it can be told.

        Asked only for the first packet of a source or after a gap, and for one of the same timestamp behind a
        marker bit.
        """

    def lose(self) -> None:
        """Take note that packets are missing before the next payload: what is half there is dropped."""

    def take(self) -> tuple[bytes, bool]:
        """End the access unit; return its bytes and whether decoding can begin there.

        Called only while ``pending``.
        """
