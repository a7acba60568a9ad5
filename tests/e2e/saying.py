"""Reading back from pixels what a tile says: its strip, border and words against a drawing of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commandwall.compose.canvas import Canvas, cut
from commandwall.compose.faces import Face, Faces, Look
from commandwall.compose.patches import PatchBook
from commandwall.compose.words import words_of
from commandwall.media.still import to_bgr
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.wall import TileState

Picture = NDArray[np.uint8]


class Mark(StrEnum):
    """What a tile says of a picture from which something is missing."""

    NONE = ""
    DAMAGED = "damaged"
    LOSS = "loss"


WORDS = words_of("zh")
FACES = Faces(WORDS, PatchBook())
_CLOSE = 9.0
"""The mean difference of what is the same, in levels of red, green and blue, after conversion and JPEG."""
_OLDEST_S = 90
_MARKED = (TileState.LIVE, TileState.LATE, TileState.FROZEN)
_REASONS = ("", *(WORDS.reason(Reason(code)) for code in (ReasonCode.NO_KEY_FRAME, ReasonCode.TIMEOUT)))


def look_of(tile: dict[str, Any], **changes: Any) -> Look:
    """Return how a tile of a wall document looks on a wall whose labels are name and state."""
    _, _, width, height = tile["rect"]
    return replace(Look(tile["cell"], tile["name"], width, height, TileState.LIVE, word=True), **changes)


def says(picture: Picture, tile: dict[str, Any], look: Look) -> bool:
    """Return whether every opaque pixel of the face for ``look`` is in the picture of the tile."""
    x, y, width, height = tile["rect"]
    expected, opaque = _drawn(FACES.face(look), width, height)
    found = picture[y : y + height, x : x + width].astype(int)
    return bool(np.abs(found - expected)[opaque].mean() < _CLOSE)


def states_said(picture: Picture, tile: dict[str, Any]) -> set[tuple[TileState, Mark]]:
    """Return every (state, mark) that the pixels of a tile can be read as; one, if all is well."""
    said = {(look.state, _mark(look)) for look in _looks(tile) if says(picture, tile, look)}
    return said - {(state, Mark.NONE) for state, mark in said if mark}


def _mark(look: Look) -> Mark:
    return Mark.LOSS if look.loss else Mark.DAMAGED if look.damaged else Mark.NONE


def _looks(tile: dict[str, Any]) -> Iterator[Look]:
    for state in TileState:
        for age_s in _ages(state, tile["age_s"]):
            for reason in _REASONS if state is TileState.CONNECTING else ("",):
                for mark in Mark if state in _MARKED else (Mark.NONE,):
                    marked = {"damaged": mark is not Mark.NONE, "loss": mark is Mark.LOSS}
                    yield look_of(tile, state=state, age_s=age_s, reason=reason, **marked)


def _ages(state: TileState, age_s: float) -> Iterable[int]:
    """Return the ages that a tile may say whose picture was ``age_s`` old a moment before or after."""
    if state is TileState.FROZEN:
        return range(5, _OLDEST_S)
    if state in (TileState.LATE, TileState.LOST):
        return range(max(0, int(age_s) - 3), max(0, int(age_s)) + 4)
    return (0,)


def _drawn(face: Face, width: int, height: int) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """Return a drawing of a face without its picture, and which of its pixels nothing shines through."""
    canvas = Canvas(width, height)
    opaque = np.zeros((height, width), np.bool_)
    for patch, x, y, _ in face.parts:
        patch.lay(cut(canvas.planes, x, y, patch.width, patch.height))
        opaque[y : y + patch.height, x : x + patch.width] = patch.keep == 0
    return to_bgr(canvas.planes).astype(int), opaque
