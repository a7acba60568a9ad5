"""The wall as pages show it, a head's and the operator's: moving, standing still, gone and back again."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browser import (
    ORIGIN,
    StagedDaemon,
    access_units,
    browser,
    camera,
    fresh,
    operator_page,
    until,
    video_message,
)
from tests.e2e.modules import runner

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]
LIVE = "document.body.dataset.truth === 'live' && document.querySelector('#truth').hidden"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as found:
        yield found


@pytest.fixture
def daemon() -> StagedDaemon:
    return StagedDaemon(cameras=[])


@pytest_asyncio.fixture(loop_scope="module")
async def head(running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    """Yield the page of a head that waits for its first picture; the test fails if the page throws."""
    context, errors = await fresh(running), list[str]()
    page = await daemon.stage(context)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{ORIGIN}/head/main/left")
    await until(page, "document.body.dataset.truth === 'waiting'")
    yield page
    await context.close()
    assert errors == []


async def test_a_head_that_came_by_plain_http_says_why_it_shows_snapshots(
    running: Browser, daemon: StagedDaemon
) -> None:
    context, errors = await fresh(running), list[str]()
    page = await daemon.stage(context)
    await context.route("http://wall.invalid/**", daemon._answer)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto("http://wall.invalid/head/main/left")
    await until(page, "!document.querySelector('#fallback').hidden")
    assert "https://" in await page.inner_text("#fallback")
    assert not await page.evaluate("isSecureContext")
    await context.close()
    assert errors == []


async def let_see(page: Page, seen: bool) -> None:
    """Have ``page`` take its tab for one that is seen, or for one in the background."""
    script = """(seen) => {
      Object.defineProperty(document, "hidden", { value: !seen, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await page.evaluate(script, seen)


def messages(count: int, first_tick: int = 0) -> list[bytes]:
    utc_ms = int(time.time() * 1000)
    units = access_units(count)
    return [video_message(key, first_tick + i, utc_ms + 40 * i, unit) for i, (key, unit) in enumerate(units)]


async def show_until(page: Page, daemon: StagedDaemon, expression: str, first_tick: int = 0) -> Any:
    """Show pictures, from ``first_tick`` on, as a wall does, until ``expression`` is true; return it."""
    async with asyncio.timeout(15):
        while not (value := await page.evaluate(expression)):
            daemon.show(messages(3, first_tick))
            first_tick += 3
            await asyncio.sleep(0.1)
    return value


async def test_the_preview_of_the_wall_moves(running: Browser, daemon: StagedDaemon) -> None:
    async with operator_page(running, daemon) as page:
        live = "document.querySelector('#stage').dataset.truth === 'live'"
        figures = await show_until(page, daemon, f"{live} && commandwall.lastTick > 2 && commandwall")
        assert figures["frames"] >= 1


async def test_a_page_shows_what_happens_while_its_browser_finds_out_about_video(
    running: Browser, daemon: StagedDaemon
) -> None:
    daemon.cameras = [camera(1, "dongmen")]
    context = await fresh(running)
    page = await daemon.stage(context)
    await page.add_init_script("VideoDecoder.isConfigSupported = () => new Promise(() => {})")
    await page.goto(ORIGIN)
    await until(page, "document.querySelectorAll('.cell').length === 4")
    daemon.arrange("2x2", ["camera:dongmen-001"])
    await until(page, "document.querySelector('.cell-name').textContent === '镜头 001'")
    await context.close()


async def test_a_connection_has_its_time_to_bring_a_picture_and_more_where_none_came(head: Page) -> None:
    body = """
        const begunS = [], usual = window.WebSocket;
        let nowMs = 60_000;  // of a page that is open already
        performance.now = () => nowMs;
        window.WebSocket = class extends EventTarget {
          constructor() { super(); begunS.push(nowMs / 1000); }
          close() {}
        };
        const viewer = new it.Viewer(document.createElement("canvas"), { onTruth: () => {} });
        const wait = (seconds) => {
          for (const endMs = nowMs + 1000 * seconds; nowMs < endMs; nowMs += 100) {
            viewer.judge();
            if (viewer.socket.socket !== null) continue;
            clearTimeout(viewer.socket.retry);
            viewer.socket.open();
          }
        };
        viewer.openVideo("main", "left");
        wait(40);
        viewer.screen.freshness.note(nowMs, 0, 0);
        wait(10);
        viewer.close();
        window.WebSocket = usual;
        delete performance.now;
        return begunS;
    """
    assert await runner(head)("video/viewer.js", body) == [60, 63.1, 69.2, 81.3, 93.4, 104.1]


async def test_a_head_never_shows_an_old_picture_as_live(daemon: StagedDaemon, head: Page) -> None:
    live = await show_until(head, daemon, f"{LIVE} && commandwall.lastTick > 2 && commandwall")
    assert live["lastUtcMs"] > 1.6e12
    assert abs(live["latencyMs"]) < 10_000
    await until(head, "document.body.dataset.truth === 'stopped'")
    words = str(await head.text_content("#truth"))
    said = re.fullmatch(r"画面中断 (\d+) 秒No picture for \1 s", words)
    assert said and int(said[1]) >= 1, words
    assert float(await head.evaluate("getComputedStyle(document.querySelector('canvas')).opacity")) < 0.5
    await show_until(head, daemon, LIVE, first_tick=1000)


async def test_a_head_comes_back_after_the_daemon(daemon: StagedDaemon, head: Page) -> None:
    await show_until(head, daemon, LIVE)
    await daemon.go_down()
    await until(head, "document.body.dataset.truth === 'stopped'")
    daemon.down = False
    await show_until(head, daemon, f"{LIVE} && commandwall.lastTick >= 1000", first_tick=1000)


async def test_a_head_in_a_hidden_tab_receives_nothing(daemon: StagedDaemon, head: Page) -> None:
    await show_until(head, daemon, LIVE)
    await let_see(head, False)
    async with asyncio.timeout(15):
        while daemon.videos:
            await asyncio.sleep(0.03)
    await let_see(head, True)
    await show_until(head, daemon, f"{LIVE} && commandwall.lastTick >= 1000", first_tick=1000)


async def test_a_page_that_is_opened_in_a_hidden_tab_waits_until_it_is_seen(
    running: Browser, daemon: StagedDaemon
) -> None:
    context = await fresh(running)
    page = await daemon.stage(context)
    await page.add_init_script("""
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        window.connections = 0;
        const connect = WebSocket;
        window.WebSocket = function (...parts) { window.connections += 1; return new connect(...parts); };
    """)
    await page.goto(f"{ORIGIN}/head/main/left")
    await until(page, "window.commandwall !== undefined")
    await page.evaluate("import('/panel/js/video/support.js').then((it) => it.videoSupport())")
    assert await page.evaluate("connections") == 0
    await let_see(page, True)
    await show_until(page, daemon, LIVE)
    await context.close()


async def test_a_damaged_stream_goes_on_at_the_next_key_frame(daemon: StagedDaemon, head: Page) -> None:
    garbage = video_message(True, 1, time.time_ns() // 10**6, b"\0\0\0\1\x65" + b"\xff" * 400)
    while not daemon.videos:
        await head.evaluate("new Promise(requestAnimationFrame)")
    daemon.show([garbage])
    await show_until(head, daemon, f"{LIVE} && commandwall.lastTick >= 10", first_tick=10)


async def test_a_browser_without_video_says_so_and_what_to_do(running: Browser, daemon: StagedDaemon) -> None:
    context = await fresh(running)
    page = await daemon.stage(context)
    await page.add_init_script("delete window.VideoDecoder")
    await page.goto(f"{ORIGIN}/head/main/left")
    words = await until(page, "!fallback.hidden && fallback.textContent")
    assert "请升级浏览器" in words
    assert "Please update it" in words
    await context.close()
