"""Faces: what is written over a tile in each of its states, and how its picture is treated.

Live: a dark, see-through strip with a green dot, the name, and what else the tile has room for. Late
and frozen: the strip and a border in the state's colour, with the word and the age. Lost: the old
picture sunk to a dark grey under large words, the reason and the age. Connecting: a plain ground
with the name and words. Empty: a dark ground with the cell's number, small. An alarm is a thick
border around all of that, and words at the top; both may flash.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from commandwall.compose import palette
from commandwall.compose.badges import SPEAKING, Badges
from commandwall.compose.lettering import (
    LEAST_TEXT_HEIGHT,
    LEAST_TEXT_WIDTH,
    Line,
    Tint,
    detail_width,
    draw_chip,
    draw_detail,
    draw_headline,
    draw_label,
    draw_name,
    name_width,
    strip_height,
)
from commandwall.compose.palette import ALARM, ON_ALARM, ON_STATE, STATE, Colour
from commandwall.compose.patch import Patch, Sheet, beside
from commandwall.compose.patches import PatchBook
from commandwall.compose.text import fit, line_height, text_mask, text_width
from commandwall.compose.words import Words
from commandwall.model.conference.marks import PersonMarks
from commandwall.model.overlays import Alarm
from commandwall.model.wall import TileState

_SIGNALLED = (TileState.LATE, TileState.FROZEN, TileState.LOST)
_MOST_NAME_PART = 0.7
"""Of the width of a strip: figures that leave the name less room, if it needs that, are left out."""


class Detail(NamedTuple):
    """A figure in a strip, and the widest text that it may become: it keeps its place."""

    text: str
    sample: str


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides what a tile's face looks like. ``age_s`` is 0 where no age is told.

    ``details`` are figures, the most important first. ``dot`` and ``word`` are how a live tile says
    that it is live. ``top`` is how much of it something else lies over, in rows; even. ``person``: what is
    said of the participant of a conference who is seen in it. ``loss``: it is ``damaged`` since packets
    were lost.
    """

    cell: str
    name: str
    width: int
    height: int
    state: TileState
    age_s: int = 0
    damaged: bool = False
    loss: bool = False
    reason: str = ""
    area: str = ""
    details: tuple[Detail, ...] = ()
    dot: bool = True
    word: bool = False
    alarm: Alarm | None = None
    top: int = 0
    person: PersonMarks | None = None


class Part(NamedTuple):
    """A patch and where its top left corner lies in the tile; even numbers.

    One that flashes is laid in every other half of a second.
    """

    patch: Patch
    x: int
    y: int
    flash: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """``ground`` is shown where there is no picture; ``sunk`` says that the picture is an old one."""

    ground: Colour
    sunk: bool
    parts: tuple[Part, ...]


class Faces:
    """Makes faces out of kept patches, in one language. From any thread.

    Empty tiles are ``numbered`` for those who fill them, or nothing but ground.
    """

    def __init__(self, words: Words, book: PatchBook, *, numbered: bool = True) -> None:
        self._words = words
        self._book = book
        self._numbered = numbered
        self._badges = Badges(words, book)

    def face(self, look: Look) -> Face:
        """Return the face of a tile that is as ``look`` says."""
        if look.state is TileState.EMPTY:
            return (
                Face(palette.VACANT, False, self._vacant(look))
                if self._numbered
                else Face(palette.GAP, False, ())
            )
        parts: list[Part] = []
        if look.state in _SIGNALLED:
            parts += self._frame(look, STATE[look.state], _thickness(look.height))
        elif look.person is not None and look.person.speaking:
            parts += self._frame(look, SPEAKING, _speaking_thickness(look))
        if look.state in self._words.headlines:
            parts += self._headline(look)
        parts += self._strip(look)
        if look.alarm is not None:
            parts += self._alarm(look, look.alarm)
        if look.person is not None and look.person.recording:
            parts += self._recording(look)
        if look.damaged and look.state is not TileState.LOST:
            parts.append(self._damage(look))
        return Face(palette.WAITING, look.state is TileState.LOST, tuple(parts))

    def hidden(self, width: int, height: int) -> Patch:
        """Return the patch over a whole tile that a head does not show."""
        key = ("hidden", width, height)
        word = Line(self._words.hidden, 0.12, palette.SOFT)
        return self._book.get(key, lambda: _hidden(word, width, height))

    def _strip(self, look: Look) -> list[Part]:
        height = strip_height(look.height)
        y = look.height - height
        side = 0 if look.alarm is None else _outer_thickness(look)
        live = look.state is TileState.LIVE
        if look.height < LEAST_TEXT_HEIGHT or look.width < LEAST_TEXT_WIDTH:
            bare = live and not look.dot
            return [] if bare else [Part(self._plain(look.width, height, STATE[look.state]), 0, y)]
        if live and not (look.name or look.dot or look.word or look.details or look.person):
            return []
        tint = _tint(look)
        row = self._right_end(look, height, tint)
        room = look.width - 2 * side - sum(patch.width for patch in row)
        if room > 0:
            key = ("name", look.name, look.area, room, height, tint, look.dot)
            left = self._book.get(key, lambda: draw_name(look.name, look.area, room, height, tint, look.dot))
            row.append(left)
        return _in_a_row(row[::-1], side, y)

    def _right_end(self, look: Look, height: int, tint: Tint) -> list[Patch]:
        """Return the state in a word with its age, and the figures that leave the name enough room.

        The first one is at the right.
        """
        room = look.width - min(_MOST_NAME_PART * look.width, name_width(look.name, height))
        chip = self._chip(look, height)
        if chip and look.state is TileState.LIVE and chip.width > room:
            chip = None
        patches = [chip] if chip else []
        room -= sum(patch.width for patch in patches)
        for badge in self._badges.row(look.person, look.width, height, tint) if look.person else ():
            room -= badge.width
            if room < 0:
                return patches
            patches.append(badge)
        for detail in look.details:
            width = detail_width(detail.sample, height)
            room -= width
            if room < 0:
                break
            patches.append(self._detail(detail.text, width, height, tint))
        return patches

    def _detail(self, text: str, width: int, height: int, tint: Tint) -> Patch:
        return self._book.get(
            ("detail", text, width, height, tint.ground), lambda: draw_detail(text, width, height, tint)
        )

    def _chip(self, look: Look, height: int) -> Patch | None:
        state = look.state
        word = self._words.live if state is TileState.LIVE and look.word else self._words.states[state]
        if state is TileState.CONNECTING or not word:
            return None
        age = self._words.age(look.age_s) if look.age_s else ""
        ground, words = (
            (palette.SHADE, STATE[state]) if state is TileState.LIVE else (STATE[state], ON_STATE[state])
        )
        key = ("chip", word, age, look.width, height, state)
        return self._book.get(key, lambda: draw_chip(word, age, look.width, height, ground, words))

    def _headline(self, look: Look) -> list[Part]:
        """Return the large words across the tile, centred above the strip."""
        head, reason = self._words.headlines[look.state], look.reason
        age = self._words.age(look.age_s) if look.age_s else ""
        lost = look.state is TileState.LOST
        if lost:
            paper = palette.PAPER
            lines = [Line(head, 0.22, paper), Line(reason, 0.13, paper), Line(age, 0.17, paper)]
        else:
            lines = [Line(head, 0.16, palette.SOFT), Line(reason, 0.11, palette.FAINT)]
        ground, opacity = (palette.INK, 0.55) if lost else (palette.WAITING, 1.0)
        key = ("headline", head, reason, age, look.width, look.height, look.state)
        patch = self._book.get(key, lambda: draw_headline(lines, look.width, look.height, ground, opacity))
        x = (look.width - patch.width) // 4 * 2
        y = (look.height - strip_height(look.height) - patch.height) // 4 * 2
        return [Part(patch, x, max(0, y))] if patch.height <= look.height else []

    def _alarm(self, look: Look, alarm: Alarm) -> list[Part]:
        """Return the border of an alarm, outside of any other, and its words."""
        colour = ALARM[alarm.level]
        parts = self._frame(look, colour, _outer_thickness(look), alarm.flash)
        words = f"{self._words.alarms[alarm.level]} {alarm.text}".rstrip()
        if look.height >= LEAST_TEXT_HEIGHT and look.width >= LEAST_TEXT_WIDTH:
            height = strip_height(look.height)
            key = ("alarm", words, look.width, height, alarm.level)
            on = ON_ALARM[alarm.level]
            label = self._book.get(key, lambda: draw_label(words, look.width, height, colour, on))
            parts.append(Part(label, 0, _top(look, height)))
        return parts

    def _recording(self, look: Look) -> list[Part]:
        """Return the words at the top by which everybody is told that he is recorded."""
        height = strip_height(look.height)
        if look.height < 2 * LEAST_TEXT_HEIGHT or look.width < 2 * LEAST_TEXT_WIDTH:
            return []
        words = self._words.recording
        key = ("recording", words, look.width, height)
        label = self._book.get(key, lambda: draw_label(words, look.width // 2, height, STATE[TileState.LOST]))
        return [Part(label, 0, _top(look, height))]

    def _frame(self, look: Look, colour: Colour, thick: int, flash: bool = False) -> list[Part]:
        """Return a border: above, at the left and at the right."""
        wide = self._plain(look.width, thick, colour)
        tall = self._plain(thick, look.height, colour)
        corners = ((wide, 0, 0), (tall, 0, 0), (tall, look.width - thick, 0))
        return [Part(patch, x, y, flash) for patch, x, y in corners]

    def _plain(self, width: int, height: int, colour: Colour) -> Patch:
        """Return a patch of nothing but ``colour``."""
        return self._book.get(("plain", width, height, colour), lambda: Sheet(width, height, colour).finish())

    def _damage(self, look: Look) -> Part:
        """Return the mark of a damaged picture: below what is said at the top, if there is something."""
        height = strip_height(look.height)
        said = look.alarm is not None or (look.person is not None and look.person.recording)
        word = self._words.loss if look.loss else self._words.damaged
        patch = self._book.get(
            ("damage", word, look.width, height),
            lambda: draw_label(word, look.width, height, palette.DAMAGE),
        )
        below = height if said and 3 * height <= look.height else 0
        return Part(patch, 0, _top(look, height + below) + below)

    def _vacant(self, look: Look) -> tuple[Part, ...]:
        height = strip_height(look.height)
        key = ("vacant", look.cell, look.width, height)
        patch = self._book.get(
            key, lambda: draw_label(look.cell, look.width, height, palette.VACANT, palette.FAINT)
        )
        return (Part(patch, 0, 0),)


def _thickness(height: int) -> int:
    return 2 * max(1, round(height / 180))


def _in_a_row(patches: list[Patch], x: int, y: int) -> list[Part]:
    """Return ``patches`` beside each other; those that let as much of the picture through become one."""
    parts: list[Part] = []
    for _, group in groupby(patches, key=lambda patch: patch.keep):
        patch = beside(list(group))
        parts.append(Part(patch, x, y))
        x += patch.width
    return parts


def _outer_thickness(look: Look) -> int:
    return min(2 * _thickness(look.height), look.width // 4 * 2, look.height // 4 * 2)


def _speaking_thickness(look: Look) -> int:
    return min(max(4, _thickness(look.height)), _outer_thickness(look))


def _top(look: Look, height: int) -> int:
    """Return where words of ``height`` at the top begin: below what lies over the tile there."""
    return look.top if look.top + height + strip_height(look.height) <= look.height else 0


def _tint(look: Look) -> Tint:
    state = look.state
    if state in _SIGNALLED:
        return Tint(STATE[state], ON_STATE[state], ON_STATE[state])
    dot = palette.DAMAGE if look.damaged else STATE[state]
    return Tint(palette.SHADE, ON_STATE[state], palette.SOFT, dot)


def _hidden(word: Line, width: int, height: int) -> Patch:
    """Draw a plain ground with a word in its middle, where there is room for one."""
    sheet = Sheet(width, height, palette.VEIL)
    if height >= LEAST_TEXT_HEIGHT and width >= LEAST_TEXT_WIDTH:
        px = max(8, round(height * word.part))
        text = fit(word.text, px, width)
        if text:
            x, y = (width - text_width(text, px)) // 2, (height - line_height(px)) // 2
            sheet.paint(text_mask(text, px), x, y, word.colour)
    return sheet.finish()
