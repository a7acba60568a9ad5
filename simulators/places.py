"""Which cameras the farm simulates: numbers, names, areas and positions of a district's centre.

Camera numbers count from 1. The same number is the same camera whatever the size of the farm, and
the first few already come from every kind of area.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

CSV_COLUMNS = (
    "id", "name", "area", "latitude", "longitude", "main_url", "main_transport",
    "sub_url", "sub_transport", "onvif_url", "credentials", "enabled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class District:
    """An area with cameras. Of every 100 cameras ``share`` are here."""

    id: str
    name: str
    short: str
    share: int
    latitude: float
    longitude: float
    sceneries: tuple[str, ...]
    spots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one simulated camera is and what it looks at (one of ``scene.sceneries.SCENERIES``)."""

    number: int
    id: str
    name: str
    area: str
    area_name: str
    latitude: float
    longitude: float
    scenery: str


DISTRICTS = (
    District("dongmen", "东门步行街", "东门", 16, 22.5470, 114.1190,
             ("shops", "plaza", "shops", "crossing"),
             ("解放路", "老街广场", "人民北路", "立新路", "永新街", "西华宫", "白马商场", "湖贝路口",
              "南庆街", "中山公园")),
    District("liantang", "莲塘片区", "莲塘", 12, 22.5610, 114.1720,
             ("street", "estate", "crossing", "estate"),
             ("国威路", "聚宝路", "莲塘路口", "仙湖路", "鹏兴花园", "港莲路", "罗沙路", "畔山花园")),
    District("bujiguan", "布吉关严管路", "布吉关", 9, 22.5850, 114.1170,
             ("checkpoint", "street", "checkpoint"),
             ("入关通道", "出关通道", "布吉路", "吓围村口", "关口广场", "金稻田路")),
    District("caopu", "草埔东片区", "草埔东", 9, 22.5860, 114.1280,
             ("estate", "street", "shops", "estate"),
             ("吓屋村", "金鹏路", "布心路口", "草埔东门", "鹏峰路", "章輋村")),
    District("qingshuihe", "清水河片区", "清水河", 9, 22.5810, 114.1040,
             ("depot", "street", "depot", "crossing"),
             ("清水河一路", "五路仓区", "红岗路", "环仓路", "铁路道口", "泥岗路口")),
    District("traffic", "交通监控", "交通", 8, 22.5500, 114.1250, ("crossing", "street", "crossing"),
             ("深南东路", "文锦路口", "爱国路", "沿河路", "春风高架", "东湖立交", "红岭路口")),
    District("police", "治安监控", "治安", 6, 22.5580, 114.1300, ("plaza", "estate", "shops"),
             ("翠竹路", "笋岗村", "黄贝岭", "向西村", "桂园路", "东晓路")),
    District("port", "口岸监控", "口岸", 3, 22.5320, 114.1170, ("plaza", "checkpoint"),
             ("罗湖口岸", "文锦渡", "联检广场")),
)  # fmt: skip

SCHOOLS_AREA = ("schools", "中小学校")
_SCHOOLS_SHARE = 28
_SCHOOL_SPOTS = (("校门", "gate"), ("操场", "playground"), ("校道", "campus"))
_PRIMARY = (
    "罗湖", "翠竹", "螺岭", "桂园", "滨河", "红桂", "洪湖", "水库", "锦田", "布心",
    "东晓", "草埔", "清水河", "莲塘", "莲南", "仙桐", "鹏兴", "港湾", "新秀", "黄贝",
    "景贝", "凤光", "怡景", "碧波", "文锦", "人民桥", "笋岗", "泥岗", "北斗", "湖贝",
    "向西", "水田", "大望", "梧桐", "东昌", "百仕达", "翠北", "翠茵", "金湖", "松泉",
)  # fmt: skip
_SECONDARY = (
    "罗湖", "翠园", "桂园", "笋岗", "滨河", "东晓", "布心", "莲塘", "松泉", "红桂",
    "洪湖", "罗芳", "文锦", "清水河", "草埔", "东湖",
)  # fmt: skip
SCHOOLS = (*(f"{name}小学" for name in _PRIMARY), *(f"{name}中学" for name in _SECONDARY))


def areas() -> Iterator[tuple[str, str, str | None]]:
    """Yield every area as (id, name, id of its parent or ``None``), parents first."""
    for district in DISTRICTS:
        yield district.id, district.name, None
    yield (*SCHOOLS_AREA, None)
    for index, name in enumerate(SCHOOLS, 1):
        yield f"school{index:02}", name, SCHOOLS_AREA[0]


def places(count: int) -> list[Place]:
    """Return the first ``count`` cameras, numbers 1 to ``count``."""
    return list(islice(_endless(), count))


def write_areas(file: TextIO) -> None:
    """Write the areas as CSV: id, name, parent (empty at the top)."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("id", "name", "parent"))
    writer.writerows((area, name, parent or "") for area, name, parent in areas())


def write_cameras(
    file: TextIO, count: int, base_url: str, credentials: str = "", onvif_url: str = ""
) -> None:
    """Write the first ``count`` cameras as a ``cameras_file``.

    ``base_url`` is ``rtsp://HOST:PORT``; ``onvif_url``, ``http://HOST:PORT``, if they can be moved.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for place in places(count):
        url = f"{base_url}/cam/{place.number:04}"
        position = (f"{place.latitude:.5f}", f"{place.longitude:.5f}")
        streams = (f"{url}/main", "tcp", f"{url}/sub", "tcp")
        onvif = f"{onvif_url}/onvif/{place.number:04}/device_service" if onvif_url else ""
        writer.writerow((place.id, place.name, place.area, *position, *streams, onvif, credentials, "true"))


def _endless() -> Iterator[Place]:
    counts = dict.fromkeys((district.id for district in DISTRICTS), 0)
    schools = 0
    for number, district in enumerate(_spread(), 1):
        if district is None:
            yield _school_place(number, schools)
            schools += 1
        else:
            yield _district_place(number, district, counts[district.id])
            counts[district.id] += 1


def _spread() -> Iterator[District | None]:
    """Yield districts (``None`` for the schools) by their shares, evenly mixed (smooth weighted turns)."""
    shares: list[tuple[District | None, int]] = [(district, district.share) for district in DISTRICTS]
    shares.append((None, _SCHOOLS_SHARE))
    total = sum(share for _, share in shares)
    credit = [0] * len(shares)
    while True:
        credit = [have + share for have, (_, share) in zip(credit, shares, strict=True)]
        chosen = credit.index(max(credit))
        credit[chosen] -= total
        yield shares[chosen][0]


def _district_place(number: int, district: District, index: int) -> Place:
    spot = district.spots[index % len(district.spots)]
    name = f"{district.short} {spot} {index // len(district.spots) + 1:02}"
    scenery = district.sceneries[index % len(district.sceneries)]
    latitude, longitude = _near(number, district.latitude, district.longitude, 0.004)
    return Place(number, f"{district.id}-{index + 1:03}", name, district.id, district.name,
                 latitude, longitude, scenery)  # fmt: skip


def _school_place(number: int, index: int) -> Place:
    school, turn = index % len(SCHOOLS), index // len(SCHOOLS)
    spot, scenery = _SCHOOL_SPOTS[(school + turn) % len(_SCHOOL_SPOTS)]
    name = f"{SCHOOLS[school]} {spot} {turn + 1:02}"
    latitude, longitude = _near(school, 22.5650, 114.1300, 0.02)
    area = f"school{school + 1:02}"
    return Place(number, f"{area}-{turn + 1:03}", name, area, SCHOOLS[school], latitude, longitude, scenery)


def _near(seed: int, latitude: float, longitude: float, spread: float) -> tuple[float, float]:
    chance = random.Random(seed)
    return latitude + chance.uniform(-spread, spread), longitude + chance.uniform(-spread, spread)
