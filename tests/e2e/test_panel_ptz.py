"""The pad that moves the camera in the selected cell, in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.e2e.browser import StagedDaemon, browser, camera, operator_page, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]
_PTZ = "**/cameras/dongmen-001/ptz"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest.fixture
def daemon() -> StagedDaemon:
    cameras = [camera(1, "dongmen", onvif=True), camera(2, "dongmen"), camera(3, "dongmen", onvif=True)]
    areas = [{"id": "dongmen", "name": "东门步行街", "parent": None}]
    sources = [*(f"camera:dongmen-00{number}" for number in (1, 2, 3)), "none"]
    return StagedDaemon(cameras, areas, sources=sources)


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium_running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    async with operator_page(chromium_running, daemon) as opened:
        yield opened


async def shown(page: Page) -> None:
    await page.click("[data-cell='1']")
    await until(page, "!document.querySelector('#ptz').hidden")


async def test_cameras_can_be_picked_while_one_is_looked_at_and_moved(page: Page) -> None:
    await shown(page)
    heights = await page.evaluate("""() => {
      const rows = Object.assign(document.createElement("div"), { id: "rows" });
      document.querySelector("#data-list").append(rows);
      rows.style.height = "1000px";
      document.querySelector("#camera-facts").style.height = "400px";
      const tall = (name) => document.querySelector(name).getBoundingClientRect();
      return [tall("#tree").height, tall("#data").height, innerHeight - tall("#ptz").bottom];
    }""")
    assert heights[0] >= 140 and heights[1] >= 64 and heights[2] >= 0


async def commands(page: Page, daemon: StagedDaemon, verbs: list[str]) -> list[dict[str, Any]]:
    """Wait until the commands begin with ``verbs`` (repeated ones count once), and return them."""
    while True:
        found: list[dict[str, Any]] = []
        for command in daemon.ptz_commands:
            if not found or found[-1] != command:
                found.append(command)
        if [command["verb"] for command in found] == verbs:
            return found
        await page.evaluate("new Promise(requestAnimationFrame)")


async def test_it_is_there_for_cameras_that_can_be_moved(page: Page) -> None:
    await shown(page)
    assert await page.text_content("#ptz-holder") == "当前无人操作此云台"
    await page.click("[data-cell='2']")
    await until(page, "document.querySelector('#ptz').hidden")
    await page.click("[data-cell='3']")
    await until(page, "!document.querySelector('#ptz').hidden")
    await page.keyboard.press("Escape")
    await until(page, "document.querySelector('#ptz').hidden")


async def test_a_button_moves_as_long_as_it_is_held(daemon: StagedDaemon, page: Page) -> None:
    await shown(page)
    await page.hover("[data-steer='left']")
    await page.mouse.down()
    while len(daemon.ptz_commands) < 3:  # It is repeated, or the daemon would end it.
        await page.evaluate("new Promise(requestAnimationFrame)")
    await page.mouse.up()
    move, _ = await commands(page, daemon, ["move", "stop"])
    assert move == {"verb": "move", "pan": -0.5, "tilt": 0, "zoom": 0}
    assert await page.text_content("#ptz-holder") == "您正在操作此云台"


async def test_keys_steer_and_leave_the_selection_where_it_is(daemon: StagedDaemon, page: Page) -> None:
    await shown(page)
    await page.keyboard.down("Shift")
    await page.keyboard.down("ArrowUp")
    await commands(page, daemon, ["move"])
    await page.keyboard.down("ArrowRight")
    await commands(page, daemon, ["move", "move"])
    await page.keyboard.up("Shift")
    found = await commands(page, daemon, ["move", "move", "stop"])
    assert [(it["pan"], it["tilt"]) for it in found[:2]] == [(0, 0.5), (0.5, 0.5)]
    assert await page.get_attribute(".cell.selected", "data-cell") == "1"
    await page.keyboard.down("-")
    await commands(page, daemon, ["move", "move", "stop", "move"])
    await page.keyboard.up("-")
    assert (await commands(page, daemon, ["move", "move", "stop", "move", "stop"]))[3]["zoom"] == -0.5


async def test_another_cell_ends_the_movement(daemon: StagedDaemon, page: Page) -> None:
    await shown(page)
    await page.keyboard.down("+")
    await commands(page, daemon, ["move"])
    await page.click("[data-cell='2']")
    await commands(page, daemon, ["move", "stop"])


async def test_home_and_presets(daemon: StagedDaemon, page: Page) -> None:
    await shown(page)
    await page.click("#ptz-home")
    await page.select_option("#ptz-presets", label="路口")
    assert (await commands(page, daemon, ["home", "preset"]))[1] == {"verb": "preset", "preset": "7"}
    assert await page.input_value("#ptz-presets") == ""


async def test_who_moves_the_camera_is_told(daemon: StagedDaemon, page: Page) -> None:
    await shown(page)
    daemon.tell("ptz", ptz={"camera": "dongmen-001", "holder": "li", "remaining_s": 10})
    await until(page, "document.querySelector('#ptz-holder').textContent === 'li 正在操作此云台'")
    daemon.ptz_holder = "li"
    await page.click("[data-steer='up']")
    warning = "document.querySelector(`.toast[data-kind='warning']`)?.textContent"
    assert "其他操作员正在控制此摄像机" in await until(page, warning)
    assert daemon.ptz_commands == []


async def test_who_only_watches_has_no_pad(daemon: StagedDaemon, chromium_running: Browser) -> None:
    daemon.role = "leader"
    async with operator_page(chromium_running, daemon) as page:
        await page.click("[data-cell='1']")
        await until(page, "!document.querySelector('#camera').hidden")
        assert await page.is_hidden("#ptz")


async def test_a_camera_that_did_not_answer_is_asked_again(page: Page) -> None:
    async def rebooting(route: Route) -> None:
        await route.fulfill(status=503, json={"title": "Unavailable", "detail": "no answer"})

    await page.route(_PTZ, rebooting, times=1)
    await page.click("[data-cell='1']")
    assert "no answer" in await until(page, "document.querySelector('.toast')?.textContent")
    await until(page, "!document.querySelector('#ptz').hidden")


async def test_who_moves_the_camera_is_read_again_when_events_were_missed(
    daemon: StagedDaemon, page: Page
) -> None:
    daemon.ptz_holder = "li"
    await shown(page)
    assert await page.text_content("#ptz-holder") == "li 正在操作此云台"
    daemon.ptz_holder = ""
    daemon.tell("hello", resumed=False)
    await until(page, "document.querySelector('#ptz-holder').textContent === '当前无人操作此云台'")


async def test_a_command_that_nobody_answers_holds_the_pad_for_a_while_only(
    daemon: StagedDaemon, page: Page
) -> None:
    async def never(_: Route) -> None:
        """Leave it unanswered, as a dead connection does."""

    await shown(page)
    await page.evaluate("""() => {
      const timeout = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = (ms) => timeout(ms <= 10_000 ? 100 : ms);
    }""")
    await page.route(_PTZ, never, times=1)
    await page.click("[data-steer='up']")
    await until(page, "document.querySelector('.toast')")
    await page.evaluate("() => { AbortSignal.timeout = (ms) => new AbortController().signal; }")
    await page.click("[data-steer='left']")
    await commands(page, daemon, ["move", "stop"])
