"""Every kind of panel, in every size: what a leader has to see is in the pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S as S
from commandwall.base.errors import CommandwallError
from commandwall.compose.data.colours import ACCENT, CAMERA, DIM, LEVEL, OUTLINE, STALE
from commandwall.compose.lettering import strip_height
from commandwall.compose.palette import PAPER, rgb
from commandwall.model.camera import FeedState
from commandwall.model.data import (
    Body,
    Figure,
    Incidents,
    PanelKind,
    PictureFile,
    Row,
    Rows,
    Words,
)
from commandwall.model.geojson import Feature
from commandwall.model.level import PanelLevel
from commandwall.model.map_camera import MapCamera
from tests.unit.compose.data.views import (
    BODIES,
    NOW,
    PANELS,
    differ,
    full_view,
    painted,
    pixels_of,
    values_of,
    view_of,
)

SIZES = [(2, 2), (48, 26), (120, 68), (240, 134), (300, 540), (480, 270), (1000, 120), (1920, 1080)]
VALUED = [kind for kind in PanelKind if kind in BODIES]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("kind", PanelKind)
def test_every_panel_fills_its_tile_in_every_size(kind: PanelKind, size: tuple[int, int]) -> None:
    width, height = size
    for view in (full_view(kind), view_of(PANELS[kind]), full_view(kind, now_utc_ns=NOW + 900 * S)):
        planes = painted(view, width, height)
        assert planes.y.shape == (height, width)
        assert planes.u.shape == planes.v.shape == (height // 2, width // 2)


@pytest.mark.parametrize("kind", VALUED)
@pytest.mark.parametrize(
    "size", [(120, 68), (240, 134), (480, 270), (1920, 1080)], ids=lambda size: str(size[0])
)
def test_an_old_value_says_so_on_the_picture(kind: PanelKind, size: tuple[int, int]) -> None:
    new, old, older = (painted(full_view(kind, now_utc_ns=NOW + ago * S), *size) for ago in (0, 700, 1400))
    assert pixels_of(new, STALE) == 0
    assert pixels_of(old, STALE) > size[0] * size[1] / 2000
    assert differ(old, older), "the age is told"


@pytest.mark.parametrize("kind", VALUED)
def test_a_panel_without_a_value_says_that(kind: PanelKind) -> None:
    planes = painted(view_of(PANELS[kind]))
    assert pixels_of(planes, DIM) > 20 and pixels_of(planes, PAPER) == 0


@pytest.mark.parametrize("kind", PanelKind)
def test_nothing_stands_under_the_tiles_own_strip(kind: PanelKind) -> None:
    for width, height in ((240, 134), (480, 270), (1920, 1080)):
        planes = painted(full_view(kind), width, height)
        below = planes.y[height - strip_height(height) + 2 :]
        assert int(below.max()) - int(below.min()) <= 30, kind


def test_both_languages_are_written() -> None:
    view = view_of(PANELS[PanelKind.GAUGE])
    assert differ(painted(view, language="zh"), painted(view, language="en"))
    clock = full_view(PanelKind.CLOCK)
    assert differ(painted(clock, language="zh"), painted(clock, language="en"))


def test_a_gauge_shows_the_level_in_its_colour_and_the_figure_in_its_length() -> None:
    def gauge(figure: float) -> dict[PanelLevel, int]:
        planes = painted(view_of(PANELS[PanelKind.GAUGE], values_of(Figure(figure))))
        return {level: pixels_of(planes, colour) for level, colour in LEVEL.items()}

    calm, more, alarm, beyond = (gauge(figure) for figure in (1.0, 2.0, 4.0, 1e9))
    assert more[PanelLevel.NORMAL] > 1.7 * calm[PanelLevel.NORMAL] > 100
    assert alarm[PanelLevel.ALARM] > 4 * calm[PanelLevel.ALARM] and alarm[PanelLevel.NORMAL] == 0
    assert beyond[PanelLevel.ALARM] > 4 * calm[PanelLevel.ALARM]


def test_a_series_rises_where_its_values_do_and_ends_where_they_end() -> None:
    rising = values_of(*(Figure(float(index)) for index in range(100)), step_s=6)
    panel = replace(PANELS[PanelKind.SERIES], thresholds=(), stale_after_s=None)
    planes = painted(view_of(panel, rising), 960, 540)
    height, width = planes.u.shape
    line = (abs(planes.u.astype(int) - ACCENT.u) <= 6) & (abs(planes.v.astype(int) - ACCENT.v) <= 6)
    tops = [int(np.flatnonzero(line[:, x])[0]) for x in (width // 4, width // 2, width * 3 // 4)]
    assert tops == sorted(tops, reverse=True) and tops[0] - tops[2] > height / 5
    later = painted(view_of(panel, rising, now_utc_ns=NOW + 300 * S), 960, 540)
    still = (abs(later.u.astype(int) - ACCENT.u) <= 6) & (abs(later.v.astype(int) - ACCENT.v) <= 6)
    assert line[:, width * 3 // 4 :].any() and not still[:, width * 3 // 4 :].any()


def test_a_series_draws_nothing_where_nothing_is_known() -> None:
    values = [value for i, value in enumerate(values_of(*[Figure(2.0)] * 100, step_s=6)) if not 30 < i < 70]
    panel = replace(PANELS[PanelKind.SERIES], thresholds=(), stale_after_s=60)
    gap, bridged = (
        painted(view_of(each, values), 960, 540) for each in (panel, replace(panel, stale_after_s=None))
    )
    assert pixels_of(bridged, ACCENT) > 1.3 * pixels_of(gap, ACCENT)


def test_a_table_keeps_whole_rows_and_says_how_many_are_left_out() -> None:
    panel = PANELS[PanelKind.TABLE]
    rows = [Row((f"街道 {number}", float(number))) for number in range(80)]
    many = painted(view_of(panel, values_of(Rows(tuple(rows)))))
    more = painted(view_of(panel, values_of(Rows(tuple(rows[:-1])))))
    assert differ(many, more), "the number of the rows that are left out is told"
    alarm = painted(view_of(panel, values_of(Rows((replace(rows[0], level=PanelLevel.ALARM),)))))
    assert pixels_of(alarm, LEVEL[PanelLevel.ALARM]) > 20


def test_a_map_shows_cameras_in_the_colour_of_their_state_and_incidents_above_them() -> None:
    def shown(*cameras: MapCamera, incidents: tuple[Feature, ...] = ()) -> dict[str, int]:
        values = values_of(Incidents(incidents)) if incidents else ()
        planes = painted(view_of(PANELS[PanelKind.MAP], values, cameras), 960, 540)
        return {
            "live": pixels_of(planes, CAMERA[FeedState.LIVE]),
            "lost": pixels_of(planes, CAMERA[FeedState.LOST]),
            "alarm": pixels_of(planes, LEVEL[PanelLevel.ALARM]),
        }

    corner = MapCamera("a", 22.50, 114.05, (), FeedState.CONNECTING)
    live = MapCamera("b", 22.60, 114.20, (), FeedState.LIVE)
    alone = shown(corner, live)
    assert alone["live"] > 10 and alone["lost"] == 0
    lost = shown(corner, replace(live, state=FeedState.LOST))
    assert lost["live"] == 0 and lost["lost"] > 10
    above = Feature("塌陷", PanelLevel.ALARM, points=((114.20, 22.60),))
    with_incident = shown(corner, live, incidents=(above,))
    assert with_incident["alarm"] > 20 and with_incident["live"] < alone["live"]


def test_a_map_draws_the_files_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "area.geojson"
    ring = [[114.0, 22.5], [114.2, 22.5], [114.2, 22.6], [114.0, 22.6], [114.0, 22.5]]
    file.write_text(f'{{"type": "Polygon", "coordinates": [{ring}]}}')
    panel = replace(PANELS[PanelKind.MAP], geojson=(str(file),))
    assert pixels_of(painted(view_of(panel)), OUTLINE) > 100
    file.unlink()
    with pytest.raises(CommandwallError, match="cannot be read"):
        painted(view_of(panel))


def test_a_clock_shows_its_zone() -> None:
    panel = PANELS[PanelKind.CLOCK]
    here, there = view_of(panel), view_of(replace(panel, zone="Asia/Tokyo"))
    assert differ(painted(here), painted(there))
    assert differ(painted(here), painted(view_of(panel, now_utc_ns=NOW + S)))


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_fills_what_it_can_and_is_not_distorted(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"x{suffix}"
    blue = np.zeros((300, 300, 3), np.uint8)
    blue[:] = (200, 60, 20)
    cv2.imwrite(str(file), blue)
    view = view_of(PANELS[PanelKind.PICTURE], values_of(PictureFile(str(file))))
    planes = painted(view, 480, 270)
    shown = pixels_of(planes, rgb(20, 60, 200))
    assert 0.95 < shown / (135 * 135) < 1.01
    file.write_bytes(b"\x89PNG broken")
    again = replace(view, value=replace(view.value, at_utc_ns=1)) if view.value else view
    with pytest.raises(CommandwallError, match="PNG"):
        painted(again, 480, 270)


texts = st.text(max_size=300)
numbers = st.floats(-1e15, 1e15)
levels = st.sampled_from(PanelLevel)
places = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
bodies: dict[PanelKind, st.SearchStrategy[Body]] = {
    PanelKind.TEXT: st.builds(Words, texts, levels),
    PanelKind.GAUGE: st.builds(Figure, numbers),
    PanelKind.SERIES: st.builds(Figure, numbers),
    PanelKind.TABLE: st.builds(
        Rows,
        st.lists(
            st.builds(Row, st.tuples(texts | numbers | st.none(), numbers | texts), levels), max_size=30
        ).map(tuple),
    ),
    PanelKind.MAP: st.builds(
        Incidents,
        st.lists(
            st.builds(
                Feature, texts, levels,
                points=st.lists(places, max_size=3).map(tuple),
                lines=st.lists(st.lists(places, min_size=2, max_size=4).map(tuple), max_size=2).map(tuple),
                polygons=st.lists(
                    st.lists(st.lists(places, min_size=4, max_size=5).map(tuple), min_size=1, max_size=2).map(
                        tuple
                    ),
                    max_size=2,
                ).map(tuple),
            ),
            max_size=4,
        ).map(tuple),
    ),
}  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(VALUED))
def test_any_value_that_is_taken_can_be_painted(data: st.DataObject, kind: PanelKind) -> None:
    series = kind is PanelKind.SERIES
    found = data.draw(st.lists(bodies[kind], min_size=1, max_size=20 if series else 1))
    size = data.draw(st.sampled_from([(120, 68), (240, 134), (480, 270)]))
    planes = painted(view_of(PANELS[kind], values_of(*found)), *size)
    assert planes.y.shape == (size[1], size[0])
