"""What a browser shows of a head: the bar codes on the page's own canvas, after each of its paints."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from playwright.async_api import Page

from tests.bench.tilecodes import Codes, Sight, read_tiles
from tests.e2e.browser import TAKE_SEEN, browser, until

_STRIP = 0.1
"""The share of a tile's height, from its top, that the bar code lies in."""
_SETTLE_S = 2.0
"""A browser that has just started is busy with itself."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

_SAMPLE = """
([rects, strip]) => {
  const canvas = document.getElementById("picture");
  const height = Math.ceil(rects[0][3] * strip);
  const scratch = new OffscreenCanvas(rects[0][2], height * rects.length);
  const context = scratch.getContext("2d", { alpha: false, willReadFrequently: true });
  const channel = new MessageChannel();
  let frames = -1;
  window.seen = [];
  channel.port1.onmessage = () => {
    const atMs = Date.now();
    if (window.commandwall.frames === frames) return;
    frames = window.commandwall.frames;
    rects.forEach(([x, y, w], i) =>
      context.drawImage(canvas, x, y, w, height, 0, i * height, w, height));
    const rgba = context.getImageData(0, 0, scratch.width, scratch.height).data;
    const gray = new Uint8Array(rgba.length / 4);
    for (let i = 0; i < gray.length; i++) gray[i] = rgba[4 * i + 1];
    window.seen.push([atMs, gray]);
  };
  const paint = () => { channel.port2.postMessage(0); requestAnimationFrame(paint); };
  requestAnimationFrame(paint);
}
"""


def find_chromium() -> str | None:
    """Return the path of the system's browser, if there is one."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


async def watch(
    chromium: str, url: str, token: str, tiles: Sequence[Mapping[str, Any]], seconds: float
) -> list[Sight]:
    """Open the head at ``url`` for ``seconds``; return what its ``tiles`` showed, and when.

    ``tiles`` are of one size and have their rectangle on the head. The time is taken by the
    browser in the first task after a repaint with a new picture.
    """
    async with browser(chromium) as context:
        page = await context.new_page()
        await page.goto(f"{url}?token={token}")
        await until(page, "document.body.dataset.truth === 'live'")
        await asyncio.sleep(_SETTLE_S)
        await page.evaluate(_SAMPLE, [[list(tile["rect"]) for tile in tiles], _STRIP])
        return await _collect(page, tiles, seconds)


async def _collect(page: Page, tiles: Sequence[Mapping[str, Any]], seconds: float) -> list[Sight]:
    await asyncio.sleep(seconds)
    taken = await page.evaluate(TAKE_SEEN)
    return await asyncio.to_thread(lambda: [_sight(at_ms, text, tiles) for at_ms, text in taken])


def _sight(at_ms: float, text: str, tiles: Sequence[Mapping[str, Any]]) -> Sight:
    """Return the codes in strips of tiles that lie one under the other."""
    _, _, width, height = tiles[0]["rect"]
    strips = np.frombuffer(base64.b64decode(text), np.uint8).reshape(len(tiles), -1, width)
    codes: Codes = {}
    for tile, strip in zip(tiles, strips, strict=True):
        whole = np.zeros((height, width), np.uint8)
        whole[: len(strip)] = strip
        codes |= read_tiles(whole, [{"cell": tile["cell"], "rect": (0, 0, width, height)}])
    return Sight(at_ms, codes)
