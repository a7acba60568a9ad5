"""The messages between the control plane and the recording process."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.ipc.packets import BusAddress


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Control -> recording: write ``picture`` (H.264) and ``sound`` (Opus) as they come to a new file."""

    id: str
    path: str
    picture: BusAddress
    sound: BusAddress


@dataclass(frozen=True, slots=True)
class EndRecording:
    """Control -> recording: finish a file; one that is finished already is."""

    id: str


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """Recording -> control: a file is finished; ``fault`` (and in Chinese) says why if that was no wish."""

    id: str
    fault: str = ""
    fault_zh: str = ""


RecordingMessage = StartRecording | EndRecording | RecordingEnded
