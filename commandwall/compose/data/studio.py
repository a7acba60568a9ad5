"""The studio: what paints panels, loaded by the worker once somebody wants to see one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2

from commandwall.base.clock import monotonic_ns, utc_ns
from commandwall.base.errors import ProtocolError
from commandwall.compose.data.board import PanelBoard
from commandwall.compose.data.painters import paint
from commandwall.compose.data.picture import read_picture
from commandwall.compose.data.tiles import Job, PanelTile, open_tiles
from commandwall.compose.data.words import panel_words
from commandwall.ipc.data_messages import CheckPicture, SnapshotPanel
from commandwall.ipc.messages import Message, Picture, Ready, TileSpec
from commandwall.media.still import encode_still


class Studio:
    """The tiles of all walls, and what paints them in one language.

    :meth:`show` and :meth:`job` belong to the event loop; what they return and :meth:`answer` run in a
    thread.
    """

    def __init__(self, board: PanelBoard, language: str) -> None:
        cv2.setNumThreads(1)
        self._board = board
        self._words = panel_words(language)
        self._tiles: dict[str, list[PanelTile]] = {}

    def show(self, wall: str, tiles: Iterable[TileSpec]) -> None:
        """Paint these tiles of ``wall`` from now on."""
        self._tiles[wall] = open_tiles(tiles, self._tiles.get(wall, ()))

    @property
    def tiles(self) -> list[PanelTile]:
        """All tiles, of all walls."""
        return [tile for tiles in self._tiles.values() for tile in tiles]

    def job(self) -> Job:
        """Return what is due now."""
        job, now_ns, now_utc_ns = Job(self._words), monotonic_ns(), utc_ns()
        self._board.forget_later(now_utc_ns)
        for tile in self.tiles:
            if tile.spec.source.id in self._board:
                view, since_utc_ns = self._board.view(tile.spec.source.id, now_utc_ns)
                if tile.due(view, now_ns):
                    job.add(tile, view, since_utc_ns)
        return job

    def answer(self, request: Message) -> tuple[Message, bytes]:
        """Return the answer to a request; raises :class:`CommandwallError`."""
        match request:
            case CheckPicture(path):
                read_picture(Path(path))
                return Ready(), b""
            case SnapshotPanel(panel, width, height):
                view, _ = self._board.view(panel, utc_ns())
                still = encode_still(paint(view, width, height, self._words), "png")
                return Picture(still.content_type, 0.0), still.data
        raise ProtocolError(f"channel: a data worker does not take {type(request).__name__}")
