"""From entries to the model: references, uniqueness, and what only the model knows to be wrong."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from commandwall.base.errors import InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.camera import Area, Camera, StreamAddress
from commandwall.model.head import Bezel, Display, Head, whole_canvas
from commandwall.model.layout import Layout
from commandwall.model.overlays import Hidden, Labels, Logo
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall
from commandwall.settings.faults import Fault, Place, invalid_fault, schema_faults
from commandwall.settings.schema import (
    AreaEntry,
    CameraEntry,
    Entry,
    HeadEntry,
    LogoEntry,
    MaskEntry,
    OnvifEntry,
    StreamEntry,
    WallEntry,
    keys_of,
)

_PNG = b"\x89PNG\r\n\x1a\n"

EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, slots=True)
class Located(Generic[EntryT]):
    """An entry that is right in itself, and where it was written."""

    place: Place
    entry: EntryT


def read_entries(
    kind: type[EntryT], raw: Iterable[tuple[Place, Any]], faults: list[Fault]
) -> list[Located[EntryT]]:
    """Return the entries of ``raw`` that fit ``kind``; what is wrong with the others goes to ``faults``."""
    entries = []
    for place, data in raw:
        try:
            entries.append(Located(place, kind.model_validate(data)))
        except ValidationError as error:
            faults += schema_faults(error, place, keys_of(kind))
    return entries


def check_unique(entries: Iterable[Located[Any]], faults: list[Fault]) -> None:
    """Note every entry whose id an earlier one has."""
    first: dict[str, Fault] = {}
    for located in entries:
        here = located.place.fault(("id",), "")
        other = first.setdefault(located.entry.id, here)
        if other is not here:
            message = Sentence(
                "{id!r} is taken at {file}:{line}; ids are unique",
                id=located.entry.id,
                file=other.file.name,
                line=other.line,
            )
            faults.append(located.place.fault(("id",), message))


def unknown(what: str, name: str, known: Collection[str]) -> Sentence:
    """Return the message for a reference to something that is not there."""
    if near := difflib.get_close_matches(name, known, n=1):
        return Sentence(
            "there is no {what} {name!r}; did you mean {near}?", what=Sentence(what), name=name, near=near[0]
        )
    return Sentence(
        "there is no {what} {name!r}; add it to {section}", what=Sentence(what), name=name, section=f"{what}s"
    )


def areas_of(
    entries: Sequence[Located[AreaEntry]], declared: Collection[str], faults: list[Fault]
) -> list[Area]:
    """Return the areas; ``declared`` are the ids that stand in the file, right or wrong."""
    parents = {located.entry.id: located.entry.parent for located in reversed(entries)}
    for located in entries:
        parent = located.entry.parent
        if parent is not None and parent not in declared:
            faults.append(located.place.fault(("parent",), unknown("area", parent, declared)))
        elif _loops(located.entry.id, parents):
            message = Sentence("area {id!r} is inside itself; break the loop", id=located.entry.id)
            faults.append(located.place.fault(("parent",), message))
    return [Area(located.entry.id, located.entry.name, located.entry.parent) for located in entries]


def _loops(area: str, parents: Mapping[str, str | None]) -> bool:
    """Return whether going up from ``area`` comes back to it."""
    seen: set[str] = set()
    parent = parents.get(area)
    while parent is not None and parent not in seen:
        if parent == area:
            return True
        seen.add(parent)
        parent = parents.get(parent)
    return False


def cameras_of(
    entries: Sequence[Located[CameraEntry]],
    areas: Collection[str],
    credentials: Collection[str],
    faults: list[Fault],
) -> list[Camera]:
    """Return the cameras; ``areas`` and ``credentials`` are the ids that stand in the file."""
    cameras = []
    for located in entries:
        entry, place = located.entry, located.place
        if entry.area not in areas:
            faults.append(place.fault(("area",), unknown("area", entry.area, areas)))
        if entry.credentials is not None and entry.credentials not in credentials:
            message = unknown("credential", entry.credentials, credentials)
            faults.append(place.fault(("credentials",), message))
        cameras.append(camera_of(entry))
    return cameras


def camera_of(entry: CameraEntry) -> Camera:
    """Return the camera that ``entry`` describes; what it refers to need not be there."""
    return Camera(
        entry.id,
        entry.name,
        entry.area,
        _address(entry.main),
        _address(entry.sub),
        entry.position,
        entry.credentials,
        entry.enabled,
        entry.tls_verify,
        entry.onvif.url if entry.onvif else None,
        entry.audio,
        tuple(mask.mask() for mask in entry.masks),
        entry.onvif.profile if entry.onvif else None,
    )


def entry_of(camera: Camera) -> CameraEntry:
    """Return ``camera`` as it would be written: what :func:`camera_of` makes it of."""
    return CameraEntry(
        id=camera.id,
        name=camera.name,
        area=camera.area,
        position=camera.position,
        main=_entry(camera.main),
        sub=_entry(camera.sub),
        onvif=OnvifEntry(url=camera.onvif_url, profile=camera.onvif_profile) if camera.onvif_url else None,
        credentials=camera.credentials,
        enabled=camera.enabled,
        tls_verify=camera.tls_verify,
        audio=camera.audio,
        masks=tuple(MaskEntry(polygon=list(mask.points)) for mask in camera.masks),
    )


def _entry(address: StreamAddress | None) -> StreamEntry | None:
    return None if address is None else StreamEntry(url=address.url, transport=address.transport)


def _address(stream: StreamEntry | None) -> StreamAddress | None:
    return None if stream is None else StreamAddress(stream.url, stream.transport)


class Declared(NamedTuple):
    """What walls refer to: the layouts, the areas, and the ids of cameras that stand in the files."""

    layouts: Mapping[str, Layout]
    areas: Sequence[Area]
    cameras: Collection[str]


def walls_of(
    entries: Sequence[Located[WallEntry]], declared: Declared, root: Path, faults: list[Fault]
) -> list[Wall]:
    """Return the walls whose heads lie on their canvas and whose layout fits it.

    The files that they name are below ``root``.
    """
    walls = []
    layouts = declared.layouts
    monitors: dict[int | str, str] = {}
    for located in entries:
        entry, place = located.entry, located.place
        layout = layouts.get(entry.layout)
        if layout is None:
            faults.append(place.fault(("layout",), unknown("layout", entry.layout, layouts)))
        try:
            _check_hidden(located, declared, faults)
            wall = _wall(entry, declared.areas, root)
            if layout is not None:
                layout.rects(wall.width, wall.height)
            _claim_monitors(wall, monitors)
            walls.append(wall)
        except InvalidError as error:
            faults.append(invalid_fault(error, place))
    return walls


def _claim_monitors(wall: Wall, taken: dict[int | str, str]) -> None:
    """Note which monitors ``wall`` fills; raises :class:`InvalidError` for one that another head has."""
    for index, head in enumerate(wall.heads):
        if head.display is None or not head.display.fullscreen:
            continue
        name = f"{wall.id}/{head.id}"
        other = taken.setdefault(head.display.monitor, name)
        if other != name:
            raise InvalidError(
                "monitor {monitor!r} is filled by head {other}; name another",
                monitor=head.display.monitor,
                other=other,
                field=f"heads[{index}].display.monitor",
            )


def _check_hidden(located: Located[WallEntry], declared: Declared, faults: list[Fault]) -> None:
    """Note what a head is to hide that is not there: a typo would show it."""
    areas = {area.id for area in declared.areas}
    for index, head in enumerate(located.entry.heads or ()):
        for what, names, known in (
            ("area", head.hide.areas, areas),
            ("camera", head.hide.cameras, declared.cameras),
        ):
            for number, name in enumerate(names):
                if name not in known:
                    loc = ("heads", index, "hide", f"{what}s", number)
                    faults.append(located.place.fault(loc, unknown(what, name, known)))


def _wall(entry: WallEntry, areas: Sequence[Area], root: Path) -> Wall:
    """Return the wall of ``entry``; raises :class:`InvalidError`."""
    width, height = entry.size
    heads = tuple(_head(head, areas) for head in entry.heads or ()) or (whole_canvas(width, height),)
    seen: set[str] = set()
    for index, head in enumerate(heads):
        if head.id in seen:
            raise InvalidError(
                "{id!r} is there twice; ids are unique", id=head.id, field=f"heads[{index}].id"
            )
        seen.add(head.id)
    return Wall(
        entry.id,
        entry.name,
        width,
        height,
        entry.fps,
        entry.layout,
        heads,
        entry.align_ms,
        Labels(**entry.labels.model_dump()),
        _logo(entry.logo, root) if entry.logo else None,
    )


def _head(entry: HeadEntry, areas: Sequence[Area]) -> Head:
    hide, mark, shown = entry.hide, entry.watermark, entry.display
    return Head(
        entry.id,
        Rect(*entry.rect),
        Bezel(*entry.bezel),
        entry.rotate,
        entry.size,
        None if shown is None else Display(shown.monitor, shown.fullscreen),
        Hidden(_with_those_inside(hide.areas, areas), hide.cameras, hide.overlays),
        mark if isinstance(mark, str) else "" if mark else None,
    )


def _with_those_inside(ids: Collection[str], areas: Sequence[Area]) -> tuple[str, ...]:
    """Return ``ids`` and every area that lies inside one of them."""
    found = set(ids)
    while more := {area.id for area in areas if area.parent in found} - found:
        found |= more
    return tuple(sorted(found))


def _logo(entry: LogoEntry, root: Path) -> Logo:
    """Return the logo of ``entry``; raises :class:`InvalidError` when its file is no PNG."""
    file = root / entry.file
    try:
        with file.open("rb") as stream:
            signature = stream.read(len(_PNG))
    except OSError as error:
        raise InvalidError(
            "{file} cannot be read: {reason}", file=file, reason=error.strerror, field="logo.file"
        ) from None
    if signature != _PNG:
        raise InvalidError("{file} is not a PNG picture", file=file, field="logo.file")
    return Logo(str(file.absolute()), entry.corner, entry.height, entry.opacity)
