"""What the sensors of the simulated district measure: functions of the time, with the shape of a day."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

_DAY_S = 86_400
_ZONE_S = 8 * 3600
"""The district is at UTC+8: its people sleep by that clock."""
GEOJSON = Path(__file__).with_name("luohu.geojson")


class Sensor(NamedTuple):
    """A panel of the configuration, the value to send it at a time (UTC seconds), and how often."""

    panel: dict[str, Any]
    value: Callable[[float], dict[str, Any]] | None
    every_s: float


def hour(at_s: float) -> float:
    """Return the hour of the day there, 0 to 24."""
    return (at_s + _ZONE_S) % _DAY_S / 3600


def ripple(at_s: float, period_s: float, seed: float) -> float:
    """Return -1 to 1: waves that do not repeat soon, the same for the same time."""
    turn = 2 * math.pi * at_s / period_s
    return (
        0.5 * math.sin(turn + seed)
        + 0.3 * math.sin(2.7 * turn + 2 * seed)
        + 0.2 * math.sin(7.1 * turn + 3 * seed)
    )


def storm(at_s: float) -> float:
    """Return how hard it rains, 0 to 1: showers of half an hour, twice in three hours."""
    return math.pow(max(0.0, ripple(at_s, 3 * 3600, 1.3)), 1.5)


def level_m(at_s: float) -> float:
    """Return the water level of the river: it follows the rain of the last hour."""
    rain = sum(storm(at_s - 600 * step) for step in range(6)) / 6
    return round(1.3 + 4.8 * rain + 0.04 * ripple(at_s, 300, 0.5), 2)


def wind_m_s(at_s: float) -> float:
    """Return the wind: gusts on a breeze that grows with the day."""
    breeze = 3 + 2 * math.sin(math.pi * min(1.0, max(0.0, (hour(at_s) - 6) / 14)))
    return round(max(0.0, breeze + 9 * storm(at_s) + 1.4 * ripple(at_s, 90, 2.0)), 1)


def people(at_s: float) -> int:
    """Return how many people are in the pedestrian street: two waves, at noon and in the evening."""
    waves = sum(size * math.exp(-((hour(at_s) - at) ** 2) / width) for at, size, width in
                ((12.5, 5200, 4.0), (19.8, 9400, 5.5), (15.5, 3300, 9.0)))  # fmt: skip
    return round(180 + waves * (1 + 0.05 * ripple(at_s, 240, 0.2)) * (1 - 0.5 * storm(at_s)))


def _rain_rows(at_s: float) -> dict[str, Any]:
    rows = []
    for number, street in enumerate(("桂园", "黄贝", "东门", "翠竹", "南湖", "笋岗", "东湖", "莲塘")):
        hour_mm = round(95 * storm(at_s) * (0.7 + 0.3 * ripple(at_s, 5400, number)), 1)
        day_mm = round(38 + 60 * (0.5 + 0.5 * ripple(at_s, 40_000, number)) + hour_mm, 1)
        level = (
            "alarm"
            if hour_mm >= 40
            else "warning"
            if hour_mm >= 25
            else "caution"
            if hour_mm >= 15
            else "normal"
        )
        rows.append({"cells": [street, hour_mm, day_mm, int(hour_mm / 14)], "level": level})
    return {"rows": rows}


def _notice(at_s: float) -> dict[str, Any]:
    level = level_m(at_s)
    if level >= 3.0:
        return {"text": "布吉河水位超过警戒线，沿河街道人员到岗，关闭下沉通道。", "level": "alarm"}
    if level >= 2.2:
        return {"text": "暴雨黄色预警：注意低洼路段积水，值班人员保持通讯畅通。", "level": "caution"}
    return {"text": "全区平稳。防汛值班正常，各街道按时报平安。", "level": "normal"}


def _incidents(at_s: float) -> dict[str, Any]:
    places = (
        ("布吉路积水", "warning", 114.1185, 22.5690, 2.4),
        ("东门人流密集", "caution", 114.1192, 22.5470, 0.0),
        ("清水河道路塌陷", "alarm", 114.1030, 22.5810, 3.0),
        ("莲塘树木倒伏", "notice", 114.1720, 22.5610, 1.6),
    )
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "level": level},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for name, level, longitude, latitude, from_m in places
        if level_m(at_s) >= from_m
    ]
    return {"geojson": {"type": "FeatureCollection", "features": features}}


_WATER = [{"at": 2.2, "level": "caution"}, {"at": 2.7, "level": "warning"}, {"at": 3.0, "level": "alarm"}]
_CROWD = [{"at": 8000, "level": "caution"}, {"at": 9500, "level": "alarm"}]

SENSORS: tuple[Sensor, ...] = (
    Sensor(
        {"id": "map", "name": "态势图", "kind": "map", "title": "罗湖区态势", "geojson": [str(GEOJSON)]},
        _incidents,
        10,
    ),
    Sensor(
        {
            "id": "water", "name": "布吉河水位", "kind": "gauge", "unit": "m", "min": 0, "max": 4,
            "decimals": 2, "thresholds": _WATER, "stale_after_s": 30,
        },
        lambda at_s: {"value": level_m(at_s)},
        2,
    ),
    Sensor(
        {
            "id": "water-hours", "name": "水位曲线", "kind": "series", "title": "布吉河水位 · 三小时",
            "unit": "m", "decimals": 2, "thresholds": _WATER, "window_s": 10_800, "stale_after_s": 120,
        },
        lambda at_s: {"value": level_m(at_s)},
        10,
    ),
    Sensor(
        {
            "id": "wind", "name": "风速", "kind": "series", "title": "梧桐山风速 · 十分钟", "unit": "m/s",
            "min": 0, "decimals": 1, "window_s": 600, "stale_after_s": 30,
        },
        lambda at_s: {"value": wind_m_s(at_s)},
        2,
    ),
    Sensor(
        {
            "id": "people", "name": "东门人流", "kind": "gauge", "title": "东门步行街在场人数", "unit": "人",
            "min": 0, "max": 12_000, "decimals": 0, "thresholds": _CROWD, "stale_after_s": 60,
        },
        lambda at_s: {"value": people(at_s)},
        5,
    ),
    Sensor(
        {
            "id": "rain", "name": "街道雨量", "kind": "table", "title": "各街道雨量",
            "columns": ["街道", "1 小时 mm", "24 小时 mm", "积水点"], "stale_after_s": 300,
        },
        _rain_rows,
        15,
    ),
    Sensor({"id": "notice", "name": "值班通知", "kind": "text", "title": "指挥部通知"}, _notice, 30),
    Sensor({"id": "time", "name": "北京时间", "kind": "clock", "zone": "Asia/Shanghai"}, None, 0),
)  # fmt: skip
