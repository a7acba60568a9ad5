"""One tile on the canvas: its slots, its face, and how both become pixels."""

from __future__ import annotations

import cv2
import numpy as np

from commandwall.compose.canvas import cut, fill
from commandwall.compose.faces import Face
from commandwall.compose.palette import SHADE, Colour
from commandwall.compose.patch import Patch
from commandwall.ipc.slots import Planes

_SUNK_LUMA = 0.32
_SUNK_CHROMA = 0.12


class Tile:
    """Draws one tile. ``target`` are its pixels on the canvas; only the tick's thread draws."""

    __slots__ = ("_ground", "_layers", "_sunk", "_target", "flashes", "slots")

    def __init__(self, target: Planes, slots: tuple[Planes, ...] = ()) -> None:
        self.slots = slots
        self._target = target
        self._sunk = False
        self._ground: Colour = SHADE
        self._layers: list[tuple[Patch, Planes, bool]] = []
        self.flashes = False

    def wear(self, face: Face) -> None:
        """Look like ``face`` from the next drawing on."""
        self._ground, self._sunk = face.ground, face.sunk
        self._layers = [
            (part.patch, cut(self._target, part.x, part.y, part.patch.width, part.patch.height), part.flash)
            for part in face.parts
        ]
        self.flashes = any(part.flash for part in face.parts)

    def draw(self, slot: int, lit: bool = True) -> None:
        """Draw the picture in ``slot`` (-1: none) and the face over it, with what flashes where ``lit``."""
        if slot < 0:
            fill(self._target, self._ground)
        elif self._sunk:
            _sink(self.slots[slot], self._target)
        else:
            target, source = self._target, self.slots[slot]
            np.copyto(target.y, source.y)
            np.copyto(target.u, source.u)
            np.copyto(target.v, source.v)
        for patch, target, flash in self._layers:
            if lit or not flash:
                patch.lay(target)


def _sink(source: Planes, target: Planes) -> None:
    """Copy a picture so that nobody takes it for a live one: dark, and nearly without colour."""
    factors = (_SUNK_LUMA, _SUNK_CHROMA, _SUNK_CHROMA)
    for plane, under, factor, rest in zip(source, target, factors, (16, 128, 128), strict=True):
        cv2.addWeighted(plane, factor, plane, 0.0, rest * (1 - factor), under)
