"""GStreamer's ``compositor``, run by the system's Python: ``compositor.py COLUMNS WIDTH HEIGHT FPS URL...``.

Says one JSON object a line: ``{"playing": N}`` when every tile has a picture, and, for every line
read from standard input, the canvases made so far. After the line ``count SECONDS`` it looks at
every canvas for that time and tells how many pictures came to each tile and how many of them were
taken; looking costs time, so it is not done while CPU is measured.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstBase", "1.0")
from gi.repository import GLib, Gst, GstBase  # noqa: E402, F401 - GstBase brings peek_next_sample

_LATENCY_MS = 200
_TAKEN_WITHIN_MS = 1000
"""By then a picture has been on a canvas, or never will be."""


class Wall:
    """The pipeline and its counts. GLib's main loop runs it; GStreamer's threads count."""

    def __init__(self, columns: int, size: tuple[int, int], fps: int, urls: list[str]) -> None:
        self.loop = GLib.MainLoop()
        self.canvases = 0
        self.came: dict[str, set[int]] = {}
        self.taken: dict[str, set[int]] = {}
        self._waiting = len(urls)
        self._lock = threading.Lock()
        self.pipeline = Gst.parse_launch(_description(columns, size, fps, urls))
        self.compositor = self.pipeline.get_by_name("wall")
        sink = self.pipeline.get_by_name("sink")
        sink.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, self._canvas)
        for pad in self.compositor.sinkpads:
            pad.add_probe(Gst.PadProbeType.BUFFER, self._first)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self._failed)
        self.compositor.connect("samples-selected", self._selected)

    def count(self, seconds: float) -> None:
        """Compare what comes and what is taken for ``seconds``, then tell."""
        self.came = {pad.get_name(): set() for pad in self.compositor.sinkpads}
        self.taken = {pad.get_name(): set() for pad in self.compositor.sinkpads}
        probes = [
            (pad, pad.add_probe(Gst.PadProbeType.BUFFER, self._came)) for pad in self.compositor.sinkpads
        ]
        self.compositor.set_property("emit-signals", True)
        GLib.timeout_add(round(seconds * 1000), self._came_all, probes)

    def _came_all(self, probes: list[tuple[Any, int]]) -> bool:
        for pad, probe in probes:
            pad.remove_probe(probe)
        GLib.timeout_add(_TAKEN_WITHIN_MS, self._taken_all)
        return False

    def _taken_all(self) -> bool:
        self.compositor.set_property("emit-signals", False)
        came = sum(map(len, self.came.values()))
        taken = sum(len(times & self.taken[pad]) for pad, times in self.came.items())
        say(came=came, taken=taken)
        return False

    def _canvas(self, _: Any, __: Any) -> Any:
        self.canvases += 1
        return Gst.PadProbeReturn.OK

    def _first(self, _: Any, __: Any) -> Any:
        with self._lock:
            self._waiting -= 1
            if not self._waiting:
                say(playing=len(self.compositor.sinkpads))
        return Gst.PadProbeReturn.REMOVE

    def _came(self, pad: Any, info: Any) -> Any:
        self.came[pad.get_name()].add(info.get_buffer().pts)
        return Gst.PadProbeReturn.OK

    def _selected(self, compositor: Any, *_: Any) -> None:
        for pad in compositor.sinkpads:
            sample = compositor.peek_next_sample(pad)
            if sample is not None:
                self.taken[pad.get_name()].add(sample.get_buffer().pts)

    def _failed(self, _: Any, message: Any) -> None:
        say(error=message.parse_error()[0].message)
        self.loop.quit()


def say(**words: Any) -> None:
    """Tell the benchmark."""
    print(json.dumps(words), flush=True)


def hear(wall: Wall) -> None:
    """Answer the benchmark, line by line, until it has gone. A thread of its own."""
    for line in sys.stdin:
        word, _, seconds = line.strip().partition(" ")
        if word == "count":
            GLib.idle_add(wall.count, float(seconds))
        else:
            say(canvases=wall.canvases)
    wall.loop.quit()


def _description(columns: int, size: tuple[int, int], fps: int, urls: list[str]) -> str:
    width, height = size[0] // columns & ~1, size[1] // columns & ~1
    pads = " ".join(
        f"sink_{i}::xpos={i % columns * width} sink_{i}::ypos={i // columns * height}"
        for i in range(len(urls))
    )
    caps = f"video/x-raw,format=I420,width={size[0]},height={size[1]},framerate={fps}/1"
    sources = " ".join(
        f"rtspsrc location={url} protocols=tcp latency={_LATENCY_MS} ! rtph264depay ! h264parse"
        f" ! avdec_h264 max-threads=1 ! videoscale ! video/x-raw,width={width},height={height}"
        f" ! wall.sink_{i}"
        for i, url in enumerate(urls)
    )
    return f"compositor name=wall background=black {pads} ! {caps} ! fakesink name=sink sync=false {sources}"


def main() -> None:
    """Run until standard input ends."""
    columns, width, height, fps = map(int, sys.argv[1:5])
    Gst.init(None)
    wall = Wall(columns, (width, height), fps, sys.argv[5:])
    wall.pipeline.set_state(Gst.State.PLAYING)
    threading.Thread(target=hear, args=(wall,), daemon=True).start()
    wall.loop.run()
    wall.pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
