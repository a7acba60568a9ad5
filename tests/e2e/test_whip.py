"""A screen shared from Chromium by WHIP, decoded like a camera and read back from the wall's pixels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from tests.e2e import browser as browsers
from tests.e2e.browser import browser, fresh
from tests.e2e.pictures import cameras_shown, decode
from tests.e2e.site import PASSWORD, Daemon, until
from tests.e2e.webrtc import open_page, share

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(120), pytest.mark.blocks_loop]


@pytest.fixture
async def page(daemon: Daemon, chromium: str) -> AsyncIterator[Page]:
    async with browser(chromium) as running:
        yield await open_page(await (await fresh(running)).new_page(), daemon)


async def screen(daemon: Daemon, screen_id: str = "desk") -> dict[str, Any]:
    """Return a screen as the API shows it."""
    found: list[dict[str, Any]] = (await daemon.get("/screens"))["items"]
    return next(each for each in found if each["id"] == screen_id)


async def until_wall_shows(daemon: Daemon, cell: str, number: int) -> None:
    """Wait until the wall's own pixels have the bar code of ``number`` in ``cell``."""

    async def shows() -> bool:
        tiles = (await daemon.get("/walls/main"))["tiles"]
        picture = decode(await daemon.picture("/walls/main/snapshot.png"))
        return cameras_shown(picture, tiles).get(cell) == number

    await until(f"cell {cell} shows {number}", shows)


async def tile(daemon: Daemon, cell: str) -> dict[str, Any]:
    """Return a tile of the wall."""
    found: list[dict[str, Any]] = (await daemon.get("/walls/main"))["tiles"]
    return next(each for each in found if each["cell"] == cell)


async def test_a_shared_screen_is_a_source(daemon: Daemon, page: Page) -> None:
    status, problem = await daemon.put("/walls/main/cells/4", {"source": "screen:desk"})
    assert status == 422
    assert "desk" in problem["detail"]

    await share(page, "/whip/screens/desk?name=2 号席位", 4711)

    async def live() -> bool:
        return bool((await screen(daemon))["state"] == "live")

    await until("the screen is live", live)
    assert (await screen(daemon))["name"] == "2 号席位"
    status, _ = await daemon.put("/walls/main/cells/4", {"source": "screen:desk"})
    assert status == 200
    await until_wall_shows(daemon, "4", 4711)

    async def shown_live() -> bool:
        return bool((await tile(daemon, "4"))["state"] == "live")

    await until("the tile says that it is live", shown_live)

    assert await page.evaluate("leave('sharing')") == 204

    async def lost() -> bool:
        return bool((await tile(daemon, "4"))["state"] == "lost")

    await until("the tile says that it is lost", lost)
    ended = await screen(daemon)
    assert (ended["state"], ended["reason"], ended["reason_zh"]) == (
        "lost",
        "screen share ended",
        "共享屏幕已结束",
    )

    await share(page, "/whip/screens/desk", 815)
    await until_wall_shows(daemon, "4", 815)
    assert (await tile(daemon, "4"))["name"] == "desk"


FAKE_SCREEN = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=display-media-type=monitor",
)


async def test_an_operator_shares_his_screen_and_puts_it_on_the_wall(daemon: Daemon, chromium: str) -> None:
    await daemon.until_live(["1"])
    await daemon.site.command("user", "add", "wang", "--role", "operator", stdin=f"{PASSWORD}\n")
    async with browser(chromium, *FAKE_SCREEN) as running:
        page = await (await fresh(running)).new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        await page.goto(daemon.site.url)
        await page.fill("#username", "wang")
        await page.fill("#password", PASSWORD)
        await page.click("#submit")
        await page.wait_for_url(f"{daemon.site.url}/")
        await browsers.until(page, "document.querySelector('#screens-none')?.hidden === false")
        troubles.clear()  # The sign-in page asks who is there, and nobody is.
        await page.click("#share")
        await browsers.until(page, "document.querySelector('.screen-row[data-state=live]')", timeout_s=30)
        assert await page.inner_text("#share-text") == "停止共享"
        await page.click("[data-cell='4']")
        await page.click(".screen-row")

        async def green() -> bool:
            picture = decode(await daemon.picture("/walls/main/snapshot.png"))
            blue, other, red = picture[400:660, 700:1240].reshape(-1, 3).mean(axis=0)
            return bool(other > 60 and red < 40 and blue < 40)  # Chromium's fake screen is all green.

        await until("the wall shows the fake screen", green)
        assert (await tile(daemon, "4"))["source"] == "screen:desk-wang"
        await page.click("#share")
        await browsers.until(page, "document.querySelector('.screen-row[data-state=lost]')", timeout_s=30)
        assert troubles == []
