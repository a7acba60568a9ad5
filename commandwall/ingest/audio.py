"""The sound of one feed: received in the session of its pictures, for whoever subscribes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandwall.model.access_unit import AccessUnit, StreamInfo

if TYPE_CHECKING:
    from commandwall.ingest.feed import Session, UnitSink

NO_SOUND = StreamInfo("")


class FeedAudio:
    """Hands sound on as it comes; nothing is kept for newcomers. Belongs to the event loop.

    ``info`` is what the sound of the newest session is, NO_SOUND if it has none, ``None`` before the
    first session. While there are no sinks the session drops what comes without looking at it.
    """

    __slots__ = ("_session", "info", "sinks")

    def __init__(self) -> None:
        self.info: StreamInfo | None = None
        self.sinks: tuple[UnitSink, ...] = ()
        self._session: Session | None = None

    @property
    def codec(self) -> str:
        """The codec of the sound, ``""`` where there is none."""
        return self.info.codec if self.info is not None else ""

    def attach(self, sink: UnitSink) -> None:
        """Hand all further sound to ``sink``, and tell it what it is, also that there is none."""
        self.sinks = (*self.sinks, sink)
        if self.info is not None:
            sink.describe(self.info)
        self._listen()

    def detach(self, sink: UnitSink) -> None:
        """Hand nothing more to ``sink``."""
        self.sinks = tuple(each for each in self.sinks if each is not sink)
        self._listen()

    def begin(self, session: Session) -> None:
        """Take the sound of ``session`` from now on."""
        self._session = session
        if session.audio_info != self.info:
            self.info = session.audio_info
            for sink in self.sinks:
                sink.describe(self.info)
        self._listen()

    def end(self) -> None:
        """Take note that the session is over."""
        self._session = None

    def _listen(self) -> None:
        if self._session is not None:
            self._session.listen(self._push if self.sinks else None)

    def _push(self, unit: AccessUnit) -> None:
        for sink in self.sinks:
            sink.push(unit)
