"""Leaders in a conference of the real daemon, with the devices that Chromium plays itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.browser import browser, fresh, until
from tests.e2e.site import Daemon, Site, cameras, farm
from tests.e2e.site import until as settled
from tests.e2e.staged_conference import DEVICES

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(240),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
]
_SHOWN = "(window.commandwall?.people.frames ?? 0) > 2"


@pytest.fixture
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium, *DEVICES) as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Site:
    """Return a site with a wall of four cells."""
    return Site(
        tmp_path, free_port(), wall={"id": "main", "name": "主墙", "size": [640, 360], "layout": "2x2"}
    )


async def post(daemon: Daemon, path: str, body: Any) -> Any:
    """Return the JSON of a POST to ``/api/v1/conferences{path}`` that is done."""
    async with daemon.session.post(f"/api/v1/conferences{path}", json=body) as response:
        assert response.status < 300, f"POST {path}: {response.status} {await response.text()}"
        return await response.json()


async def invited(daemon: Daemon, name: str, role: str) -> str:
    """Return the address of the page of somebody who is invited now."""
    member = await post(daemon, "/flood/members", {"name": name, "role": role})
    return f"{daemon.site.url}{member['join_url']}"


async def enter(page: Page, url: str) -> Page:
    """Open a link, press the one button, and return when there are pictures."""
    await page.goto(url)
    await until(page, "document.querySelector('#device-video').value !== ''", timeout_s=45)
    await page.click("#enter")
    await until(page, _SHOWN, timeout_s=60)
    return page


async def participant(daemon: Daemon, participant_id: str) -> dict[str, Any]:
    """Return somebody of the roster."""
    found: list[dict[str, Any]] = (await daemon.get("/conferences/flood"))["participants"]
    return next(each for each in found if each["id"] == participant_id)


async def until_so(daemon: Daemon, participant_id: str, **fields: Any) -> None:
    """Wait until the roster says so of somebody."""

    async def so() -> bool:
        one = await participant(daemon, participant_id)
        return {name: one[name] for name in fields} == fields

    await settled(f"{participant_id} is {fields}", so)


async def press(page: Page, selector: str) -> None:
    """Press something as soon as it is there; a page behind another one is not repainted for clicks."""
    await until(page, f'document.querySelector("{selector}") !== null')
    await page.evaluate(f'document.querySelector("{selector}").click()')


async def test_an_operator_opens_a_conference_and_a_leader_comes_by_the_link(
    running: Browser, site: Site
) -> None:
    async with site.run() as daemon:
        context = await fresh(running)
        operator = await context.new_page()
        token = daemon.session.headers["Authorization"].removeprefix("Bearer ")
        await operator.goto(f"{site.url}/head/main/all?token={token}")
        await operator.goto(site.url)
        await operator.click("#rooms-toggle")
        await operator.click("#rooms-new")
        await operator.fill("#dialog [name=name]", "防汛会商")
        await operator.click("#dialog .primary")
        await until(operator, "document.querySelector('#rooms').dataset.view === 'one'")
        await operator.click("#rooms-invite")
        await operator.fill("#dialog [name=name]", "张书记")
        await operator.select_option("#dialog [name=role]", "chair")
        await operator.click("#dialog .primary")
        await until(operator, "document.querySelector('.invitations input') !== null")
        link = await operator.input_value(".invitations input")
        await operator.keyboard.press("Escape")

        leader = await enter(await (await fresh(running, size=(1366, 768))).new_page(), link)
        row = "document.querySelector('#rooms-roster .person')?.dataset.presence"
        await until(operator, f"{row} === 'connected'")

        async def second_cell(key: str) -> str:
            return str((await daemon.get("/walls/main"))["tiles"][1][key])

        async def dropped() -> bool:
            # The row may move between the look for its place and the press, as the roster grows above it.
            await operator.drag_and_drop("#rooms-roster .person-who", '[data-cell="2"]')
            return (await second_cell("source")).endswith("/chair-1")

        async def live() -> bool:
            return await second_cell("state") == "live"

        await settled("the leader is put on the wall", dropped)
        await settled("the leader is live on the wall", live)
        await press(operator, "#rooms-chair [data-verb=record]")
        await until(leader, "document.querySelector('[data-kind=record]') !== null")
        await press(operator, "#rooms-chair [data-verb=end]")
        await press(operator, "#dialog .danger")
        await until(leader, "document.body.dataset.plain === 'ended'")
        await leader.goto(link)
        await until(leader, "document.body.dataset.plain === 'refused'")


_NOTE_CALLS = """() => {
  const node = document.querySelector('#called');
  window.calls = [];
  new MutationObserver(() => calls.push(node.textContent)).observe(node, {childList: true, subtree: true});
}"""
"""Keeps in ``calls`` all that the page says of a call."""


async def test_a_chair_directs_and_a_site_follows(running: Browser, site: Site) -> None:
    async with farm(1) as base:
        site.cameras = cameras(base, 1)
        async with site.run() as daemon:
            await post(daemon, "", {"id": "flood", "name": "防汛会商"})
            context = await fresh(running, size=(1366, 768))
            chair = await enter(await context.new_page(), await invited(daemon, "张书记", "chair"))
            street = await enter(await context.new_page(), await invited(daemon, "桂园街道", "site"))
            await until_so(daemon, "site-1", state="connected", people=True, voice=True)

            await press(street, "#tool-hand")
            await press(chair, "[data-participant=site-1] [data-verb=grant]")
            await until(street, "document.querySelector('#called').textContent.includes('已授权')")

            await street.evaluate(_NOTE_CALLS)  # It answers within half a second.
            await press(chair, "[data-mode=roll_call]")
            # If the daemon stands still meanwhile it is told of the call only once that is answered.
            await until(street, "calls.some((words) => words.includes('应答'))")
            await until(chair, "document.querySelector('[data-roll=answered]') !== null", timeout_s=30)
            await press(chair, "#roll .roll-end button:last-child")

            await press(street, "#tool-audio")
            await until_so(daemon, "site-1", muted_by_self=True)
            await press(chair, "#chair [data-verb=mute_all]")
            await until_so(daemon, "site-1", muted_by_chair=True)
            await until(street, "document.querySelector('#called').textContent.includes('静音')")

            await post(daemon, "/flood/chair", {"verb": "present", "target": "camera:cam-1"})
            for page in (chair, street):
                await until(page, "window.commandwall.content.frames > 2", timeout_s=60)
            assert "东门 01" in await street.inner_text("#content-name")
            await press(street, "#tool-share")
            refused = "document.querySelector('#toasts').textContent.includes('同一时间只能有一路')"
            await until(street, refused)

            await press(chair, "#tool-leave")
            await until_so(daemon, "chair-1", state="left")
            assert (await daemon.get("/conferences/flood"))["vacancy"] == "left"


async def test_the_page_comes_back_after_the_daemon_does(running: Browser, site: Site) -> None:
    page = await (await fresh(running, size=(1366, 768))).new_page()
    async with site.run() as daemon:
        await post(daemon, "", {"id": "flood", "name": "防汛会商"})
        await enter(page, await invited(daemon, "张书记", "chair"))
    await until(page, "!document.querySelector('#banner').hidden")
    await until(page, "document.querySelector('#people').dataset.truth === 'stopped'")
    async with site.run() as daemon:
        await until(page, "document.querySelector('#banner').hidden", timeout_s=60)
        await until(page, "document.querySelector('#people').dataset.truth === 'live'", timeout_s=60)
        await until_so(daemon, "chair-1", state="connected", people=True)
