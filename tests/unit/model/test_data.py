from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.data import Figure, Panel, PanelKind, Row, Rows, Threshold, Words
from commandwall.model.level import PanelLevel

GAUGE = Panel(
    "level", "水位", PanelKind.GAUGE, min=0, max=5,
    thresholds=(Threshold(2, PanelLevel.CAUTION), Threshold(3, PanelLevel.ALARM)),
)  # fmt: skip


def test_a_figure_has_the_level_of_the_last_threshold_it_reached() -> None:
    levels = [GAUGE.level(figure) for figure in (-1, 1.99, 2, 2.99, 3, 99)]
    expected = [PanelLevel.NORMAL] * 2 + [PanelLevel.CAUTION] * 2 + [PanelLevel.ALARM] * 2
    assert levels == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"columns": ("a",)}, "columns"),
        ({"window_s": 60.0}, "window_s"),
        ({"zone": "Asia/Shanghai"}, "zone"),
        ({"min": None}, "min"),
        ({"max": None}, "max"),
        ({"min": 5.0}, "max"),
        (
            {"thresholds": (Threshold(2, PanelLevel.CAUTION), Threshold(2, PanelLevel.ALARM))},
            "thresholds[1].at",
        ),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        replace(GAUGE, **change)  # type: ignore[arg-type]
    assert raised.value.field == field


def test_a_clock_takes_no_values_and_so_never_gets_old() -> None:
    clock = Panel("c", "时间", PanelKind.CLOCK)
    assert not clock.takes(Figure(1)) and clock.span_s == 0
    with pytest.raises(InvalidError, match="stale_after_s"):
        replace(clock, stale_after_s=1.0)
    with pytest.raises(InvalidError, match="columns"):
        Panel("t", "表", PanelKind.TABLE)


def test_a_panel_takes_what_it_can_show() -> None:
    table = Panel("t", "表", PanelKind.TABLE, columns=("a", "b"))
    assert GAUGE.takes(Figure(1)) and not GAUGE.takes(Words("x"))
    assert table.takes(Rows((Row(("x", 1.0)),))) and not table.takes(Rows((Row(("x",)),)))
    assert GAUGE.heading == "水位" and replace(GAUGE, title="布吉河").heading == "布吉河"
