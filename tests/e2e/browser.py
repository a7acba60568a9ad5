"""Chromium for end-to-end tests, and a staged daemon that fails on demand in front of it.

Tests of what the panel does when something goes wrong need a daemon that goes wrong at a given
moment. :class:`StagedDaemon` answers the browser's requests inside the browser: no server, no port.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import av
import numpy as np
from playwright.async_api import Browser, BrowserContext, Page, Route, WebSocketRoute, async_playwright

import commandwall
from tests.e2e.staged_programme import StagedProgramme

PANEL = Path(commandwall.__file__).parent / "panel"
ORIGIN = "http://127.0.0.1:9"  # Never listened on; loopback, so that WebCodecs is there.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; connect-src 'self' ws: wss:"
)
_PAGES = {"/": "index.html", "/ops": "ops.html", "/login": "login.html"}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio")
_VIDEO_HEADER = struct.Struct("!4sBBHQqQ")

TAKE_SEEN = """
() => {
  const text = (bytes) => {
    let all = "";
    for (let i = 0; i < bytes.length; i += 8192) all += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(all);
  };
  return window.seen.splice(0).map(([atMs, gray]) => [atMs, text(gray)]);
}
"""
"""Returns and forgets what a page has put into ``seen``: times, each with bytes, which come as base64."""


@asynccontextmanager
async def browser(chromium: str, *arguments: str) -> AsyncIterator[Browser]:
    """Run Chromium without a window, with further ``arguments``."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS, *arguments])
        try:
            yield running
        finally:
            await running.close()


async def fresh(
    running: Browser, language: str = "zh-CN", size: tuple[int, int] = (1920, 1080)
) -> BrowserContext:
    """Return a context that knows nothing of others: as a browser that was just installed."""
    width, height = size
    return await running.new_context(locale=language, viewport={"width": width, "height": height})


async def until(page: Page, expression: str, *, timeout_s: float = 15.0) -> Any:
    """Wait until ``expression`` is true in ``page`` and return it; the pages' policy forbids ``eval``."""
    async with asyncio.timeout(timeout_s):
        while not (value := await page.evaluate(expression)):
            await asyncio.sleep(0.03)
    return value


def access_units(count: int, width: int = 320, height: int = 180) -> list[tuple[bool, bytes]]:
    """Return ``count`` H.264 pictures as (key, Annex B); the first is a key frame, no B-frames."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(count)}
    units = []
    for number in range(count):
        picture = np.full((height, width, 3), 40 + 8 * (number % 20), np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        units += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    return units


def video_message(key: bool, tick: int, utc_ms: int, unit: bytes) -> bytes:
    """Return a message of a head's video socket."""
    return _VIDEO_HEADER.pack(b"CWV1", int(key), 0, 0, tick, tick * 40_000, utc_ms) + unit


def camera(number: int, area: str, state: str = "live", **figures: Any) -> dict[str, Any]:
    """Return a camera as the API shows it, with the id ``AREA-NNN``."""
    base = {
        "id": f"{area}-{number:03}",
        "name": f"镜头 {number:03}",
        "area": area,
        "position": None,
        "state": state,
        "reason": "" if state == "live" else "no answer within 5 s",
        "reason_zh": "" if state == "live" else "5 秒内无应答",
        "codec": "h264",
        "width": 640,
        "height": 360,
        "fps": 15.0,
        "bitrate_bps": 384_000,
        "keyframe_interval_s": 2.0,
        "last_frame_age_s": 0.04,
        "reconnects": 0,
        "loss_ratio": 0.0,
        "visible": False,
        "onvif": False,
        "clock_source": "",
        "clock_skew_ms": None,
        "clock_drift_ppm": None,
        "streams": {
            "main": {"state": "disabled", "reason": "opened when shown", "reason_zh": "显示时才打开"},
            "sub": {"state": state, "reason": "", "reason_zh": ""},
        },
    }
    return {**base, **figures}


def grid(columns: int) -> dict[str, Any]:
    """Return a layout of ``columns`` x ``columns`` cells named from 1."""
    cells = [
        {"id": str(i + 1), "column": i % columns, "row": i // columns, "columns": 1, "rows": 1, "z": 0}
        for i in range(columns * columns)
    ]
    name = "1" if columns == 1 else f"{columns}x{columns}"
    return {"id": name, "name": name, "columns": columns, "rows": columns, "cells": cells}


@dataclass
class StagedDaemon:
    """A daemon with a wall of 1600 x 900, played to the browser. Attributes may be changed any time.

    ``walls`` are the ids of all walls; only ``main`` is ever looked at.
    """

    cameras: Sequence[dict[str, Any]]
    areas: Sequence[dict[str, Any]] = ()
    panels: list[dict[str, Any]] = field(default_factory=list)
    layouts: Sequence[dict[str, Any]] = field(default_factory=lambda: [grid(1), grid(2), grid(3)])
    screens: Sequence[dict[str, Any]] = ()
    conferences: list[dict[str, Any]] = field(default_factory=list)
    walls: list[str] = field(default_factory=lambda: ["main"])
    talks: list[dict[str, Any]] = field(default_factory=list)
    speakers: list[dict[str, Any]] = field(default_factory=list)
    talk_calls: list[tuple[str, str, Any]] = field(default_factory=list)
    invitation: dict[str, Any] = field(
        default_factory=lambda: {
            "participant": "p-9",
            "token": "t",
            "join_url": "/join/t",
            "expires_at": "2026-11-23T00:00:00Z",
        }
    )
    conference_calls: list[tuple[str, Any]] = field(default_factory=list)
    calls: Sequence[dict[str, Any]] = ()
    callees: Sequence[dict[str, Any]] = ()
    contents: Sequence[dict[str, Any]] = ()
    recordings: Sequence[dict[str, Any]] = ()
    role: str = "operator"
    signed_in: bool = True
    revision: int = 7
    layout: str = "2x2"
    sources: list[str] = field(default_factory=lambda: ["none"] * 4)
    full: str = ""
    crops: dict[str, list[float]] = field(default_factory=dict)
    aspects: dict[str, str] = field(default_factory=dict)
    refuse_next: tuple[int, str, str] | None = None
    events: list[WebSocketRoute] = field(default_factory=list)
    videos: list[WebSocketRoute] = field(default_factory=list)
    changes: list[tuple[str, Any]] = field(default_factory=list)
    past: list[tuple[str, list[str]]] = field(default_factory=list)
    future: list[tuple[str, list[str]]] = field(default_factory=list)
    programme: StagedProgramme = field(default_factory=StagedProgramme)
    prepared: list[Any] = field(default_factory=list)
    predicted: dict[str, Any] = field(
        default_factory=lambda: {"tiles": 9, "budget_share": 0.984, "key_only": 2, "nodeblock": 7, "full": 0}
    )
    pinned: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)
    losses: set[str] = field(default_factory=set)
    overlays: dict[str, Any] = field(
        default_factory=lambda: {
            "wall": "main",
            "labels": dict.fromkeys(("name", "area", "time", "state", "age", "bitrate"), "auto"),
            "banner": None,
        }
    )
    overlay_changes: list[tuple[str, str, Any]] = field(default_factory=list)
    display: dict[str, Any] | None = None
    lined_up: dict[str, bool] = field(default_factory=lambda: {"identifying": False, "test_pattern": False})
    line_up_commands: list[tuple[str, str, Any]] = field(default_factory=list)
    ptz_holder: str = ""
    ptz_commands: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False
    seq: int = 100

    async def stage(self, context: BrowserContext) -> Page:
        """Answer everything that ``context`` asks of :data:`ORIGIN`; returns a new page."""
        await context.route(f"{ORIGIN}/**", self._answer)
        await context.route_web_socket(lambda url: "/events" in url, self._listen)
        await context.route_web_socket(lambda url: url.endswith("/video"), self._watch)
        return await context.new_page()

    def tell(self, type: str, **body: Any) -> None:
        """Send an event to every page that listens."""
        self.seq += 1
        for socket in self.events:
            socket.send(json.dumps({"seq": self.seq, "type": type, **body}))

    def show(self, messages: Sequence[bytes]) -> None:
        """Send video messages to every page that watches."""
        for socket in self.videos:
            for message in messages:
                socket.send(message)

    async def go_down(self) -> None:
        """Drop every connection and take no new one."""
        self.down = True
        for socket in (*self.events, *self.videos):
            await socket.close()
        self.events.clear()
        self.videos.clear()

    def wall(self) -> dict[str, Any]:
        """Return the wall as the API shows it."""
        layout = next(each for each in self.layouts if each["id"] == self.layout)
        names = {f"camera:{each['id']}": each["name"] for each in self.cameras}
        tiles = []
        for cell, source in zip(layout["cells"], self.sources, strict=True):
            width, height = 1600 // layout["columns"], 900 // layout["rows"]
            place = (cell["column"] * width, cell["row"] * height)
            size = (cell["columns"] * width, cell["rows"] * height)
            if self.full not in ("", cell["id"]):
                continue
            tiles.append(
                {
                    "crop": self.crops.get(cell["id"], [0, 0, 1, 1]),
                    "aspect": self.aspects.get(cell["id"], "fit"),
                    "z": cell["z"],
                    "cell": cell["id"],
                    "source": source,
                    "name": names.get(source, ""),
                    "rect": [round(edge) for edge in (*place, *size)],
                    "state": "empty" if source == "none" else "live",
                    "age_s": 0.04,
                    "damaged": source in self.damaged,
                    "loss": source in self.losses,
                    "fps": 15.0,
                    "stream": "sub",
                    "decode": "full",
                    "pinned": source in self.pinned,
                }
            )
        frame = {"bezel": [0, 0, 0, 0], "rotate": 0, "test_pattern": False, "display": self.display}
        heads = [{"id": "left", "rect": [0, 0, 800, 900], "size": [800, 900], **frame}]
        document = {"id": "main", "name": "主墙", "size": [1600, 900], "fps": 25, "heads": heads}
        budget = {"tiles": 4, "budget_share": 0.712, "key_only": 0, "nodeblock": 4, "full": 0}
        shown = {"revision": self.revision, "layout": self.layout, "full": self.full, "tiles": tiles}
        return {**document, **self.lined_up, **shown, "budget": budget}

    def arrange(self, layout: str, sources: Sequence[str], cause: str = "operator") -> None:
        """Change the wall, as any operator would, and tell of it."""
        if cause == "operator":
            self.past.append((self.layout, self.sources))
            self.future.clear()
        count = len(self._cells(layout))
        self.layout = layout
        self.sources = [*sources, *["none"] * count][:count]
        self.revision += 1
        self.tell("wall", wall=self.wall(), cause=cause)
        self.tell("steps", steps=self.steps())

    def steps(self) -> dict[str, Any]:
        """Return how far one can go back and forward, as the API shows it."""
        return {"wall": "main", "undo": len(self.past), "redo": len(self.future)}

    def _cells(self, layout: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = next(each for each in self.layouts if each["id"] == layout)["cells"]
        return found

    async def _answer(self, route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if self.down:
            await route.abort("connectionrefused")
        elif path.startswith("/api/"):
            status, document = self._call(route, path.removeprefix("/api/v1"))
            await route.fulfill(status=status, json=document)
        else:
            await self._file(route, path)

    async def _file(self, route: Route, path: str) -> None:
        name = "head.html" if path.startswith("/head/") else _PAGES.get(path, path.removeprefix("/panel/"))
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        file = PANEL / name
        await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix], headers=headers)

    def _call(self, route: Route, path: str) -> tuple[int, Any]:
        """Return the status and JSON that answer an API call."""
        body: Any = route.request.post_data_json
        if path == "/login" and body["password"] == "right":
            self.signed_in = True
            return 200, {"name": body["username"], "role": self.role}
        if not self.signed_in:
            return 401, {"title": "Not signed in", "detail": "sign in first"}
        if path.endswith("/prepare"):
            self.prepared.append(body)
        if (act := self._acts(path)) is not None:
            return act(route.request.method, path, body)
        written = route.request.method in ("PUT", "DELETE") or path.endswith(("/swap", "/undo", "/redo"))
        if written and path.startswith("/walls/"):
            return self._change(path, body, route.request.headers.get("if-match"))
        site = {"id": "luohu", "name": "罗湖区应急指挥中心", "level": "district"}
        documents: dict[str, Any] = {
            "/session": {"name": "wang", "role": self.role, "site": site, "language": "zh"},
            "/areas": {"items": self.areas},
            "/cameras": {"items": self.cameras},
            **{f"/cameras/{each['id']}": each for each in self.cameras},
            "/data": {"items": self.panels},
            "/layouts": {"items": self.layouts},
            "/screens": {"items": self.screens},
            "/talks": {"items": self.talks},
            "/speakers": {"items": self.speakers},
            "/calls": {"items": self.calls},
            "/recordings": {"items": self.recordings},
            "/walls": {"items": [{**self.wall(), "id": wall} for wall in self.walls]},
            "/walls/main": self.wall(),
            "/walls/main/steps": self.steps(),
            "/walls/main/prepare": {"cameras": [], "budget": self.predicted},
        }
        if path in documents:
            return 200, documents[path]
        missing = 404, {"title": "Not found", "detail": f"{path} is not staged"}
        return self.programme.call(self, route.request.method, path, body) or missing

    def _overlay(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return what answers a look at what is drawn over pictures, or a change of it."""
        if method != "GET":
            self.overlay_changes.append((method, path, body))
        if path.endswith("/banner"):
            self.overlays = {**self.overlays, "banner": body}
        elif path.endswith("/overlays") and body is not None:
            self.overlays = {**self.overlays, "labels": {**self.overlays["labels"], **body}}
        return (204, None) if method == "DELETE" else (200, self.overlays)

    def _pin(self, method: str, path: str, _: Any) -> tuple[int, Any]:
        """Pin what a cell shows, or let it go."""
        cell = path.split("/")[4]
        source = {self.sources[[tile["cell"] for tile in self.wall()["tiles"]].index(cell)]}
        self.pinned = self.pinned | source if method == "PUT" else self.pinned - source
        return 200, self.wall()

    def _line_up(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Show names or a test pattern, or no longer, and tell of it."""
        self.line_up_commands.append((method, path, body))
        name = "identifying" if path.endswith("identify") else "test_pattern"
        self.lined_up[name] = method != "DELETE" and (body or {}).get("seconds") != 0
        self.tell("wall", wall=self.wall())
        return 200, self.wall()

    def _acts(self, path: str) -> Callable[[str, str, Any], tuple[int, Any]] | None:
        """Return what answers calls to ``path`` beside changes of walls, if anything does."""
        if path.endswith(("/alarm", "/banner", "/overlays")):
            return self._overlay
        if path.endswith(("/identify", "/test-pattern")):
            return self._line_up
        if path.endswith("/pin"):
            return self._pin
        if path.startswith(("/conferences", "/recordings/")):
            return self._conference
        if path.endswith("/talk"):
            return self._talk
        return self._ptz if path.endswith("/ptz") else None

    def _talk(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return what answers a talk that is begun or ended."""
        self.talk_calls.append((method, path, body))
        kind, name = path.split("/")[1:3]
        talk = {"loudspeaker": f"{kind[:-1]}:{name}", "reason": "", "reason_zh": "", "can_talk": None}
        return 200, talk | {
            "state": "opening",
            "conference": (body or {}).get("conference", ""),
            "holder": "wang",
        }

    def _conference(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return what answers a look at all conferences, or what is done in one or to a recording."""
        if path.startswith("/recordings/"):
            self.recordings = [each for each in self.recordings if not path.endswith(f"/{each['id']}")]
            return 204, None
        if method == "GET":
            lists = {"call": self.callees, "content": self.contents}
            return 200, {"items": lists.get(path.rpartition("/")[2], self.conferences)}
        self.conference_calls.append((path, body))
        return 201, self.invitation

    def _ptz(self, method: str, path: str, command: dict[str, Any] | None) -> tuple[int, Any]:
        """Return what answers a look at a camera that can be moved, or a command to it."""
        camera = path.split("/")[2]
        if command is not None:
            if self.ptz_holder not in ("", "wang"):
                detail = f"camera {camera!r} is operated by {self.ptz_holder}"
                return 409, {"title": "Conflict", "detail": detail}
            self.ptz_holder = "wang"
            self.ptz_commands.append(command)
        lease = {"camera": camera, "holder": self.ptz_holder, "remaining_s": 10.0}
        if command is not None:
            return 200, lease
        can = dict.fromkeys(("pan_tilt", "zoom", "absolute", "home"), True)
        presets = [{"token": "7", "name": "路口"}]
        return 200, {"lease": lease, **can, "presets": presets, "position": None}

    def _change(self, path: str, body: Any, expected: str | None) -> tuple[int, Any]:
        if self.refuse_next is not None:
            (status, en, zh), self.refuse_next = self.refuse_next, None
            return status, {"title": "refused", "title_zh": "已拒绝", "detail": en, "detail_zh": zh}
        if expected != f'"{self.revision}"':
            return 412, {"title": "stale", "detail": f"the wall is at revision {self.revision}"}
        self.changes.append((path, body))
        if path.endswith("do"):
            return self._step(
                *(self.past, self.future) if path.endswith("undo") else (self.future, self.past)
            )
        cells = [cell["id"] for cell in self._cells(self.layout)]
        layout, sources = self.layout, list(self.sources)
        match path.split("/")[3:]:
            case ["layout"]:
                self.full = ""
                kept = [source for source in self.sources if source != "none"]
                layout, sources = body["layout"], body.get("sources", kept)
            case ["full"]:
                self.full = "" if body is None else body["cell"]
            case ["swap"]:
                i, j = cells.index(body["first"]), cells.index(body["second"])
                sources[i], sources[j] = sources[j], sources[i]
            case ["biggest"]:
                sources = [body["source"], *sources[1:]]
            case ["cells", cell, "view"]:
                self.crops |= {cell: body["crop"]} if "crop" in body else {}
                self.aspects |= {cell: body["aspect"]} if "aspect" in body else {}
            case ["cells", cell]:
                sources[cells.index(cell)] = body["source"]
        self.arrange(layout, sources)
        return 200, self.wall()

    def _step(self, behind: list[Any], ahead: list[Any]) -> tuple[int, Any]:
        if not behind:
            return 422, {"title": "invalid", "detail": "wall 'main' has no step to go"}
        ahead.append((self.layout, self.sources))
        layout, sources = behind.pop()
        self.arrange(layout, sources, "undo")
        return 200, {"wall": self.wall(), "steps": self.steps(), "missing": []}

    async def _listen(self, socket: WebSocketRoute) -> None:
        if self.down or not self.signed_in:
            await socket.close()
            return
        resumed = "after=" in socket.url
        socket.send(json.dumps({"seq": self.seq, "type": "hello", "resumed": resumed}))
        self.events.append(socket)

    async def _watch(self, socket: WebSocketRoute) -> None:
        if self.down:
            await socket.close()
            return
        config = {"type": "config", "codec": "avc1.42c01e", "width": 320, "height": 180, "fps": 25}
        socket.send(json.dumps({**config, "wall": "main", "head": "left"}))
        self.videos.append(socket)
        socket.on_close(lambda *_: self.videos.remove(socket) if socket in self.videos else None)


@asynccontextmanager
async def operator_page(running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    """Open the operator's page of a wall of four cells; it fails at the end if the page threw anything."""
    context = await fresh(running)
    errors: list[str] = []
    page = await daemon.stage(context)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(ORIGIN)
    await until(page, "document.querySelectorAll('.cell').length === 4")
    yield page
    await context.close()
    assert errors == []
