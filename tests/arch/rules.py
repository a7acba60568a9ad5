"""The rules of the architecture, in one place. ``test_architecture`` holds the code to them."""

from __future__ import annotations

MAY_IMPORT: dict[str, set[str]] = {
    "base": set(),
    "model": {"base"},
    "settings": {"base", "model"},
    "ipc": {"base", "model"},
    "rtp": {"base", "model"},
    "media": {"base", "model", "ipc"},
    "panel": set(),
    "rtsp": {"base", "model", "settings", "ipc", "rtp", "media"},
    "workers": {"base", "model", "settings", "ipc", "rtp", "media"},
    "onvif": {"base", "model"},
}
"""What each low package of commandwall may import of the others; itself always."""

BASEMENT = {"base", "model", "settings", "ipc", "rtp", "media", "rtsp", "workers", "onvif"}
SIBLINGS = {"ingest", "compose", "outputs", "rtc", "conference", "recording"}
CONTROL = {"control", "observe"}
for _sibling in SIBLINGS:  # never each other
    MAY_IMPORT[_sibling] = BASEMENT
for _package in CONTROL:
    MAY_IMPORT[_package] = BASEMENT | SIBLINGS | CONTROL | {"panel"}
TOP = {"app", "cli", "__main__"}
for _module in TOP:
    MAY_IMPORT[_module] = BASEMENT | SIBLINGS | CONTROL | TOP | {"panel"}

SIMULATORS_MAY_IMPORT = {"base", "model", "rtp", "rtsp", "media", "onvif"}

ONLY_IN: dict[str, set[str]] = {
    "av": {"media", "rtc"},
    "cv2": {"compose", "media"},
    "aiortc": {"rtc"},
    "aioice": {"rtc"},
    "aiomqtt": {"control.mqtt"},
    "paho": {"control.mqtt"},
    "prometheus_client": {"observe.metrics"},
    "sqlite3": {"control", "observe", "recording"},
    "argon2": {"control"},
    "openpyxl": {"settings"},
    "sdl2": {"outputs.display"},
    "yaml": {"settings", "app", "cli"},
    "typer": {"cli"},
    "rich": {"cli"},
    "mmap": {"ipc"},
    "multiprocessing": {"ipc"},
}
"""Where in commandwall a library may be imported: packages, or modules of them; nowhere else."""

CATCHES_ALL = {
    "commandwall.control.http.problems": "the last place that can tell the client and the log",
    "commandwall.ingest.feed": "one camera must not end the worker that receives many",
    "commandwall.ingest.talks": "nor one loudspeaker",
    "commandwall.ingest.stream_decoder": "nor its pictures the thread that decodes those of many",
    "commandwall.ingest.worker": "nor a still of it the worker",
    "commandwall.rtsp.connection": "nor what one camera sends who reads the lots of many",
    "commandwall.rtsp.udp": "nor fill the log with an error a packet",
    "commandwall.cli.probe_file": "nor end the probe of all others",
    "commandwall.control.conference_outside": "nor what another system says the link to it",
    "commandwall.control.write_behind": "nor what cannot be written the task that writes",
    "commandwall.control.mishaps": "nor one conference, tour or wall the daemon with all others",
    "commandwall.control.mqtt": "nor one message all others",
    "commandwall.control.timekeeper": "nor one entry of the schedule all others",
}
"""Modules that may catch every exception, and why; a handler that ends in ``raise`` needs no leave."""

PURE = {"model": {"base"}, "base": set[str]()}
"""Packages that import no third-party library at all."""

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_LONG_FUNCTIONS = 0.03
