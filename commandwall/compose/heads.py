"""All streams of a wall on the packet bus: ``head/ID`` for each head, ``canvas`` for the whole.

Belongs to the event loop, but for :meth:`Heads.offer`, which the tick calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from commandwall.base.errors import NotFoundError
from commandwall.compose.canvas import Canvas
from commandwall.compose.faces import Faces
from commandwall.compose.head import Encoding
from commandwall.compose.headpicture import HeadPicture, HeadPictures
from commandwall.compose.overlays import Laid
from commandwall.compose.watermark import Watermarking
from commandwall.ipc.messages import HeadFigures, WallTile
from commandwall.ipc.packets import Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.wall import Wall

CANVAS = "canvas"


def head_stream(head: str) -> str:
    """Return the name on the packet bus of a head's stream."""
    return f"head/{head}"


class HeadStream:
    """One stream and its subscribers. Nothing is encoded while nobody is subscribed."""

    def __init__(self, picture: HeadPicture, fps: int) -> None:
        self.picture = picture
        self.info = StreamInfo("h264", *picture.view.size, fps)
        self.encoded = 0
        self.encoding: Encoding | None = None
        self._started: dict[Subscriber, bool] = {}
        self._stopping: list[Encoding] = []
        self._life = 0

    @property
    def subscribers(self) -> int:
        """How many subscribe now."""
        return len(self._started)

    def add(self, subscriber: Subscriber) -> None:
        """Describe the stream; pictures follow from the next key frame on, which is asked for."""
        subscriber.describe(self.info)
        self._started[subscriber] = False
        if self.encoding is None:
            loop = asyncio.get_running_loop()
            self._life = life = self._life + 1
            self.encoding = Encoding(
                self.info, self.picture, lambda unit: loop.call_soon_threadsafe(self._publish, life, unit)
            )
        else:
            self.encoding.want_key()

    def remove(self, subscriber: Subscriber) -> None:
        """Forget it; the encoder ends with the last one."""
        self._started.pop(subscriber, None)
        if not self._started and self.encoding is not None:
            self.encoding.stop()
            self._stopping = [past for past in self._stopping if past.running] + [self.encoding]
            self.encoding = None

    async def close(self) -> None:
        """Forget all subscribers and wait for the encoder to end."""
        for subscriber in tuple(self._started):
            self.remove(subscriber)
        for encoding in self._stopping:
            await asyncio.to_thread(encoding.join)

    def _publish(self, life: int, unit: AccessUnit) -> None:
        """Push a picture of the encoder that is the ``life``-th; of one before, nobody could decode it."""
        if life != self._life:
            return
        self.encoded += 1
        for subscriber, started in self._started.items():
            if started or unit.key:
                self._started[subscriber] = True
                subscriber.push(unit)


class Heads:
    """The streams of one wall: a :class:`commandwall.ipc.packets.PacketSource`."""

    def __init__(self, wall: Wall, faces: Faces) -> None:
        self.pictures = pictures = HeadPictures(wall, faces)
        by_picture: dict[int, HeadStream] = {}

        def stream(picture: HeadPicture) -> HeadStream:
            return by_picture.setdefault(id(picture), HeadStream(picture, wall.fps))

        self._streams = {head_stream(head): stream(picture) for head, picture in pictures.heads.items()}
        self._streams[CANVAS] = stream(pictures.preview)
        self._all = tuple(by_picture.values())
        self._heads = wall.heads

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Describe ``stream`` and push from the next key frame on; raises :class:`NotFoundError`."""
        self._stream(stream).add(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push nothing more to ``subscriber``."""
        if stream in self._streams:
            self._streams[stream].remove(subscriber)

    def request_key(self, stream: str) -> None:
        """Make a key frame soon; requests within 0.3 s share one."""
        encoding = self._stream(stream).encoding
        if encoding is not None:
            encoding.want_key()

    def mark(self, head: str, text: str) -> None:
        """Draw ``text`` across the pictures of ``head`` from now on; takes milliseconds, in any thread."""
        picture = self._stream(head_stream(head)).picture
        if picture.veil is not None:
            picture.veil.mark(Watermarking(text, *picture.view.upright))

    def arranged(self, tiles: Sequence[WallTile], overlays: Sequence[Laid]) -> None:
        """Hide in each head what is to be hidden of ``tiles``; in the tick's thread."""
        for picture in self.pictures.heads.values():
            if picture.veil is not None:
                picture.veil.arrange(tiles, overlays)

    def ready(self) -> bool:
        """Return whether every watched stream has room for a picture; in the tick's thread."""
        encodings = (stream.encoding for stream in self._all)
        return all(encoding is None or encoding.ready for encoding in encodings)

    def offer(self, canvas: Canvas, version: int, tick: int, now_ns: int) -> None:
        """Let every watched stream take its picture of the canvas; in the tick's thread."""
        for stream in self._all:
            encoding = stream.encoding
            if encoding is not None:
                encoding.offer(canvas, version, tick, now_ns)

    def figures(self) -> tuple[HeadFigures, ...]:
        """Return what each head has encoded and who watches."""
        streams = ((head.id, self._streams[head_stream(head.id)]) for head in self._heads)
        return tuple(HeadFigures(head, stream.encoded, stream.subscribers) for head, stream in streams)

    async def close(self) -> None:
        """End all encoders."""
        for stream in self._all:
            await stream.close()

    def _stream(self, name: str) -> HeadStream:
        try:
            return self._streams[name]
        except KeyError:
            raise NotFoundError("this wall has no stream {name!r}", name=name) from None
