"""The typed messages between the control plane and the worker that paints data panels."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.model.data import Panel, Value
from commandwall.model.map_camera import MapCamera


@dataclass(frozen=True, slots=True)
class ConfigureData:
    """Control -> data, first: the language of panels."""

    language: str


@dataclass(frozen=True, slots=True)
class PutPanels:
    """Control -> data: panels that are new, or are others from now on; they begin without values."""

    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class RemovePanels:
    """Control -> data: panels that are no more."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PanelValue:
    """A value and the panel that it is for."""

    panel: str
    value: Value


@dataclass(frozen=True, slots=True)
class PutValues:
    """Control -> data: values that were taken in, in the order in which they came."""

    values: tuple[PanelValue, ...]


@dataclass(frozen=True, slots=True)
class PutCameras:
    """Control -> data: where cameras are and how they do, for maps; all at first, then what changes."""

    cameras: tuple[MapCamera, ...]


@dataclass(frozen=True, slots=True)
class RemoveCameras:
    """Control -> data: cameras that are no more, or have no position any more."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckPicture:
    """Control -> data, a request: can the file at ``path`` be shown? Answer :class:`Ready`, or why not."""

    path: str


@dataclass(frozen=True, slots=True)
class SnapshotPanel:
    """Control -> data, a request: a panel as it is now, as PNG; answer :class:`Picture`."""

    panel: str
    width: int
    height: int


DataMessage = (
    ConfigureData | PutPanels | RemovePanels | PutValues | PutCameras | RemoveCameras
    | CheckPicture | SnapshotPanel
)  # fmt: skip
