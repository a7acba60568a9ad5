"""What is wrong with a simulated participant: its network in both directions, and its device."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TypeVar

from commandwall.base.errors import InvalidError


class Codec(StrEnum):
    """What a participant can send and receive as pictures."""

    H264 = "h264"
    VP8 = "vp8"
    """Which conferences here do not take: no codec that is of use."""


@dataclass(frozen=True, slots=True)
class NetworkFaults:
    """What happens to packets. ``loss``: the share that is lost; ``burst``: how many in a row.

    ``jitter_ms``: they wait in a queue of 0 to so much, which changes ten times a second. ``reorder``:
    the share that is overtaken by those behind it.
    """

    loss: float = 0.0
    burst: int = 1
    jitter_ms: float = 0.0
    reorder: float = 0.0

    @property
    def none(self) -> bool:
        """Whether nothing is wrong."""
        return self.loss == self.jitter_ms == self.reorder == 0.0


@dataclass(frozen=True, slots=True)
class DeviceFaults:
    """``drift_ppm``: by how much its clock is fast. ``stall_ms``: its processor gets to send only so often.

    ``garbage``: the share of its payloads that are noise. ``codec``: what it offers.
    """

    drift_ppm: float = 0.0
    stall_ms: float = 0.0
    garbage: float = 0.0
    codec: Codec = Codec.H264


@dataclass(frozen=True, slots=True)
class Faults:
    """All that is wrong with one participant; nothing, by default."""

    network: NetworkFaults = NetworkFaults()
    device: DeviceFaults = DeviceFaults()


NAMED: dict[str, Faults] = {
    "bad-line": Faults(NetworkFaults(loss=0.05, jitter_ms=100)),
    "burst-loss": Faults(NetworkFaults(loss=0.03, burst=5)),
    "reordering": Faults(NetworkFaults(reorder=0.1)),
    "fast-clock": Faults(device=DeviceFaults(drift_ppm=300)),
    "slow-clock": Faults(device=DeviceFaults(drift_ppm=-300)),
    "slow-cpu": Faults(device=DeviceFaults(stall_ms=240)),
    "garbage": Faults(device=DeviceFaults(garbage=0.5)),
    "no-codec": Faults(device=DeviceFaults(codec=Codec.VP8)),
}
"""What is wrong, by the names that the command line and tests use."""

_Part = TypeVar("_Part", NetworkFaults, DeviceFaults)


def parse_faults(text: str) -> Faults:
    """Return the faults in ``text``: names of ``NAMED`` or fields as ``loss=0.05``, joined by commas.

    Raises InvalidError for what is neither.
    """
    faults = Faults()
    for word in filter(None, text.split(",")):
        name, _, value = word.partition("=")
        faults = _with(faults, name, value) if value else _united(faults, name)
    return faults


def _united(faults: Faults, name: str) -> Faults:
    if name not in NAMED:
        raise InvalidError(f"{name!r} is no fault; there are {', '.join(NAMED)}", field="--faults")
    named, plain = NAMED[name], Faults()
    if named.network != plain.network:
        faults = replace(faults, network=named.network)
    return faults if named.device == plain.device else replace(faults, device=named.device)


def _with(faults: Faults, name: str, value: str) -> Faults:
    """Return ``faults`` with one field changed, whichever part has it."""
    try:
        if name in _names(faults.network):
            return replace(faults, network=_changed(faults.network, name, value))
        if name in _names(faults.device):
            return replace(faults, device=_changed(faults.device, name, value))
    except ValueError:
        raise InvalidError(f"{value!r} is no {name}", field="--faults") from None
    raise InvalidError(f"there is no fault {name!r}", field="--faults")


def _names(part: NetworkFaults | DeviceFaults) -> set[str]:
    return {field.name for field in fields(part)}


def _changed(part: _Part, name: str, value: str) -> _Part:
    return replace(part, **{name: type(getattr(part, name))(value)})
