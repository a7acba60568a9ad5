"""Lining up: names and test patterns on heads, while monitors are hung, cabled and adjusted.

Belongs to the wall process's event loop; what it makes is handed to the tick whole.
"""

from __future__ import annotations

import asyncio

from commandwall.compose.composer import Composer
from commandwall.compose.headpicture import HeadPicture, HeadPictures, Label
from commandwall.compose.identity import canvas_labels, head_labels, words_of_head
from commandwall.compose.pattern import TestPattern
from commandwall.ipc.head_messages import ShowLineUp
from commandwall.model.head import Head
from commandwall.model.wall import Wall


class LineUp:
    """Shows what the control plane says, and nothing of it once it says so."""

    def __init__(self, wall: Wall, pictures: HeadPictures, composer: Composer) -> None:
        self._wall = wall
        self._pictures = pictures
        self._composer = composer

    async def show(self, order: ShowLineUp) -> None:
        """Show ``order``; what is large is drawn in a thread first, so that no tick waits for it."""
        await asyncio.to_thread(self._show, order)

    def _show(self, order: ShowLineUp) -> None:
        wall, pictures = self._wall, self._pictures
        self._composer.show_pattern(self._canvas_pattern() if order.pattern else None)
        for head in wall.heads:
            picture = pictures.heads[head.id]
            if head.id in order.heads:  # A test pattern says what its head is called.
                words = words_of_head(wall, head)
                picture.show(TestPattern(*picture.view.upright, wall.fps, words), ())
            else:
                picture.show(None, self._labels(head, picture) if order.identify else ())
        for picture in (pictures.preview, pictures.whole):
            if picture not in pictures.heads.values():
                picture.show(None, canvas_labels(wall, picture.view) if order.identify else ())

    def _labels(self, head: Head, picture: HeadPicture) -> list[Label]:
        """Return what names ``head``; where its picture is the preview as well, all heads are named."""
        if picture is self._pictures.preview:
            return canvas_labels(self._wall, picture.view)
        return head_labels(self._wall, head, picture.view)

    def _canvas_pattern(self) -> TestPattern:
        wall = self._wall
        size = f"{wall.width}x{wall.height}@{wall.fps}"
        return TestPattern(wall.width, wall.height, wall.fps, [wall.name, f"Wall {wall.id}", size])
