"""A window on a monitor that shows YUV pictures: the graphics card converts and scales them.

Limited-range BT.709 goes in as it is on the canvas; nothing is encoded and nothing is converted here.
All calls are made in the thread that opened it.
"""

from __future__ import annotations

import ctypes
import warnings
from types import TracebackType
from typing import Any

from commandwall.base.errors import UnavailableError
from commandwall.ipc.slots import Plane, Planes
from commandwall.outputs.display.monitors import Monitor

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # It warns that it has found the SDL that it was shipped with.
    import sdl2
    import sdl2.surface

_CENTRED = sdl2.SDL_WINDOWPOS_CENTERED_MASK
_POINTER = ctypes.POINTER(ctypes.c_uint8)


class Screen:
    """Shows pictures of one size on a monitor; a context manager, while ``video()`` is up.

    Where the monitor has another shape, black bars keep the picture's.
    """

    def __init__(self, monitor: Monitor, title: str, size: tuple[int, int], *, fullscreen: bool) -> None:
        """Open the window; raises :class:`UnavailableError` when the display server will not."""
        width, height = size
        self._name = monitor.name
        sdl2.SDL_SetHint(sdl2.SDL_HINT_RENDER_SCALE_QUALITY, b"linear")
        sdl2.surface.SDL_SetYUVConversionMode(sdl2.surface.SDL_YUV_CONVERSION_BT709)
        self._window = _open_window(monitor, title, size, fullscreen)
        self._renderer = self._window and sdl2.SDL_CreateRenderer(
            self._window, -1, sdl2.SDL_RENDERER_PRESENTVSYNC
        )
        self._texture = self._renderer and sdl2.SDL_CreateTexture(
            self._renderer, sdl2.SDL_PIXELFORMAT_IYUV, sdl2.SDL_TEXTUREACCESS_STREAMING, width, height
        )
        if not self._texture:
            self.close()
            raise UnavailableError(
                "monitor {monitor}: SDL cannot show pictures of {width} x {height} there: {error}",
                monitor=monitor.name,
                width=width,
                height=height,
                error=_error(),
            )
        sdl2.SDL_RenderSetLogicalSize(self._renderer, width, height)
        if fullscreen:
            sdl2.SDL_ShowCursor(sdl2.SDL_DISABLE)

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the window away."""
        if self._texture:
            sdl2.SDL_DestroyTexture(self._texture)
        if self._renderer:
            sdl2.SDL_DestroyRenderer(self._renderer)
        if self._window:
            sdl2.SDL_DestroyWindow(self._window)
        self._texture = self._renderer = self._window = None

    def upload(self, planes: Planes) -> None:
        """Copy a picture to the graphics card; it is seen after :meth:`present`.

        Raises :class:`UnavailableError` when the card does not take it: the window has to be opened anew.
        """
        y, u, v = planes
        self._must(
            sdl2.SDL_UpdateYUVTexture(
                self._texture, None, _at(y), y.strides[0], _at(u), u.strides[0], _at(v), v.strides[0]
            )
        )

    def present(self) -> None:
        """Show the picture that was uploaded last, with the monitor's next refresh; waits for it.

        Raises as :meth:`upload` does.
        """
        self._must(sdl2.SDL_RenderClear(self._renderer))
        self._must(sdl2.SDL_RenderCopy(self._renderer, self._texture, None, None))
        sdl2.SDL_RenderPresent(self._renderer)

    def dirty(self) -> bool:
        """Take what the display server says; return whether the picture has to be presented again.

        Keys, the mouse and attempts to close the window change nothing. Raises as :meth:`upload` does when
        the graphics card was reset: what it held is gone.
        """
        event, dirty = sdl2.SDL_Event(), False
        while sdl2.SDL_PollEvent(ctypes.byref(event)):
            self._must(-1 if event.type == sdl2.SDL_RENDER_DEVICE_RESET else 0)
            dirty |= event.type == sdl2.SDL_WINDOWEVENT or event.type == sdl2.SDL_RENDER_TARGETS_RESET
        return dirty

    def _must(self, result: int) -> None:
        if result < 0:
            raise UnavailableError(
                "monitor {monitor}: its graphics card shows nothing any more: {error}",
                monitor=self._name,
                error=_error(),
            )


def _open_window(monitor: Monitor, title: str, size: tuple[int, int], fullscreen: bool) -> Any:
    """Return a window; null where there can be none.

    It is as large as the monitor from the start: where no window manager is, nobody makes it so later.
    """
    if not fullscreen:
        middle = _CENTRED | monitor.number
        return sdl2.SDL_CreateWindow(title.encode(), middle, middle, *size, sdl2.SDL_WINDOW_RESIZABLE)
    x, y, width, height = monitor.bounds.x, monitor.bounds.y, monitor.bounds.width, monitor.bounds.height
    flags = sdl2.SDL_WINDOW_FULLSCREEN_DESKTOP | sdl2.SDL_WINDOW_BORDERLESS
    return sdl2.SDL_CreateWindow(title.encode(), x, y, width, height, flags)


def _at(plane: Plane) -> object:
    return ctypes.cast(plane.ctypes.data, _POINTER)


def _error() -> str:
    return (sdl2.SDL_GetError() or b"").decode(errors="replace")
