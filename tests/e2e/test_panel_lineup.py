"""Names and test patterns from the operator's page, with a staged daemon."""

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
FAULT = {
    "wanted": "HDMI-2",
    "monitor": "",
    "mode": [0, 0, 0],
    "shown": 0,
    "left_out": 0,
    "fault": "there is no monitor 'HDMI-2'",
    "fault_zh": "没有显示器 'HDMI-2'",
}


@pytest.fixture
def daemon() -> StagedDaemon:
    return StagedDaemon(cameras=[camera(1, "dongmen")], display=FAULT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium_running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    context = await fresh(chromium_running)
    opened = await daemon.stage(context)
    await opened.goto(ORIGIN)
    await until(opened, "document.querySelector('.head-link') !== null")
    yield opened
    await context.close()


def pressed(button: str, state: bool) -> str:
    return f"document.querySelector('#{button}').getAttribute('aria-pressed') === '{str(state).lower()}'"


async def test_names_are_shown_and_ended(daemon: StagedDaemon, page: Page) -> None:
    await page.click("#identify")
    await until(page, pressed("identify", True))
    await page.click("#identify")
    await until(page, pressed("identify", False))
    path = "/walls/main/identify"
    assert daemon.line_up_commands == [("POST", path, {"seconds": 15}), ("POST", path, {"seconds": 0})]


async def test_a_test_pattern_takes_two_presses_and_ends_with_one(daemon: StagedDaemon, page: Page) -> None:
    await page.click("#test-pattern")
    await until(page, "document.querySelector(`.toast[data-kind='warning']`) !== null")
    assert daemon.line_up_commands == []
    await page.click("#test-pattern")
    await until(page, pressed("test-pattern", True))
    await page.click("#test-pattern")
    await until(page, pressed("test-pattern", False))
    path = "/walls/main/test-pattern"
    assert daemon.line_up_commands == [("PUT", path, {"seconds": 600}), ("DELETE", path, None)]


async def test_an_output_whose_monitor_shows_nothing_says_why(daemon: StagedDaemon, page: Page) -> None:
    link = "document.querySelector('.head-link')"
    assert await until(page, f"{link}.dataset.trouble") == "true"
    assert "没有显示器 'HDMI-2'" in await page.evaluate(f"{link}.title")
    daemon.display = {**FAULT, "monitor": "DP-1", "mode": [800, 900, 60], "fault": "", "fault_zh": ""}
    daemon.tell("wall", wall=daemon.wall())
    await until(page, f"{link}.dataset.trouble === 'false' && {link}.title.includes('DP-1：800×900，60 Hz')")


async def test_who_only_looks_presses_nothing(daemon: StagedDaemon, page: Page) -> None:
    daemon.role = "viewer"
    await page.reload()
    await until(page, "document.querySelector('.head-link') !== null")
    for button in ("identify", "test-pattern"):
        assert await page.is_disabled(f"#{button}")
