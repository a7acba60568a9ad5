"""The messages about talking to the street, between the control plane and ingest workers."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.ipc.packets import BusAddress
from commandwall.model.camera import StreamName
from commandwall.model.reason import Reason
from commandwall.model.talk import RtpAddress, TalkState


@dataclass(frozen=True, slots=True)
class CameraTarget:
    """The loudspeaker of a camera that the worker receives, by the backchannel at one of its streams."""

    camera: str
    stream: StreamName


@dataclass(frozen=True, slots=True)
class TalkTo:
    """Control -> ingest: say at ``target`` what ``sound`` brings, until :class:`StopTalk`.

    ``id`` is ``camera:ID`` or ``speaker:ID``; a known one is replaced. ``sound`` is the mix for everybody in
    a conference, of which G.711 is to be had as well.
    """

    id: str
    target: CameraTarget | RtpAddress
    sound: BusAddress


@dataclass(frozen=True, slots=True)
class StopTalk:
    """Control -> ingest: say nothing more there; an unknown id is silent already."""

    id: str


@dataclass(frozen=True, slots=True)
class TalkChanged:
    """Ingest -> control, at once: how it is with what is said at a loudspeaker, and why."""

    id: str
    state: TalkState
    reason: Reason


TalkMessage = TalkTo | StopTalk | TalkChanged
