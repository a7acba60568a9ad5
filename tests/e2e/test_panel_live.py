"""The panel and a head in Chromium, with the real daemon and real streams behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page

from tests.e2e import site as sites
from tests.e2e.browser import browser, fresh, until
from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import PASSWORD, Daemon

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(240),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
]
_PATIENCE_S = 60.0
"""So long what two pages show of eight streams may take, as what the daemon says of them does elsewhere."""


@pytest.fixture
async def signed_in(daemon: Daemon, chromium: str) -> AsyncIterator[BrowserContext]:
    """Return a browser that has signed in at the daemon by the sign-in page, as an operator."""
    await daemon.site.command("user", "add", "wang", "--role", "operator", stdin=f"{PASSWORD}\n")
    async with browser(chromium) as running:
        context = await fresh(running, size=(1280, 720))
        page = await context.new_page()
        await page.goto(f"{daemon.site.url}/ops")
        await page.fill("#username", "wang")
        await page.fill("#password", PASSWORD)
        await page.click("#submit")
        await page.wait_for_url(f"{daemon.site.url}/ops")
        yield context


async def open_page(context: BrowserContext, url: str) -> tuple[Page, list[str]]:
    """Return a new page and the list that it writes what goes wrong in it to."""
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if is_trouble(line) else None)
    await page.goto(url)
    return page, troubles


def is_trouble(line: ConsoleMessage) -> bool:
    """Return whether a page says that something went wrong; a daemon that is busy may refuse a snapshot."""
    return line.type == "error" and "/snapshot.jpg" not in line.location["url"]


async def until_head_shows(page: Page, tiles: list[dict[str, Any]], expected: dict[str, int]) -> None:
    """Wait until the browser's own pixels show these cameras (by their bar codes)."""

    async def shows() -> bool:
        found = cameras_shown(decode(await page.screenshot()), tiles)
        return all(found.get(cell) == number for cell, number in expected.items())

    await sites.until(f"the browser shows {expected}", shows)


async def test_a_click_on_the_panel_changes_what_a_head_shows(
    daemon: Daemon, signed_in: BrowserContext
) -> None:
    await daemon.until_live(["1", "2", "3", "4"])
    head, head_troubles = await open_page(signed_in, f"{daemon.site.url}/head/main/all")
    tiles = (await daemon.get("/walls/main"))["tiles"]
    await until_head_shows(head, tiles, {"1": 1, "3": 3})
    now = "commandwall.frames > 10 && commandwall.latencyMs >= 0 && commandwall.latencyMs < 5000"
    await until(head, now, timeout_s=_PATIENCE_S)

    panel, panel_troubles = await open_page(signed_in, daemon.site.url)
    progress = "document.querySelector('#progress-text').textContent"
    await until(panel, f"{progress} === '8 / 8 路在线'", timeout_s=_PATIENCE_S)
    moves = "window.commandwall.frames > 5 && document.querySelector('#truth').hidden"
    await until(panel, moves, timeout_s=_PATIENCE_S)
    await panel.click("[data-cell='3']")
    await panel.fill("#search", "cam-7")
    await panel.press("#search", "Enter")
    await head.bring_to_front()
    await until_head_shows(head, tiles, {"1": 1, "3": 7})

    await panel.bring_to_front()
    await panel.keyboard.press("Escape")
    await panel.click("#undo")
    await panel.click("[data-layout='1']")
    await until(panel, "document.querySelectorAll('.cell').length === 1", timeout_s=_PATIENCE_S)
    await daemon.until_live(["1"])
    assert (head_troubles, panel_troubles) == ([], [])


async def test_every_feed_is_in_the_table_with_its_figures(daemon: Daemon, signed_in: BrowserContext) -> None:
    await daemon.until_live(["1"])
    page, troubles = await open_page(signed_in, f"{daemon.site.url}/ops")
    live = "[...document.querySelectorAll('.feed')].filter((it) => it.textContent.includes('640×360')).length"
    await until(page, f"{live} === 8", timeout_s=_PATIENCE_S)
    assert await page.text_content(".feed >> nth=0 >> [data-column=codec]") == "H.264"
    await until(page, "document.querySelectorAll('#worker-rows tr').length >= 2", timeout_s=_PATIENCE_S)
    assert troubles == []
