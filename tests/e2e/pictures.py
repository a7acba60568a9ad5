"""Reading the wall back from its pixels: which camera each tile shows."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators import barcode
from simulators.conference.film import CODE_BEGINS


def decode(data: bytes) -> NDArray[np.uint8]:
    """Return an encoded picture as BGR, (h, w, 3)."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None, "not a picture"
    return picture.astype(np.uint8, copy=False)


def codes(picture: NDArray[np.uint8], tiles: list[dict[str, Any]]) -> dict[str, barcode.Payload | None]:
    """Return what the bar code in each tile of a wall document says."""
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    found = {}
    for tile in tiles:
        x, y, width, height = tile["rect"]
        begins = CODE_BEGINS if tile.get("source", "").startswith("conference:") else barcode.TOP
        found[tile["cell"]] = barcode.read(gray[y : y + height, x : x + width], begins)
    return found


def cameras_shown(picture: NDArray[np.uint8], tiles: list[dict[str, Any]]) -> dict[str, int]:
    """Return the number of the camera that each tile with a readable bar code shows."""
    return {cell: code.camera for cell, code in codes(picture, tiles).items() if code is not None}
