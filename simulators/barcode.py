"""The bar code burnt into every simulated picture: which camera, which frame or which time.

Two rows of 40 cells in a strip at the top right of the picture. The place and the size of a cell
are fixed fractions of the picture, so a program that knows a tile's rectangle can read the code
from a scaled and re-encoded copy: a cell is three pixels in a tile of 200 x 112.

The 80 bits are, most significant first: kind (2), camera number (18), value (44), CRC-16/CCITT of
the 64 bits before (16); all of them are exclusive-ored with a fixed pattern so that a code always
has both light and dark cells.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

ROWS, COLUMNS = 2, 40
CELL_WIDTH, CELL_HEIGHT = 0.015, 0.0267
RIGHT, TOP = 0.985, 0.02
"""Where the code ends on the right and usually begins at the top, as fractions of the picture."""

DARK, LIGHT = 24, 226
_BITS = ROWS * COLUMNS
_WHITENING = 0x5A3C_96E1_0FB4_D278_69C3
_CAMERA_BITS, _VALUE_BITS = 18, 44
_SHIFTS = (0.0, -0.25, 0.25)
"""How far, in cells, the reader looks beside the exact place (a tile's edges are rounded)."""
_MIN_CONTRAST = 40


class Kind(IntEnum):
    """What the value of a code counts."""

    FRAME = 0
    """The frame's index in its loop."""
    UTC_MS = 1
    """Milliseconds since 1970-01-01 UTC, taken when the picture was drawn."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a code says. ``camera`` < 2**18, ``value`` < 2**44."""

    kind: Kind
    camera: int
    value: int


def place(width: int, height: int, begins: float = TOP) -> tuple[int, int, int, int]:
    """Return the code's rectangle (left, top, width, height in pixels) in a picture of that size.

    It ``begins`` so far from the top, as a fraction of the height.
    """
    right, top = round(RIGHT * width), round(begins * height)
    code_width = round(COLUMNS * CELL_WIDTH * width)
    return right - code_width, top, code_width, round(ROWS * CELL_HEIGHT * height)


def draw(picture: Picture, payload: Payload, begins: float = TOP) -> None:
    """Draw ``payload`` into ``picture``, a luma plane (H, W) or a BGR picture (H, W, 3), in place."""
    height, width = picture.shape[:2]
    left, top, code_width, code_height = place(width, height, begins)
    cells = np.where(_to_bits(payload), LIGHT, DARK).astype(np.uint8).reshape(ROWS, COLUMNS)
    strip = cv2.resize(cells, (code_width, code_height), interpolation=cv2.INTER_NEAREST)
    margin = max(1, round(CELL_WIDTH * width / 4))
    picture[max(0, top - margin) : top + code_height + margin, left - margin : left + code_width + margin] = (
        DARK
    )
    target = picture[top : top + code_height, left : left + code_width]
    target[:] = strip if picture.ndim == 2 else strip[:, :, np.newaxis]


def read(gray: Picture, begins: float = TOP) -> Payload | None:
    """Return what the code in ``gray`` (H, W) says, or ``None`` where none can be read.

    ``gray`` is exactly one camera's picture, of any size from about 200 x 112 up.
    """
    for row_shift in _SHIFTS:
        for column_shift in _SHIFTS:
            cells = _sample(gray, begins + row_shift * CELL_HEIGHT, column_shift)
            low, high = np.percentile(cells, (15, 85))
            if high - low < _MIN_CONTRAST:
                continue
            payload = _from_bits(cells > (low + high) / 2)
            if payload is not None:
                return payload
    return None


def _sample(gray: Picture, begins: float, column_shift: float) -> NDArray[np.float32]:
    """Return the brightness at the middle of each of the 80 cells, between pixels where need be."""
    height, width = gray.shape
    first_column = RIGHT - COLUMNS * CELL_WIDTH
    xs = (first_column + (np.arange(COLUMNS) + 0.5 + column_shift) * CELL_WIDTH) * width - 0.5
    ys = (begins + (np.arange(ROWS) + 0.5) * CELL_HEIGHT) * height - 0.5
    map_x, map_y = np.meshgrid(xs.astype(np.float32), ys.astype(np.float32))
    return cv2.remap(gray, map_x, map_y, cv2.INTER_LINEAR).astype(np.float32).ravel()


def _to_bits(payload: Payload) -> NDArray[np.bool_]:
    word = (payload.kind << (_CAMERA_BITS + _VALUE_BITS)) | (payload.camera << _VALUE_BITS) | payload.value
    code = ((word << 16) | _checksum(word)) ^ _WHITENING
    return np.unpackbits(np.frombuffer(code.to_bytes(_BITS // 8, "big"), np.uint8)).astype(bool)


def _from_bits(bits: NDArray[np.bool_]) -> Payload | None:
    code = int.from_bytes(np.packbits(bits).tobytes(), "big") ^ _WHITENING
    word, checksum = code >> 16, code & 0xFFFF
    if checksum != _checksum(word):
        return None
    kind = word >> (_CAMERA_BITS + _VALUE_BITS)
    if kind not in (Kind.FRAME, Kind.UTC_MS):
        return None
    return Payload(
        Kind(kind), (word >> _VALUE_BITS) & ((1 << _CAMERA_BITS) - 1), word & ((1 << _VALUE_BITS) - 1)
    )


def _checksum(word: int) -> int:
    return binascii.crc_hqx(word.to_bytes(8, "big"), 0xFFFF)
