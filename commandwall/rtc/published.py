"""What peers send, on the rtc process's packet bus: screens, people, voices, content."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.base.errors import NotFoundError
from commandwall.ipc.packets import Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo


class Published:
    """One stream that a peer sends, and who subscribes to it. Belongs to the event loop.

    Nothing is kept: ``on_key_wanted`` asks the peer for a key frame.
    """

    def __init__(self, on_key_wanted: Callable[[], None]) -> None:
        self.want_key = on_key_wanted
        self._subscribers: set[Subscriber] = set()
        self._info = StreamInfo("")

    @property
    def watched(self) -> bool:
        """Whether anybody subscribes."""
        return bool(self._subscribers)

    def add(self, subscriber: Subscriber) -> None:
        """Push the description and all that follows; the first key frame is on its way."""
        self._subscribers.add(subscriber)
        if self._info.codec:
            subscriber.describe(self._info)
        self.want_key()

    def remove(self, subscriber: Subscriber) -> None:
        """Push nothing more."""
        self._subscribers.discard(subscriber)

    def describe(self, info: StreamInfo) -> None:
        """Tell what comes from now on."""
        if info != self._info:
            self._info = info
            for subscriber in self._subscribers:
                subscriber.describe(info)

    def push(self, unit: AccessUnit) -> None:
        """Hand on the next picture or frame of sound."""
        for subscriber in self._subscribers:
            subscriber.push(unit)

    def end(self) -> None:
        """Close every subscription: nothing more comes."""
        for subscriber in self._subscribers:
            subscriber.end()
        self._subscribers.clear()


class PublishedBus:
    """All that peers send, by name; implements :class:`commandwall.ipc.packets.PacketSource`."""

    def __init__(self) -> None:
        self._streams: dict[str, Published] = {}

    def put(self, name: str, stream: Published) -> None:
        """Serve ``stream``, in the place of what had this name."""
        self._streams[name] = stream

    def remove(self, name: str, stream: Published) -> None:
        """Serve ``stream`` no longer, unless another one took its place, and end it."""
        if self._streams.get(name) is stream:
            del self._streams[name]
        stream.end()

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push ``stream`` from its next key frame on; raises :class:`NotFoundError`."""
        self._stream(stream).add(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push nothing more to ``subscriber``."""
        for each in self._streams.values():
            each.remove(subscriber)

    def request_key(self, stream: str) -> None:
        """Ask for a key frame; raises :class:`NotFoundError`."""
        self._stream(stream).want_key()

    def _stream(self, name: str) -> Published:
        try:
            return self._streams[name]
        except KeyError:
            raise NotFoundError(f"{name!r} is not shared") from None
