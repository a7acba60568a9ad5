"""Sharing a screen from the operator's page, while it takes its time to be agreed upon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.e2e.browser import StagedDaemon, browser, operator_page, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]
SCREEN = """() => {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const stream = document.createElement("canvas").captureStream();
    window.asked = (window.asked ?? 0) + 1;
    window.shared = stream.getVideoTracks()[0];
    return stream;
  };
  RTCPeerConnection.prototype.setRemoteDescription = async () => {};  // Nobody is at the other end.
}"""
STOPPED = "() => { shared.stop(); shared.dispatchEvent(new Event('ended')); }"
"""What the browser's own button does."""
BEGIN, END = (
    f"document.querySelector('#share-text').textContent === '{text}'" for text in ("共享本机屏幕", "停止共享")
)


class Sharing:
    """A daemon that agrees upon a screen when ``agreed`` is set."""

    def __init__(self) -> None:
        self.agreed = asyncio.Event()
        self.calls: list[str] = []

    async def answer(self, route: Route) -> None:
        self.calls.append(route.request.method)
        if route.request.method == "POST":
            await self.agreed.wait()
        await route.fulfill(status=201, headers={"Location": "/whip/sessions/1"}, body="v=0")

    async def until_called(self, *methods: str) -> None:
        async with asyncio.timeout(15):
            while self.calls != [*methods]:
                await asyncio.sleep(0.03)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as found:
        yield found


@pytest.fixture
def sharing() -> Sharing:
    return Sharing()


@pytest_asyncio.fixture(loop_scope="module")
async def page(running: Browser, sharing: Sharing) -> AsyncIterator[Page]:
    async with operator_page(running, StagedDaemon(cameras=[])) as opened:
        await until(opened, f"!share.hidden && {BEGIN}")
        await opened.evaluate(SCREEN)
        await opened.route("**/whip/**", sharing.answer)
        yield opened


async def test_a_screen_is_shared_once_however_often_the_button_is_pressed(
    page: Page, sharing: Sharing
) -> None:
    await page.click("#share")
    await sharing.until_called("POST")
    assert await page.is_disabled("#share")
    await page.evaluate("share.click()")
    sharing.agreed.set()
    await until(page, f"{END} && !share.disabled")
    assert await page.evaluate("asked") == 1
    await page.click("#share")
    await until(page, f"{BEGIN} && shared.readyState === 'ended'")
    await sharing.until_called("POST", "DELETE")


async def test_a_screen_that_is_stopped_before_it_is_agreed_upon_is_not_shared(
    page: Page, sharing: Sharing
) -> None:
    await page.click("#share")
    await sharing.until_called("POST")
    await page.evaluate(STOPPED)
    sharing.agreed.set()
    await sharing.until_called("POST", "DELETE")
    await until(page, f"{BEGIN} && !share.disabled")


async def test_the_browser_s_own_button_ends_what_is_shared(page: Page, sharing: Sharing) -> None:
    sharing.agreed.set()
    await page.click("#share")
    await until(page, END)
    await page.evaluate(STOPPED)
    await until(page, BEGIN)
    await sharing.until_called("POST", "DELETE")
