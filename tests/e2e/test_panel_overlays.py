"""Alarms, banner and labels on the operator's page, in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browser import ORIGIN, StagedDaemon, browser, camera, fresh, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]

CELL = "document.querySelector(`[data-cell='1']`)"
ROW = "document.querySelector('.tree-row[data-kind=camera]')"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest.fixture
def daemon() -> StagedDaemon:
    areas = [{"id": "dongmen", "name": "东门步行街", "parent": None}]
    return StagedDaemon([camera(1, "dongmen")], areas, sources=["camera:dongmen-001", *["none"] * 3])


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium_running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    context = await fresh(chromium_running)
    page = await daemon.stage(context)
    await page.goto(ORIGIN)
    await until(page, "document.querySelectorAll('.cell').length === 4")
    yield page
    await context.close()


async def changed(page: Page, daemon: StagedDaemon, count: int) -> tuple[str, str, object]:
    """Wait for the ``count``-th change and return it."""
    while len(daemon.overlay_changes) < count:
        await page.evaluate("new Promise(requestAnimationFrame)")
    return daemon.overlay_changes[count - 1]


async def test_an_alarm_is_raised_marked_and_ended(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-cell='1']", button="right")
    await page.click(".menu button:has(use[href$='#warning'])")
    await page.select_option("#alarm-level", "critical")
    await page.fill("#alarm-text", "烟雾")
    await page.check("#alarm-flash")
    await page.click("#alarm-form button[type=submit]")
    path = "/cameras/dongmen-001/alarm"
    body = {"level": "critical", "text": "烟雾", "flash": True}
    assert await changed(page, daemon, 1) == ("PUT", path, body)
    await until(page, "!document.querySelector('#alarm-dialog').open")
    daemon.tell("camera", camera=camera(1, "dongmen", alarm="critical"))
    await until(page, f"{CELL}.dataset.alarm === 'critical' && {ROW}.dataset.alarm === 'critical'")
    await page.click("[data-cell='1']", button="right")
    await page.click(".menu button:has(use[href$='#warning'])")
    assert (await changed(page, daemon, 2))[:2] == ("DELETE", path)
    daemon.tell("camera", camera=camera(1, "dongmen", alarm=None))
    await until(page, f"!{CELL}.dataset.alarm && !{ROW}.dataset.alarm")


async def test_banner_and_labels_of_the_wall(page: Page, daemon: StagedDaemon) -> None:
    await page.click("#overlays")
    await page.fill("#banner-text", "台风橙色预警")
    await page.select_option("#banner-level", "warning")
    await page.check("#banner-ticker")
    await page.click("#banner-form button[type=submit]")
    banner = {"text": "台风橙色预警", "level": "warning", "ticker": True}
    assert await changed(page, daemon, 1) == ("PUT", "/walls/main/banner", banner)
    await page.select_option("#label-time", "off")
    assert await changed(page, daemon, 2) == ("PUT", "/walls/main/overlays", {"time": "off"})
    daemon.tell(
        "overlays", overlays={**daemon.overlays, "labels": {**daemon.overlays["labels"], "age": "on"}}
    )
    await until(page, "document.querySelector('#label-age').value === 'on'")
    await page.click("#banner-clear")
    assert (await changed(page, daemon, 3))[:2] == ("DELETE", "/walls/main/banner")


async def test_what_is_being_typed_stays_while_other_things_change(page: Page, daemon: StagedDaemon) -> None:
    banner = {"text": "台风橙色预警", "level": "warning", "ticker": False}
    daemon.overlays = {**daemon.overlays, "banner": banner}
    await page.click("#overlays")
    await until(page, "document.querySelector('#banner-text').value === '台风橙色预警'")
    await page.fill("#banner-text", "台风红色")
    labels = {**daemon.overlays["labels"], "age": "on"}
    daemon.tell("overlays", overlays={**daemon.overlays, "labels": labels})
    await until(page, "document.querySelector('#label-age').value === 'on'")
    assert await page.input_value("#banner-text") == "台风红色"
    daemon.tell("overlays", overlays={**daemon.overlays, "banner": {**banner, "text": "解除"}})
    await until(page, "document.querySelector('#banner-text').value === '解除'")
    await page.fill("#banner-text", "改口")
    await page.click("#overlays-dialog [data-close]")
    await page.click("#overlays")
    await until(page, "document.querySelector('#banner-text').value === '台风橙色预警'")


async def test_who_only_watches_changes_no_overlays(chromium_running: Browser, daemon: StagedDaemon) -> None:
    daemon.role = "viewer"
    context = await fresh(chromium_running)
    page = await daemon.stage(context)
    await page.goto(ORIGIN)
    await until(page, "document.querySelectorAll('.cell').length === 4")
    await until(page, "document.querySelector('#overlays').disabled")
    await context.close()
