"""A map: outlines, cameras in the colour of their state, incidents, and a scale that is true."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

from pydantic_core import from_json

from commandwall.base.errors import CommandwallError
from commandwall.compose.data.colours import CAMERA, GROUND, LAND, LEVEL, OUTLINE, RAISED, ROAD, WATER
from commandwall.compose.data.easel import Easel
from commandwall.compose.data.frame import Box, Frame
from commandwall.compose.data.labels import Labels
from commandwall.compose.data.projection import Projection
from commandwall.compose.palette import PAPER, SOFT
from commandwall.compose.text import line_height, text_width
from commandwall.model.camera import FeedState
from commandwall.model.data import Incidents
from commandwall.model.geojson import Feature, Position, parse_features
from commandwall.model.level import PanelLevel
from commandwall.model.map_camera import MapCamera

_STATES = (
    FeedState.DISABLED,
    FeedState.CONNECTING,
    FeedState.LIVE,
    FeedState.STALLED,
    FeedState.REFUSED,
    FeedState.LOST,
)
"""In the order of drawing: what is wrong lies on top."""
_LEVELS = tuple(PanelLevel)
_FEW = 60
"""So many cameras are drawn in full size; more of them smaller, so that they do not hide each other."""


def paint_map(frame: Frame) -> None:
    """Paint the cameras and incidents that the view holds, over the panel's files.

    Raises :class:`CommandwallError` when one of them cannot be read.
    """
    view, easel = frame.view, frame.easel
    value = view.value
    incidents = value.body.features if value is not None and isinstance(value.body, Incidents) else ()
    outlines = tuple(feature for path in view.panel.geojson for feature in read_features(path))
    cameras = sorted(view.cameras, key=lambda camera: _STATES.index(camera.state))
    places = _extent(view.panel.area, outlines, cameras, incidents)
    if not places:
        frame.nothing()
        frame.head()
        return
    box = (
        Box(0, 0, easel.width, easel.height)
        if frame.compact
        else Box(0, frame.body.y - frame.margin * 0.3, easel.width, frame.body.height + frame.margin * 0.9)
    )
    foot = 0.0 if frame.compact else line_height(frame.px)
    inner = Box(box.x + frame.margin, box.y, box.width - 2 * frame.margin, box.height - foot)
    projection = Projection.fit(places, inner)
    easel.rect(*box, WATER)
    _draw_outlines(easel, projection, outlines)
    crowd = min(1.0, max(0.6, (_FEW / max(1, len(cameras))) ** 0.5))
    radius = max(1.4, min(easel.width, easel.height) / 95 * crowd)
    labels = Labels(easel, box)
    for camera in cameras:
        x, y = projection.point((camera.longitude, camera.latitude))
        easel.disc(x, y, radius * 1.5, GROUND, 0.7)
        easel.disc(x, y, radius, CAMERA[camera.state])
    _draw_incidents(frame, projection, incidents, labels, radius)
    if not frame.compact:
        _furniture(frame, projection, cameras, box, labels)
    _name_outlines(frame, projection, outlines, labels)
    if not frame.compact:
        easel.rect(0, 0, easel.width, box.y, GROUND)
        bottom = round(box.bottom)
        easel.rect(0, bottom, easel.width, easel.height - bottom, GROUND)
    frame.head(max((feature.level for feature in incidents), key=_LEVELS.index, default=PanelLevel.NORMAL))


def read_features(path: str) -> tuple[Feature, ...]:
    """Return what a GeoJSON file holds, kept while it does not change; raises :class:`CommandwallError`."""
    try:
        return _parsed(path, Path(path).stat().st_mtime_ns)
    except OSError as error:
        raise CommandwallError("{path} cannot be read: {reason}", path=path, reason=error.strerror) from None


@lru_cache(32)
def _parsed(path: str, _: int) -> tuple[Feature, ...]:
    try:
        return parse_features(from_json(Path(path).read_bytes()), field=Path(path).name)
    except ValueError as error:
        raise CommandwallError("{path} is not JSON: {error}", path=path, error=str(error)) from None


def _extent(
    area: str | None, outlines: tuple[Feature, ...], cameras: list[MapCamera], incidents: tuple[Feature, ...]
) -> list[Position]:
    """Return what has to be seen: the area's cameras where there is one, else everything."""
    places = [(camera.longitude, camera.latitude) for camera in cameras]
    places += [position for feature in incidents for position in feature.positions()]
    if area is None or not places:
        places += [position for feature in outlines for position in feature.positions()]
    return places


def _draw_outlines(easel: Easel, projection: Projection, outlines: tuple[Feature, ...]) -> None:
    thin = max(0.8, min(easel.width, easel.height) / 420)
    for feature in outlines:
        for polygon in feature.polygons:
            rings = [[projection.point(position) for position in ring] for ring in polygon]
            easel.polygon(rings, LAND, 0.75)
            for ring in rings:
                easel.line(ring, thin, OUTLINE)
        for line in feature.lines:
            easel.line([projection.point(position) for position in line], 2 * thin, ROAD)


def _draw_incidents(
    frame: Frame, projection: Projection, incidents: tuple[Feature, ...], labels: Labels, radius: float
) -> None:
    """Draw the incidents, the gravest last and with the first choice of room for its name."""
    easel = frame.easel
    ordered = sorted(incidents, key=lambda feature: _LEVELS.index(feature.level))
    large = radius * 2.1
    for feature in ordered:
        colour = LEVEL[feature.level]
        for polygon in feature.polygons:
            rings = [[projection.point(position) for position in ring] for ring in polygon]
            easel.polygon(rings, colour, 0.28)
            for ring in rings:
                easel.line(ring, max(1.0, radius * 0.5), colour)
        for line in feature.lines:
            easel.line([projection.point(position) for position in line], max(1.5, radius), colour)
        for position in feature.points:
            x, y = projection.point(position)
            easel.disc(x, y, large * 1.7, colour, 0.3)
            easel.disc(x, y, large, PAPER)
            easel.disc(x, y, large * 0.74, colour)
            labels.occupy(Box(x - large, y - large, 2 * large, 2 * large))
    if frame.compact:
        return
    px = max(8, round(frame.px * 0.86))
    for feature in reversed(ordered):
        anchor = next(feature.positions(), None)
        if anchor is not None and feature.name:
            labels.beside(feature.name, projection.point(anchor), large * 1.25, px, PAPER, RAISED)


def _name_outlines(
    frame: Frame, projection: Projection, outlines: tuple[Feature, ...], labels: Labels
) -> None:
    """Write the names of areas, the largest area first."""
    if frame.compact:
        return
    named = []
    for feature in outlines:
        for polygon in feature.polygons[:1]:
            xs, ys = zip(*(projection.point(position) for position in polygon[0]), strict=True)
            size = (max(xs) - min(xs)) * (max(ys) - min(ys))
            named.append((size, feature.name, (sum(xs) / len(xs), sum(ys) / len(ys)), max(xs) - min(xs)))
    px = max(8, round(frame.px * 0.74))
    for _, name, centre, width in sorted(named, reverse=True):
        if name and text_width(name, px) <= width * 1.15:
            labels.centred(name, centre, px, SOFT)


def _furniture(
    frame: Frame, projection: Projection, cameras: list[MapCamera], box: Box, labels: Labels
) -> None:
    """Draw the scale bar, bottom left, and how many cameras are how, bottom right."""
    easel, px = frame.easel, max(8, round(frame.px * 0.66))
    high, margin = line_height(px), frame.margin
    length, text = projection.bar(easel.width * 0.2)
    x, y = margin, box.bottom - margin * 0.7
    thick = max(1, px // 8)
    labels.occupy(Box(x, y - high * 1.5, length, high * 1.7))
    easel.rect(x, y - thick, length, thick, SOFT)
    for end in (x, x + length - thick):
        easel.rect(end, y - px * 0.4, thick, px * 0.4, SOFT)
    labels.write(text, x + length / 2 - text_width(text, px) / 2, y - high - px * 0.25, px, SOFT)
    counts = Counter(
        FeedState.LOST if camera.state is FeedState.REFUSED else camera.state for camera in cameras
    )
    right: float = easel.width - margin
    for state in (FeedState.LOST, FeedState.STALLED, FeedState.LIVE):
        if not counts[state]:
            continue
        text = f"{frame.words.cameras[state]} {counts[state]}"
        left = right - text_width(text, px)
        labels.write(text, left, y - high * 0.9, px, SOFT)
        easel.disc(left - px * 0.5, y - high * 0.9 + high * 0.52, px * 0.3, CAMERA[state])
        right = left - px * 1.6
    labels.occupy(Box(right, y - high, easel.width - right, high * 1.2))
