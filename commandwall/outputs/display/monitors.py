"""The monitors of this machine, as SDL knows them. All calls of one process are made in one thread."""

from __future__ import annotations

import ctypes
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from commandwall.base.errors import NotFoundError, UnavailableError
from commandwall.base.sentence import Sentence
from commandwall.model.rect import Rect

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # It warns that it has found the SDL that it was shipped with.
    import sdl2

_REAL_DRIVERS = ("x11", "wayland", "KMSDRM")
"""Those that put pictures on a monitor; SDL falls back to others where there is none."""


class Monitor(NamedTuple):
    """A monitor: its number and name, where it lies on the desktop, its refresh rate in Hz."""

    number: int
    name: str
    bounds: Rect
    refresh_hz: int

    def __str__(self) -> str:
        return f"{self.number}: {self.name}, {self.bounds.width} x {self.bounds.height}"


@contextmanager
def video() -> Iterator[None]:
    """Have SDL's video side up; raises :class:`UnavailableError` where no monitor can be reached."""
    sdl2.SDL_SetHint(sdl2.SDL_HINT_NO_SIGNAL_HANDLERS, b"1")
    sdl2.SDL_SetHint(sdl2.SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, b"0")
    up = sdl2.SDL_InitSubSystem(sdl2.SDL_INIT_VIDEO) == 0
    try:
        if not up or (sdl2.SDL_GetCurrentVideoDriver() or b"").decode() not in _REAL_DRIVERS:
            raise UnavailableError(_unreachable())
        yield
    finally:
        sdl2.SDL_QuitSubSystem(sdl2.SDL_INIT_VIDEO)


def _unreachable() -> Sentence:
    """Return why there is no monitor, as far as that is known, and what to do."""
    session = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not session:
        return Sentence(
            "no monitor can be reached: neither DISPLAY nor WAYLAND_DISPLAY is set; start the daemon with"
            " those of the graphical session"
        )
    return Sentence(
        "no monitor can be reached: the display server {session} does not answer or does not let this user"
        " in; check DISPLAY and XAUTHORITY",
        session=session,
    )


def monitors() -> list[Monitor]:
    """Return what is connected, while :func:`video` is up."""
    return [_monitor(number) for number in range(max(0, sdl2.SDL_GetNumVideoDisplays()))]


def find_monitor(wanted: int | str) -> Monitor:
    """Return the monitor of that number or name; raises :class:`NotFoundError` naming those there are."""
    known = monitors()
    for monitor in known:
        if wanted == monitor.number or (isinstance(wanted, str) and wanted.lower() == monitor.name.lower()):
            return monitor
    raise NotFoundError(
        "there is no monitor {wanted!r}; connected are {known}",
        wanted=wanted,
        known="; ".join(map(str, known)),
    )


def _monitor(number: int) -> Monitor:
    bounds, mode = sdl2.SDL_Rect(), sdl2.SDL_DisplayMode()
    sdl2.SDL_GetDisplayBounds(number, ctypes.byref(bounds))
    sdl2.SDL_GetDesktopDisplayMode(number, ctypes.byref(mode))
    name = (sdl2.SDL_GetDisplayName(number) or b"").decode(errors="replace")
    return Monitor(number, name, Rect(bounds.x, bounds.y, bounds.w, bounds.h), mode.refresh_rate)
