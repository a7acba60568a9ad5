"""Which painter paints which kind of panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from commandwall.compose.data.clock import paint_clock
from commandwall.compose.data.frame import Frame
from commandwall.compose.data.gauge import paint_gauge
from commandwall.compose.data.map import paint_map
from commandwall.compose.data.picture import paint_picture
from commandwall.compose.data.series import paint_series
from commandwall.compose.data.table import paint_table
from commandwall.compose.data.text import paint_text
from commandwall.compose.data.view import View
from commandwall.compose.data.words import PanelWords
from commandwall.ipc.slots import Planes
from commandwall.model.data import PanelKind

PAINTERS: Mapping[PanelKind, Callable[[Frame], None]] = {
    PanelKind.TEXT: paint_text,
    PanelKind.TABLE: paint_table,
    PanelKind.GAUGE: paint_gauge,
    PanelKind.SERIES: paint_series,
    PanelKind.MAP: paint_map,
    PanelKind.CLOCK: paint_clock,
    PanelKind.PICTURE: paint_picture,
}


def paint(view: View, width: int, height: int, words: PanelWords) -> Planes:
    """Return the picture of ``view``, ``width`` x ``height`` pixels, both even.

    Raises :class:`CommandwallError` when a file that the panel names cannot be read. Takes 1 to 60 ms:
    not for an event loop.
    """
    frame = Frame(view, width, height, words)
    PAINTERS[view.panel.kind](frame)
    return frame.easel.finish()
