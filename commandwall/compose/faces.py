"""Faces: what is written over a tile in each of its states, and how its picture is treated.

Live: a dark, see-through strip with the name and a green dot. Late and frozen: the strip and a
border in the state's colour, with the word and the age. Lost: the old picture sunk to a dark grey
under large words, the reason and the age. Connecting: a plain ground with the name and words.
Empty: a dark ground with the cell's number, small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from commandwall.compose import palette
from commandwall.compose.palette import ON_STATE, STATE, Colour
from commandwall.compose.patch import Patch, Sheet, disc
from commandwall.compose.patches import PatchBook
from commandwall.compose.text import clean, fit, line_height, text_mask, text_width
from commandwall.compose.words import Words
from commandwall.model.wall import TileState

_LEAST_TEXT_HEIGHT = 36
_LEAST_TEXT_WIDTH = 48
_MOST_STRIP_PX = 52.0
_STRIP_OPACITY = 0.68
_SIGNALLED = (TileState.LATE, TileState.FROZEN, TileState.LOST)


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides what a tile's face looks like. ``age_s`` is 0 where no age is told."""

    cell: str
    name: str
    width: int
    height: int
    state: TileState
    age_s: int = 0
    damaged: bool = False
    reason: str = ""


class Part(NamedTuple):
    """A patch and where its top left corner lies in the tile; even numbers."""

    patch: Patch
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Face:
    """``ground`` is shown where there is no picture; ``sunk`` says that the picture is an old one."""

    ground: Colour
    sunk: bool
    parts: tuple[Part, ...]


class Faces:
    """Makes faces out of kept patches, in one language. From any thread."""

    def __init__(self, words: Words, book: PatchBook) -> None:
        self._words = words
        self._book = book

    def face(self, look: Look) -> Face:
        """Return the face of a tile that is as ``look`` says."""
        if look.state is TileState.EMPTY:
            return Face(palette.VACANT, False, self._vacant(look))
        parts = []
        if look.state in _SIGNALLED:
            parts += self._border(look)
        if look.state in self._words.headlines:
            parts += self._headline(look)
        parts += self._strip(look)
        if look.damaged and look.state is not TileState.LOST:
            parts.append(self._damage(look))
        return Face(palette.WAITING, look.state is TileState.LOST, tuple(parts))

    def _strip(self, look: Look) -> list[Part]:
        height = strip_height(look.height)
        y = look.height - height
        if look.height < _LEAST_TEXT_HEIGHT or look.width < _LEAST_TEXT_WIDTH:
            return [Part(self._plain(look.width, height, look.state), 0, y)]
        chip = self._chip(look, height)
        room = look.width - (chip.width if chip else 0)
        parts = []
        if room > 0:
            key = ("name", look.name, room, height, look.state)
            parts.append(Part(self._book.get(key, lambda: _name(look, room, height)), 0, y))
        if chip:
            parts.append(Part(chip, look.width - chip.width, y))
        return parts

    def _chip(self, look: Look, height: int) -> Patch | None:
        """Return the right end of the strip: the state in a word, and the age."""
        word = self._words.states[look.state]
        if look.state is TileState.CONNECTING or not word:
            return None
        age = self._words.age(look.age_s) if look.age_s else ""
        key = ("chip", word, age, look.width, height, look.state)
        return self._book.get(key, lambda: _chip(word, age, look, height))

    def _headline(self, look: Look) -> list[Part]:
        """Return the large words across the tile, centred above the strip."""
        head = self._words.headlines[look.state]
        age = self._words.age(look.age_s) if look.age_s else ""
        lost = look.state is TileState.LOST
        reason = look.reason
        key = ("headline", head, reason, age, look.width, look.height, look.state)
        patch = self._book.get(key, lambda: _headline(head, reason, age, look, lost))
        x = (look.width - patch.width) // 4 * 2
        y = (look.height - strip_height(look.height) - patch.height) // 4 * 2
        return [Part(patch, x, max(0, y))] if patch.height <= look.height else []

    def _border(self, look: Look) -> list[Part]:
        thick = 2 * max(1, round(look.height / 180))
        wide = self._plain(look.width, thick, look.state)
        tall = self._plain(thick, look.height, look.state)
        return [Part(wide, 0, 0), Part(tall, 0, 0), Part(tall, look.width - thick, 0)]

    def _plain(self, width: int, height: int, state: TileState) -> Patch:
        """Return a patch of nothing but the colour of ``state``."""
        return self._book.get(
            ("plain", width, height, state), lambda: Sheet(width, height, STATE[state]).finish()
        )

    def _damage(self, look: Look) -> Part:
        height = strip_height(look.height)
        word = self._words.damaged
        patch = self._book.get(
            ("damage", word, look.width, height), lambda: _label(word, look.width, height, palette.DAMAGE)
        )
        return Part(patch, 0, 0)

    def _vacant(self, look: Look) -> tuple[Part, ...]:
        height = strip_height(look.height)
        key = ("vacant", look.cell, look.width, height)
        patch = self._book.get(
            key, lambda: _label(look.cell, look.width, height, palette.VACANT, palette.FAINT)
        )
        return (Part(patch, 0, 0),)


def strip_height(tile_height: int) -> int:
    """Return the height of the strip of a tile, in pixels; even."""
    if tile_height < _LEAST_TEXT_HEIGHT:
        return 2 * max(1, tile_height // 16)
    return 2 * round(min(_MOST_STRIP_PX, 8.5 + 0.07 * tile_height) / 2)


def _font_px(height: int) -> int:
    return max(8, round(height * 0.74))


def _centred(height: int, px: int) -> int:
    """Return where a line of text begins so that it stands in the middle of ``height``."""
    return (height - line_height(px)) // 2


def _name(look: Look, width: int, height: int) -> Patch:
    state, px = look.state, _font_px(height)
    signalled = state in _SIGNALLED
    sheet = Sheet(
        width, height, STATE[state] if signalled else palette.SHADE, 1.0 if signalled else _STRIP_OPACITY
    )
    margin = max(2, height // 4)
    x = margin
    if not signalled:
        dot = max(4, round(height * 0.42))
        sheet.paint(disc(dot), x, (height - dot) // 2, STATE[state])
        x += dot + margin
    text = fit(clean(look.name), px, width - x - margin // 2)
    if text:
        sheet.paint(text_mask(text, px), x, _centred(height, px), ON_STATE[state])
    return sheet.finish()


def _chip(word: str, age: str, look: Look, height: int) -> Patch:
    px, margin = _font_px(height), max(2, height // 4)
    text = f"{word} {age}".strip()
    if text_width(text, px) + 2 * margin > look.width * 0.7:
        text = age or word
    width = min(look.width, _even(text_width(text, px) + 2 * margin))
    sheet = Sheet(width, height, STATE[look.state])
    text = fit(text, px, width - margin)
    if text:
        x = max(0, (width - text_width(text, px)) // 2)
        sheet.paint(text_mask(text, px), x, _centred(height, px), ON_STATE[look.state])
    return sheet.finish()


def _label(text: str, room: int, height: int, ground: Colour, colour: Colour = palette.PAPER) -> Patch:
    px, margin = _font_px(height), max(2, height // 4)
    text = fit(clean(text), px, room - 2 * margin)
    width = max(2, min(room, _even(text_width(text, px) + 2 * margin)))
    sheet = Sheet(width, height, ground)
    if text:
        sheet.paint(text_mask(text, px), margin, _centred(height, px), colour)
    return sheet.finish()


def _headline(head: str, reason: str, age: str, look: Look, lost: bool) -> Patch:
    """Draw up to three centred lines: what is wrong, why, and for how long."""
    room = look.width - max(4, look.width // 12)
    space = look.height - strip_height(look.height)
    if lost:
        wanted = [(head, 0.22, palette.PAPER), (reason, 0.13, palette.PAPER), (age, 0.17, palette.PAPER)]
    else:
        wanted = [(head, 0.16, palette.SOFT), (reason, 0.11, palette.FAINT)]
    lines = [(text, _fitting_px(text, space * part, room), colour) for text, part, colour in wanted if text]
    if look.height < 2 * _LEAST_TEXT_HEIGHT:
        lines = lines[:1]
    widths = [text_width(text, px) for text, px, _ in lines]
    padding = max(2, look.height // 24)
    width = min(look.width, _even(max(widths) + 3 * padding))
    height = _even(sum(line_height(px) for _, px, _ in lines) + padding)
    sheet = Sheet(width, height, palette.INK, 0.55) if lost else Sheet(width, height, palette.WAITING)
    y = padding // 2
    for (text, px, colour), text_wide in zip(lines, widths, strict=True):
        sheet.paint(text_mask(text, px), (width - text_wide) // 2, y, colour)
        y += line_height(px)
    return sheet.finish()


def _fitting_px(text: str, wanted: float, room: int) -> int:
    px = max(8, round(wanted))
    width = text_width(text, px)
    return px if width <= room else max(7, px * room // width)


def _even(value: int) -> int:
    return (value + 1) // 2 * 2
