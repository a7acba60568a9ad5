"""Draws a picture of every kind of data panel for data.md: run ``make docs`` after a change."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from commandwall.base.clock import NS_PER_S
from commandwall.compose.data.painters import paint
from commandwall.compose.data.view import View, moment, stale_s
from commandwall.compose.data.words import panel_words
from commandwall.control.panel_values import parse_value
from commandwall.media.still import encode_still
from commandwall.model.camera import FeedState
from commandwall.model.data import Panel, PictureFile, Value
from commandwall.model.map_camera import MapCamera
from commandwall.settings.panels import PanelEntry, panel_of
from simulators.places import places
from simulators.weather import SENSORS, Sensor, level_m

HERE = Path(__file__).parent / "panels"
SIZE = (480, 270)
ZONE = "Asia/Shanghai"
DRAWN = {
    "map": "map",
    "water": "gauge",
    "water-hours": "series",
    "rain": "table",
    "notice": "text",
    "time": "clock",
}
_BEGIN_S = 1_795_305_600


def _storm_s() -> int:
    """Return a time at which the river is high: there is something to see."""
    return max(range(_BEGIN_S, _BEGIN_S + 43_200, 60), key=level_m)


def _values(sensor: Sensor, panel: Panel, now_s: int) -> Iterator[Value]:
    if sensor.value is None:
        return
    step_s = panel.span_s / 400 if panel.span_s else 1
    for index in range(400 if panel.span_s else 1, 0, -1):
        at_s = now_s - step_s * (index - 1)
        body = {**sensor.value(at_s), "at": round(at_s * 1000)}
        yield parse_value(panel, json.dumps(body).encode(), now_s * NS_PER_S)


def _cameras() -> tuple[MapCamera, ...]:
    states = [FeedState.LOST, *[FeedState.LIVE] * 17, FeedState.STALLED, *[FeedState.LIVE] * 20]
    return tuple(
        MapCamera(it.id, it.latitude, it.longitude, (it.area,), states[it.number % len(states)])
        for it in places(160)
    )


def _draw(name: str, panel: Panel, values: tuple[Value, ...], now_s: int) -> None:
    now_ns = now_s * NS_PER_S
    newest = values[-1] if values else None
    cameras = _cameras() if name == "map" else ()
    view = View(panel, 1, moment(panel, now_ns), stale_s(panel, newest, now_ns), newest, values, cameras)
    still = encode_still(paint(view, *SIZE, panel_words("zh")), "png")
    (HERE / f"{name}.png").write_bytes(still.data)


def main() -> None:
    """Draw all of them."""
    os.environ["TZ"] = ZONE
    time.tzset()
    HERE.mkdir(exist_ok=True)
    now_s = _storm_s()
    for sensor in SENSORS:
        name = DRAWN.get(sensor.panel["id"])
        if name is not None:
            panel = panel_of(PanelEntry.model_validate(sensor.panel))
            _draw(name, panel, tuple(_values(sensor, panel, now_s)), now_s)
            if name == "gauge":
                _draw("stale", panel, tuple(_values(sensor, panel, now_s)), now_s + 720)
    plan = panel_of(PanelEntry.model_validate({"id": "plan", "name": "预案图", "kind": "picture"}))
    states = Path(__file__).parents[1] / "design" / "img" / "compose-states.jpg"
    _draw("picture", plan, (Value(now_s * NS_PER_S, True, PictureFile(str(states))),), now_s)


if __name__ == "__main__":
    main()
