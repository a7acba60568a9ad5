"""Snapshots: what the wall or a head shows now, as a still picture."""

from __future__ import annotations

import asyncio

from commandwall.base.errors import UnavailableError
from commandwall.compose.canvas import Canvas, empty_planes
from commandwall.compose.composer import Composer
from commandwall.compose.headpicture import HeadPictures
from commandwall.compose.watermark import Watermarking
from commandwall.ipc.messages import Picture, SnapshotWall
from commandwall.ipc.slots import Planes
from commandwall.media.still import encode_still

_PATIENCE_S = 2.0


async def snapshot(
    composer: Composer, pictures: HeadPictures, request: SnapshotWall
) -> tuple[Picture, bytes]:
    """Return the whole canvas (``head`` is empty) or a head with its veil, after the next tick.

    The tick only copies; the encoding is done in a thread. A head with a watermark carries the name of
    who asked. Raises
    :class:`commandwall.base.errors.NotFoundError` for an unknown head and
    :class:`commandwall.base.errors.InvalidError` for an unknown format.
    """
    wall = composer.wall
    shown = pictures.heads[wall.head(request.head).id] if request.head else pictures.whole
    marks: Watermarking | None = None
    words = wall.head(request.head).watermark if request.head else None
    if words is not None:
        marks = await asyncio.to_thread(Watermarking, f"{words} {request.viewer}", *shown.view.upright)
    loop = asyncio.get_running_loop()
    copied: asyncio.Future[Planes] = loop.create_future()

    def take(canvas: Canvas, tick: int) -> None:
        planes = empty_planes(*shown.view.size)
        shown.take(canvas, tick, planes, marks)
        loop.call_soon_threadsafe(_resolve, copied, planes)

    composer.peek(take)
    try:
        planes = await asyncio.wait_for(copied, _PATIENCE_S)
    except TimeoutError:
        raise UnavailableError("wall {id!r} does not tick; try again in some seconds", id=wall.id) from None
    still = await asyncio.to_thread(encode_still, planes, request.format)
    return Picture(still.content_type, 0.0), still.data


def _resolve(future: asyncio.Future[Planes], planes: Planes) -> None:
    if not future.done():
        future.set_result(planes)
