"""The simulated sensors: values that panels take, in the shape of a day."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from commandwall.base.clock import NS_PER_S
from commandwall.control.panel_values import parse_value
from commandwall.settings.panels import PanelEntry, check_files, panel_of
from simulators.sensors import parse_arguments, send_past
from simulators.weather import SENSORS, Sensor, hour, level_m, people, storm, wind_m_s

DAY_S = 1_795_276_800
"""Midnight there."""


@pytest.mark.parametrize("sensor", SENSORS, ids=lambda sensor: sensor.panel["id"])
def test_every_panel_is_right_and_takes_what_its_sensor_sends(sensor: Sensor) -> None:
    panel = panel_of(PanelEntry.model_validate(sensor.panel))
    check_files(panel)
    if sensor.value is None:
        assert not panel.fed
        return
    for at_s in range(DAY_S, DAY_S + 86_400, 1800):
        value = parse_value(panel, json.dumps(sensor.value(at_s)).encode(), at_s * NS_PER_S)
        assert panel.takes(value.body)


def test_the_day_has_its_shape() -> None:
    assert hour(DAY_S) == 0 and hour(DAY_S + 6 * 3600) == 6
    night, evening = people(DAY_S + 4 * 3600), people(DAY_S + 20 * 3600)
    assert night < 600 < 3000 < evening
    levels = [level_m(DAY_S + minute * 60) for minute in range(1440)]
    assert 1 < min(levels) < 1.6 and 2.2 < max(levels) < 4
    assert max(abs(a - b) for a, b in pairwise(levels)) < 0.4
    assert all(0 <= storm(DAY_S + minute * 60) <= 1 for minute in range(1440))
    assert all(0 <= wind_m_s(DAY_S + minute * 60) < 30 for minute in range(1440))


class Heard:
    """A link that keeps what is sent."""

    def __init__(self) -> None:
        self.points: dict[str, list[dict[str, float]]] = {}

    async def send(self, panel: str, value: dict[str, float]) -> None:
        raise AssertionError("the past is sent as points")

    async def send_points(self, panel: str, points: list[dict[str, float]]) -> None:
        self.points[panel] = points


async def test_the_past_of_a_series_fills_its_window() -> None:
    link = Heard()
    for sensor in SENSORS:
        await send_past(link, sensor, DAY_S)
    assert set(link.points) == {"water-hours", "wind"}
    times = [point["at"] for point in link.points["water-hours"]]
    assert times == sorted(times)
    assert (times[0], len(times)) == ((DAY_S - 10_800) * 1000, 360) and times[-1] < DAY_S * 1000


def test_one_way_has_to_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments([])
    assert "--mqtt" in capsys.readouterr().err
    assert parse_arguments(["--mqtt", "mqtt://h:1", "--only", "water"]).only == ["water"]
