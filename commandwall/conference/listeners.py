"""Who listens to a conference: each mix is encoded once, and who does not speak hears what all those hear."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np

from commandwall.base.clock import RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import NotFoundError
from commandwall.conference.level import decibels
from commandwall.ipc.packets import Subscriber
from commandwall.ipc.sound_messages import EVERYBODY
from commandwall.media.g711 import G711_CODECS, G711_RATE, G711Encoder
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE, OpusEncoder
from commandwall.media.sound import Samples
from commandwall.model.access_unit import AccessUnit, StreamInfo

INFO = StreamInfo("opus", sample_rate=SAMPLE_RATE, channels=1)
LOUDSPEAKERS = {
    f"{EVERYBODY}/{codec}": StreamInfo(codec, sample_rate=G711_RATE, channels=1) for codec in G711_CODECS
}
"""Those who hear everybody in another codec, and what that is."""
_TICK_90K = RTP_CLOCK_HZ * FRAME_SAMPLES // SAMPLE_RATE
_REPEATED = 2


class Encoder(Protocol):
    """What makes a mix small. Implemented by those of Opus and of G.711."""

    def encode(self, block: Samples) -> bytes:
        """Return the packet of ``block`` (``FRAME_SAMPLES``,)."""


class Listeners:
    """The mixes of one conference on their way to subscribers. Belongs to the event loop.

    A mix that nobody listens to is not encoded. An encoder that begins encodes the last 40 ms first, so that
    who is handed from one mix to another, which was the same until then, hears no seam.
    """

    def __init__(self) -> None:
        self._subscribers: dict[str, set[Subscriber]] = {name: set() for name in (EVERYBODY, *LOUDSPEAKERS)}
        self._encoders: dict[str, Encoder] = {}
        self._past: deque[Samples] = deque(maxlen=_REPEATED)

    @property
    def encoded(self) -> int:
        """How many mixes are encoded at present."""
        return len(self._encoders)

    def arrange(self, names: Iterable[str]) -> None:
        """Let these listen from now on, ``EVERYBODY`` and loudspeakers; others are cut off."""
        kept = {EVERYBODY, *LOUDSPEAKERS, *names}
        for name in self._subscribers.keys() - kept:
            self._end(name)
        for name in kept - self._subscribers.keys():
            self._subscribers[name] = set()

    def add(self, name: str, subscriber: Subscriber) -> None:
        """Send the mix for ``name`` to ``subscriber``; raises :class:`NotFoundError`."""
        if name not in self._subscribers:
            raise NotFoundError(f"{name!r} does not listen")
        subscriber.describe(LOUDSPEAKERS.get(name, INFO))
        self._subscribers[name].add(subscriber)

    def remove(self, name: str, subscriber: Subscriber) -> None:
        """Send nothing more to ``subscriber``."""
        self._subscribers.get(name, set()).discard(subscriber)

    def send(self, everybody: Samples, without: Mapping[str, Samples], period: int) -> None:
        """Encode and send the mix of the tick ``period``; who is in ``without`` gets the one without them."""
        groups: dict[str, list[Subscriber]] = {}
        for name, subscribers in self._subscribers.items():
            if subscribers:
                alone = name in without or name in LOUDSPEAKERS
                groups.setdefault(name if alone else EVERYBODY, []).extend(subscribers)
        for gone in self._encoders.keys() - groups.keys():
            del self._encoders[gone]
        now_ns = monotonic_ns()
        for name, subscribers_of_one in groups.items():
            samples = without.get(name, everybody)
            level_dbov = round(float(decibels(samples[np.newaxis])[0]))
            data = self._encoder(name).encode(samples)
            unit = AccessUnit(data, period * _TICK_90K, True, arrival_ns=now_ns, level_dbov=level_dbov)
            for subscriber in subscribers_of_one:
                subscriber.push(unit)
        self._past.append(everybody)

    def end(self) -> None:
        """Close every subscription: the conference is over."""
        for name in tuple(self._subscribers):
            self._end(name)

    def _encoder(self, name: str) -> Encoder:
        encoder = self._encoders.get(name)
        if encoder is None:
            info = LOUDSPEAKERS.get(name)
            encoder = OpusEncoder() if info is None else G711Encoder(info.codec)
            self._encoders[name] = encoder
            for block in self._past:
                encoder.encode(block)
        return encoder

    def _end(self, name: str) -> None:
        for subscriber in self._subscribers.pop(name):
            subscriber.end()
