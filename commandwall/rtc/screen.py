"""Shared screens on the rtc process's packet bus, as ``screen/ID``."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.base.errors import NotFoundError
from commandwall.ipc.packets import Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo

_PREFIX = "screen/"


class Screen:
    """One shared screen and who subscribes to it. Belongs to the event loop.

    No pictures are kept: ``on_key_wanted`` asks the browser that shares it for a key frame.
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
        """Tell what the pictures are from now on."""
        if info != self._info:
            self._info = info
            for subscriber in self._subscribers:
                subscriber.describe(info)

    def push(self, unit: AccessUnit) -> None:
        """Hand on the next picture."""
        for subscriber in self._subscribers:
            subscriber.push(unit)

    def end(self) -> None:
        """Close every subscription: the screen is no longer shared."""
        for subscriber in self._subscribers:
            subscriber.end()
        self._subscribers.clear()


class ScreenBus:
    """All shared screens; implements :class:`commandwall.ipc.packets.PacketSource`."""

    def __init__(self) -> None:
        self._screens: dict[str, Screen] = {}

    def put(self, screen_id: str, screen: Screen) -> None:
        """Serve ``screen``, in the place of what was shared under this id."""
        self._screens[screen_id] = screen

    def remove(self, screen_id: str, screen: Screen) -> None:
        """Serve ``screen`` no longer, unless another one took its place, and end it."""
        if self._screens.get(screen_id) is screen:
            del self._screens[screen_id]
        screen.end()

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push ``stream`` from its next key frame on; raises :class:`NotFoundError`."""
        self._screen(stream).add(subscriber)

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Push nothing more to ``subscriber``."""
        for screen in self._screens.values():
            screen.remove(subscriber)

    def request_key(self, stream: str) -> None:
        """Ask for a key frame; raises :class:`NotFoundError`."""
        self._screen(stream).want_key()

    def _screen(self, stream: str) -> Screen:
        screen = self._screens.get(stream.removeprefix(_PREFIX))
        if screen is None or not stream.startswith(_PREFIX):
            raise NotFoundError(f"{stream!r} is not shared")
        return screen
