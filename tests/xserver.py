"""An X server without a monitor, on which displays are tried, and what it shows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray


class XServer:
    """Xvfb with one screen of 1280 x 720; ``number`` is that of a free display, chosen by itself."""

    def __init__(self, number: int | None = None) -> None:
        read, write = os.pipe()
        chosen = [] if number is None else [f":{number}"]
        screen = ["-screen", "0", "1280x720x24", "-nolisten", "tcp"]
        command = ["Xvfb", *chosen, "-displayfd", str(write), *screen]
        self._process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            self.number = int(told.readline())

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to show something there; pixels are drawn without a graphics card."""
        return {"DISPLAY": f":{self.number}", "SDL_RENDER_DRIVER": "software", "WAYLAND_DISPLAY": ""}

    def screenshot(self) -> NDArray[np.uint8]:
        """Return what is on the screen now as BGR, (720, 1280, 3)."""
        grab = ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "x11grab", "-video_size", "1280x720"]
        out = ["-i", f":{self.number}", "-frames:v", "1", "-pix_fmt", "bgr24", "-f", "rawvideo", "-"]
        data = subprocess.run([*grab, *out], check=True, capture_output=True, timeout=30).stdout
        return np.frombuffer(data, np.uint8).reshape(720, 1280, 3)

    def kill(self) -> None:
        """End it, as when its machine loses power; again does nothing."""
        self._process.kill()
        self._process.wait()


@contextmanager
def x_server(number: int | None = None) -> Iterator[XServer]:
    """Run an X server."""
    server = XServer(number)
    try:
        yield server
    finally:
        server.kill()
