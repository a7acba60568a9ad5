"""Where the pictures of a camera come from: a drawn scene, or a real clip."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from commandwall.base.errors import InvalidError
from simulators.places import Place
from simulators.scene.sceneries import build
from simulators.spec import VideoSpec

Picture = NDArray[np.uint8]

_CLIP_STEP_S = 0.73
"""How far apart in the clip neighbouring cameras begin."""


class Pictures(Protocol):
    """Gives the pictures of one camera; implemented by ``Scene`` and ``ClipPictures``."""

    def render(self, phase: float) -> Picture:
        """Return a new BGR picture at ``phase`` (0 to 1) of the loop."""


def pictures_of(place: Place, spec: VideoSpec, clip: Path | None) -> Pictures:
    """Return the pictures of ``place``. Raises InvalidError for a clip that cannot be read."""
    if clip is None:
        return build(place.scenery, place.number, place.area_name, spec.width, spec.height, spec.loop_s)
    return ClipPictures(clip, spec, place.number)


class ClipPictures:
    """One loop's worth of a clip; each camera begins at another place in it.

    A clip that is shorter than a loop begins again. Holds the loop's pictures in memory, no larger
    than the clip has them.
    """

    def __init__(self, clip: Path, spec: VideoSpec, number: int) -> None:
        self._size = spec.width, spec.height
        try:
            self._pictures = _cut(clip, spec, number * _CLIP_STEP_S)
        except (OSError, av.error.FFmpegError) as error:
            raise InvalidError(f"{clip} cannot be read as video: {error}", field="--clip") from error

    def render(self, phase: float) -> Picture:
        """Return the picture at ``phase``, scaled."""
        index = round(phase * len(self._pictures)) % len(self._pictures)
        scaled = cv2.resize(self._pictures[index], self._size, interpolation=cv2.INTER_LINEAR)
        return scaled.astype(np.uint8, copy=False)


def _cut(clip: Path, spec: VideoSpec, begin_s: float) -> list[Picture]:
    with av.open(str(clip)) as container:
        if not container.streams.video:
            raise InvalidError(f"{clip} has no video", field="--clip")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        length_s = (container.duration or 0) / av.time_base
        begin_s %= max(0.1, length_s - spec.loop_s)
        container.seek(int(begin_s * av.time_base))
        width, height = min(spec.width, stream.width), min(spec.height, stream.height)
        pictures: list[Picture] = []
        for frame in container.decode(stream):
            if frame.time < begin_s:
                continue
            scaled = frame.to_ndarray(format="bgr24", interpolation="AREA", width=width, height=height)
            while len(pictures) <= (frame.time - begin_s) * spec.fps:
                pictures.append(scaled.astype(np.uint8, copy=False))
            if len(pictures) >= spec.loop_frames:
                break
    if not pictures:
        raise InvalidError(f"{clip} has no pictures after {begin_s:.1f} s", field="--clip")
    return [pictures[index % len(pictures)] for index in range(spec.loop_frames)]
