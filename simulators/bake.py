"""Baking: drawing and encoding a camera's loop once; runs in worker processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import cv2

from commandwall.base.ending import end_with_parent
from simulators.barcode import Kind
from simulators.encoder import Encoder
from simulators.loopfile import Unit, write_loop
from simulators.pictures import pictures_of
from simulators.places import Place
from simulators.spec import VideoSpec
from simulators.stamp import Stamp

_NICENESS = 5


def prepare_process() -> None:
    """Make this process give way to serving, end with its parent, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    os.nice(_NICENESS)
    cv2.setNumThreads(1)


def bake(place: Place, spec: VideoSpec, clip: Path | None, path: Path) -> None:
    """Draw and encode the loop of ``place`` and write it to ``path``.

    The value in the bar code is the frame's index in the loop; a frozen loop is its first key
    frame all the time, so that every decoder makes the same picture of each. Raises InvalidError
    for a clip that cannot be read, OSError when the cache cannot be written.
    """
    pictures = pictures_of(place, spec, clip)
    stamp = Stamp(place.name, place.number, spec.width, spec.height)
    encoder = Encoder(spec)
    units: list[Unit] = []
    for index in range(spec.loop_frames):
        picture = pictures.render(index / spec.loop_frames)
        stamp.burn(picture, Kind.FRAME, index)
        units += encoder.encode(picture)
    units += encoder.flush()
    write_loop(path, units[:1] * len(units) if spec.frozen else units)
