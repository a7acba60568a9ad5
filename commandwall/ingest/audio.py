"""The sound of one feed: received in the session of its pictures, for whoever subscribes to it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from commandwall.base.sentence import Sentence
from commandwall.ipc.messages import FeedSpec
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from commandwall.ingest.feed import Session, UnitSink

NO_SOUND = StreamInfo("")

log = logging.getLogger(__name__)


class FeedAudio:
    """Hands sound on as it comes; nothing is kept for newcomers. Belongs to the event loop.

    ``info`` is what the sound of the newest session is, NO_SOUND if it has none, ``None`` before the
    first session; ``fault`` is why it is not received, ``""`` where it is or there is none. While
    there are no sinks the session drops what comes without looking at it.
    """

    __slots__ = ("_hangs", "_name", "_reason", "_session", "fault", "info", "sinks")

    def __init__(self, name: str) -> None:
        self._name = name
        self._reason = Reason()
        self._hangs = False
        self.fault = Sentence("")
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

    def what_to_open(self, spec: FeedSpec) -> FeedSpec:
        """Return ``spec``, without its sound if the camera hung when it was asked for that once.

        To find it hanging again would cost seconds whenever the stream is opened.
        """
        return replace(spec, audio=False) if self._hangs else spec

    def begin(self, session: Session) -> None:
        """Take the sound of ``session`` from now on."""
        self._session = session
        if not self._hangs and session.audio_fault != self._reason:
            self._learn(session.audio_fault)
        if session.audio_info != self.info:
            self.info = session.audio_info
            for sink in self.sinks:
                sink.describe(self.info)
        self._listen()

    def end(self) -> None:
        """Take note that the session is over."""
        self._session = None

    def _learn(self, reason: Reason) -> None:
        """Take note of why there is no sound."""
        self._reason = reason
        self._hangs = reason.code is ReasonCode.TIMEOUT
        self.fault = Sentence.of(reason.en, reason.zh)
        if self._hangs:
            self.fault = Sentence(
                "{reason}; its sound is left out until the daemon starts again or the camera is changed",
                reason=self.fault,
            )
        if self.fault:
            log.info("feed %s is received without its sound: %s", self._name, self.fault)

    def _listen(self) -> None:
        if self._session is not None:
            self._session.listen(self._push if self.sinks else None)

    def _push(self, unit: AccessUnit) -> None:
        for sink in self.sinks:
            sink.push(unit)
