"""Which faults which camera has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from commandwall.base.errors import InvalidError
from commandwall.model.camera import StreamName
from simulators.faults.fault import Fault
from simulators.spec import Codec, VideoSpec

_PATH = re.compile(r"/cam/(\d{1,6})/(main|sub)(/trackID=[0-9]+)?/?")

MakeFault = Callable[[], Fault]


def stream_at(path: str) -> tuple[int, StreamName] | None:
    """Return the camera's number and its stream at ``path`` (``/cam/0001/sub``), ``None`` for other paths."""
    match = _PATH.fullmatch(path)
    return (int(match[1]), StreamName(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class Rule:
    """The faults of some streams of some cameras; ``faults`` make a new object for each connection."""

    cameras: Collection[int] | None
    """Their numbers; ``None`` means all."""
    streams: Collection[StreamName]
    faults: tuple[MakeFault, ...]

    def applies(self, number: int, stream: StreamName) -> bool:
        """Return whether that stream has these faults."""
        return stream in self.streams and (self.cameras is None or number in self.cameras)


@dataclass(frozen=True, slots=True)
class FaultBook:
    """All rules of a farm, and how many connections each stream has had."""

    rules: tuple[Rule, ...] = ()
    _connections: Counter[tuple[int, StreamName]] = field(default_factory=Counter)

    def check(self, codec: Codec) -> None:
        """Raise InvalidError where a camera that encodes with ``codec`` cannot have one of the faults."""
        for fault in (make() for rule in self.rules for make in rule.faults):
            if codec not in fault.codecs:
                able = " or ".join(sorted(fault.codecs))
                raise InvalidError(f"{fault.kind} is a fault of {able}, not of {codec}", field="--faults")

    def begin(self, url: str) -> list[Fault]:
        """Return the faults of a new connection that asks for ``url``, in the order of the rules."""
        key = stream_at(urlsplit(url).path)
        if key is None:
            return []
        self._connections[key] += 1
        so_far = self._connections[key]
        return [fault for fault in self._all(*key) if not fault.connections or so_far <= fault.connections]

    def recordings(self, number: int, stream: StreamName, spec: VideoSpec) -> list[VideoSpec]:
        """Return what that stream plays, one after the other, where ``spec`` was asked for."""
        specs = [spec]
        for fault in self._all(number, stream):
            specs = fault.record(specs)
        return specs

    def _all(self, number: int, stream: StreamName) -> list[Fault]:
        return [make() for rule in self.rules if rule.applies(number, stream) for make in rule.faults]
