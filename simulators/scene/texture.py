"""Textures: small BGR pictures that are laid over the ground and on walls."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red, 0 to 255 each."""

_SIZE = 256

SIGNS = (
    "超市", "药房", "手机", "美食", "服装", "珠宝", "书店", "鞋城", "眼镜", "糖水", "百货", "银行", "网吧",
    "酒楼", "茶庄", "钟表", "五金", "粥城", "数码", "花店",
)  # fmt: skip
_SIGN_COLOURS: tuple[Colour, ...] = (
    (40, 40, 205), (160, 90, 20), (60, 140, 30), (30, 150, 225), (150, 40, 130), (200, 160, 40),
    (45, 110, 240),
)  # fmt: skip


def noisy(chance: Generator, colour: Colour, grain: float = 7.0) -> Picture:
    """Return ``colour`` with fine grain and large faint blotches, (256, 256, 3)."""
    fine = np.roll(_grain(), tuple(chance.integers(0, _SIZE, 2)), (0, 1))
    coarse = cv2.resize(chance.normal(0, 1, (8, 8)), (_SIZE, _SIZE), interpolation=cv2.INTER_CUBIC)
    noise = (fine + coarse).astype(np.float32) * np.float32(grain)
    coloured: Picture = np.clip(noise[:, :, np.newaxis] + np.array(colour), 0, 255).astype(np.uint8)
    return coloured


@cache
def _grain() -> NDArray[np.float32]:
    """Return noise of mean 0 and deviation 1, made once a process."""
    return np.random.default_rng(1).normal(0, 1, (_SIZE, _SIZE)).astype(np.float32)


def paving(chance: Generator, colour: Colour, tiles: int) -> Picture:
    """Return a square of paving stones, ``tiles`` a side, each a little different."""
    picture = noisy(chance, colour, grain=4).astype(np.int16)
    shades = chance.normal(0, 7, (tiles, tiles)).astype(np.float32)
    picture += cv2.resize(shades, (_SIZE, _SIZE), interpolation=cv2.INTER_NEAREST).astype(np.int16)[
        :, :, np.newaxis
    ]
    step = _SIZE // tiles
    picture[::step] -= 22
    picture[:, ::step] -= 22
    return np.clip(picture, 0, 255).astype(np.uint8)


def facade(chance: Generator, colour: Colour, floors: int, bays: int, *, lit: float = 0.0) -> Picture:
    """Return a wall with ``floors`` x ``bays`` windows; the share ``lit`` of them glows."""
    cell_h, cell_w = 28, 24
    plain = np.array(colour, np.float64)
    wall = np.empty((floors * cell_h, bays * cell_w, 3), np.uint8)
    wall[:] = plain
    glass = np.array((105, 92, 78)) * chance.uniform(0.6, 1.1)
    inset = int(chance.integers(3, 7))
    for floor in range(floors):
        top = floor * cell_h
        wall[top : top + 2] = plain * 0.82
        for bay in range(bays):
            left = bay * cell_w
            bright = chance.random() < lit
            shade = np.array((120, 190, 225)) if bright else glass * chance.uniform(0.7, 1.35)
            wall[top + 7 : top + 23, left + inset : left + cell_w - inset] = np.minimum(shade, 255)
            wall[top + 21 : top + 24, left + inset - 1 : left + cell_w - inset + 1] = np.minimum(
                plain * 1.12, 255
            )
    return wall


def shopfront(chance: Generator, colour: Colour, floors: int, shops: int) -> Picture:
    """Return a facade whose ground floor is a row of shops with Chinese signs."""
    upper = facade(chance, colour, floors, shops * 3)
    ground = np.empty((64, upper.shape[1], 3), np.uint8)
    ground[:] = (96, 104, 112)
    width = upper.shape[1] // shops
    for shop in range(shops):
        left = shop * width
        sign = _SIGN_COLOURS[chance.integers(len(_SIGN_COLOURS))]
        cv2.rectangle(ground, (left + 1, 0), (left + width - 2, 24), sign, -1)
        cv2.putText(ground, str(chance.choice(SIGNS)), (left + 14, 21), (245, 250, 255), font(), 20, 700)
        glass = tuple(int(value) for value in chance.integers(120, 215, 3))
        cv2.rectangle(ground, (left + 5, 28), (left + width - 6, 60), glass, -1)
        cv2.rectangle(ground, (left + width // 2 - 8, 30), (left + width // 2 + 8, 63), (58, 60, 66), -1)
    return np.vstack([upper, ground])


def board(text: str, colour: Colour) -> Picture:
    """Return a board with ``text`` in large signs."""
    size = 40
    picture = np.empty((64, max(320, (size + 6) * len(text)), 3), np.uint8)
    picture[:] = colour
    left = (picture.shape[1] - size * len(text)) // 2
    cv2.putText(picture, text, (left, 48), (215, 240, 250), font(), size, 700)
    return picture


@cache
def font() -> cv2.FontFace:
    """Return the built-in font that has Chinese characters (loaded once a process)."""
    return cv2.FontFace("sans")
