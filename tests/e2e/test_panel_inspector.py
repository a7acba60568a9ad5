"""What the operator's page says of one camera: its picture and its figures, as they are now."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route

from tests.e2e.browser import StagedDaemon, browser, camera, operator_page, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="9"/>'
_SHOWN = "!document.querySelector('#camera-picture').hidden"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as found:
        yield found


async def test_a_camera_is_shown_as_it_is_now(running: Browser) -> None:
    daemon = StagedDaemon(
        cameras=[camera(1, "dongmen", "connecting")],
        areas=[{"id": "dongmen", "name": "东门步行街", "parent": None}],
        sources=["camera:dongmen-001", "none", "none", "none"],
    )
    taken = list[str]()

    async def picture(route: Route) -> None:
        taken.append(route.request.url)
        await route.fulfill(body=_PICTURE, content_type="image/svg+xml")

    async with operator_page(running, daemon) as page:
        await page.route("**/snapshot.jpg*", picture)
        await page.click("[data-cell='1']")
        await until(page, "!document.querySelector('#camera').hidden")
        assert not await page.evaluate(_SHOWN)
        assert taken == []
        daemon.cameras = [camera(1, "dongmen", fps=12.0)]
        await until(
            page, f"{_SHOWN} && document.querySelector('#camera-facts').textContent.includes('12.0 fps')"
        )
        first = await page.get_attribute("#camera-picture", "src")
        daemon.cameras = [camera(1, "dongmen", fps=6.0)]
        await until(page, "document.querySelector('#camera-facts').textContent.includes('6.0 fps')")
        another = f"document.querySelector('#camera-picture').getAttribute('src') !== '{first}'"
        await until(page, another, timeout_s=45)  # A picture is read anew after a rest of up to 12 s.
        assert await page.evaluate(_SHOWN)
        daemon.cameras = [camera(1, "dongmen", "lost")]
        daemon.tell("camera", camera=daemon.cameras[0])
        await until(page, f"!({_SHOWN})")
