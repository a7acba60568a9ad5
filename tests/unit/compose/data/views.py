"""Views for tests of painters: one of every kind, full of values, and what to look for in the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from commandwall.base.clock import NS_PER_S as S
from commandwall.compose.data.painters import paint
from commandwall.compose.data.view import View, moment, stale_s
from commandwall.compose.data.words import panel_words
from commandwall.compose.palette import Colour
from commandwall.ipc.slots import Planes
from commandwall.model.camera import FeedState
from commandwall.model.data import (
    Body,
    Figure,
    Incidents,
    Panel,
    PanelKind,
    Row,
    Rows,
    Threshold,
    Value,
    Words,
)
from commandwall.model.geojson import Feature
from commandwall.model.level import PanelLevel
from commandwall.model.map_camera import MapCamera

NOW = 1_795_305_600 * S
THRESHOLDS = (Threshold(2.5, PanelLevel.CAUTION), Threshold(3.5, PanelLevel.ALARM))
PANELS = {
    PanelKind.TEXT: Panel("p", "通知", PanelKind.TEXT, "指挥部通知", stale_after_s=60),
    PanelKind.TABLE: Panel("p", "雨量", PanelKind.TABLE, columns=("街道", "mm"), stale_after_s=60),
    PanelKind.GAUGE: Panel(
        "p",
        "水位",
        PanelKind.GAUGE,
        unit="m",
        min=0,
        max=5,
        decimals=2,
        thresholds=THRESHOLDS,
        stale_after_s=60,
    ),
    PanelKind.SERIES: Panel(
        "p", "曲线", PanelKind.SERIES, unit="m", window_s=600, thresholds=THRESHOLDS, stale_after_s=60
    ),
    PanelKind.MAP: Panel("p", "态势", PanelKind.MAP, stale_after_s=60),
    PanelKind.CLOCK: Panel("p", "时间", PanelKind.CLOCK, zone="Asia/Shanghai"),
    PanelKind.PICTURE: Panel("p", "图片", PanelKind.PICTURE, stale_after_s=60),
}
CAMERAS = (
    MapCamera("a", 22.54, 114.11, ("luohu",), FeedState.LIVE),
    MapCamera("b", 22.56, 114.15, ("luohu",), FeedState.LOST),
)
BODIES: dict[PanelKind, Body] = {
    PanelKind.TEXT: Words("台风今夜登陆。Typhoon makes landfall tonight.", PanelLevel.WARNING),
    PanelKind.TABLE: Rows((Row(("桂园", 12.5)), Row(("东门", 55.0), PanelLevel.ALARM))),
    PanelKind.GAUGE: Figure(3.12),
    PanelKind.SERIES: Figure(3.12),
    PanelKind.MAP: Incidents((Feature("积水", PanelLevel.ALARM, points=((114.13, 22.55),)),)),
}


def values_of(*bodies: Body, step_s: float = 5.0) -> tuple[Value, ...]:
    """Return values that end now, ``step_s`` apart."""
    count = len(bodies)
    return tuple(Value(NOW - int((count - 1 - i) * step_s * S), True, body) for i, body in enumerate(bodies))


def view_of(
    panel: Panel,
    values: Sequence[Value] = (),
    cameras: Iterable[MapCamera] = (),
    *,
    now_utc_ns: int = NOW,
    version: int = 1,
) -> View:
    """Return what ``panel`` shows at a time."""
    newest = values[-1] if values else None
    return View(
        panel,
        version,
        moment(panel, now_utc_ns),
        stale_s(panel, newest, now_utc_ns),
        newest,
        tuple(values),
        tuple(cameras),
    )


def full_view(kind: PanelKind, *, now_utc_ns: int = NOW) -> View:
    """Return a view of a panel of this kind that has values."""
    bodies = [BODIES[kind]] if kind in BODIES else []
    if kind is PanelKind.SERIES:
        bodies = [Figure(1 + index / 20) for index in range(60)]
    cameras = CAMERAS if kind is PanelKind.MAP else ()
    return view_of(PANELS[kind], values_of(*bodies), cameras, now_utc_ns=now_utc_ns)


def painted(view: View, width: int = 480, height: int = 270, language: str = "zh") -> Planes:
    """Return the picture of a view."""
    return paint(view, width, height, panel_words(language))


def pixels_of(planes: Planes, colour: Colour) -> int:
    """Return how many places (of 2 x 2 pixels) have exactly this colour."""
    y = planes.y[::2, ::2].astype(int)
    near = (abs(y - colour.y) <= 3) & (abs(planes.u.astype(int) - colour.u) <= 3)
    return int((near & (abs(planes.v.astype(int) - colour.v) <= 3)).sum())


def differ(left: Planes, right: Planes) -> bool:
    """Return whether two pictures differ anywhere."""
    return any(not np.array_equal(a, b) for a, b in zip(left, right, strict=True))
