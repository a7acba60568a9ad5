"""What operators and the ops team see and do in Chromium, with a daemon that fails when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.e2e.browser import ORIGIN, StagedDaemon, browser, camera, fresh, until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]

AREAS: list[dict[str, Any]] = [
    {"id": "luohu", "name": "罗湖区", "parent": None},
    {"id": "dongmen", "name": "东门步行街", "parent": "luohu"},
    {"id": "schools", "name": "中小学", "parent": "luohu"},
]
Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as running:
        yield running


@pytest.fixture
def daemon() -> StagedDaemon:
    dongmen = [camera(number, "dongmen") for number in range(1, 7)]
    schools = [camera(number, "schools", "lost" if number == 2 else "live") for number in range(1, 200)]
    return StagedDaemon(cameras=[*dongmen, *schools], areas=AREAS)


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(chromium_running: Browser, daemon: StagedDaemon) -> AsyncIterator[Open]:
    """Return what opens a page of the panel; the test fails if a page throws."""
    contexts, errors = [], []

    async def open_it(path: str = "/", language: str = "zh-CN") -> Page:
        context = await fresh(chromium_running, language)
        contexts.append(context)
        page = await daemon.stage(context)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(ORIGIN + path)
        return page

    yield open_it
    for context in contexts:
        await context.close()
    assert errors == []


@pytest_asyncio.fixture(loop_scope="module")
async def page(open_page: Open) -> Page:
    """Return the operator's page, ready to work with."""
    opened = await open_page()
    await until(opened, "document.querySelectorAll('.cell').length === 4")
    return opened


def shown(page: Page, cell: str) -> Awaitable[Any]:
    return page.evaluate(f"document.querySelector(`[data-cell='{cell}'] .cell-name`).textContent")


async def shows(page: Page, cell: str, name: str) -> None:
    await until(page, f"document.querySelector(`[data-cell='{cell}'] .cell-name`).textContent === '{name}'")


async def toast(page: Page, kind: str) -> str:
    found = f"document.querySelector(`.toast[data-kind='{kind}']`)?.textContent"
    return str(await until(page, found))


async def drag(page: Page, start: str, end: str) -> None:
    await page.hover(start)
    await page.mouse.down()
    await page.hover(end)
    await page.mouse.up()


def row(name: str) -> str:
    return f".tree-row:not([hidden]):has(.row-note:text-is('{name}'))"


async def test_who_is_not_signed_in_signs_in_and_comes_back(daemon: StagedDaemon, open_page: Open) -> None:
    daemon.signed_in = False
    page = await open_page("/ops?x=1")
    await page.wait_for_url("**/login?next=%2Fops%3Fx%3D1")
    await page.fill("#username", "wang")
    await page.fill("#password", "wrong")
    await page.press("#password", "Enter")
    assert await until(page, "!message.hidden && message.textContent") == "用户名或密码不正确。"
    await page.fill("#password", "right")
    await page.click("#submit")
    await page.wait_for_url(f"{ORIGIN}/ops?x=1")


async def test_the_page_tells_how_many_cameras_are_up(daemon: StagedDaemon, page: Page) -> None:
    progress = "document.querySelector('#progress-text').textContent"
    await until(page, f"{progress} === '204 / 205 路在线'")
    daemon.tell("camera", camera=camera(2, "schools"))
    await until(page, f"{progress} === '205 / 205 路在线'")
    assert await page.text_content("#site") == "罗湖区应急指挥中心"


async def test_the_tree_follows_cameras_that_come_move_and_go(daemon: StagedDaemon, page: Page) -> None:
    total = "document.querySelector('#count-all').textContent"
    daemon.tell("camera", camera=camera(7, "dongmen"))
    await until(page, f"{total} === '206'")
    await page.wait_for_selector(row("dongmen-007"))
    daemon.tell("camera", camera=camera(7, "schools", id="dongmen-007", name="搬走"))
    await page.fill("#search", "中小学 搬走")
    await page.wait_for_selector(row("dongmen-007"))
    daemon.tell("camera", camera=camera(7, "schools", id="dongmen-007"), removed=True)
    await until(page, f"{total} === '205'")
    await until(page, "document.querySelectorAll('.tree-row[data-kind=camera]:not([hidden])').length === 0")


async def test_a_layout_that_the_pointer_rests_on_is_prepared(daemon: StagedDaemon, page: Page) -> None:
    await page.hover("[data-layout='2x2']")  # what is shown needs no preparation
    await page.hover("[data-layout='3x3']")
    async with asyncio.timeout(10):
        while not daemon.prepared:
            await asyncio.sleep(0.03)
    assert daemon.prepared == [{"layout": "3x3"}]
    assert daemon.changes == []
    forecast = "document.querySelector('#forecast')"
    await until(page, f"{forecast}.textContent === '3x3：9 格，占预算 98%，仅关键帧 2 格'")
    assert await page.evaluate(f"{forecast}.dataset.budget") == "cut"
    await page.hover("[data-cell='1']")
    await until(page, f"{forecast}.hidden")


async def test_the_top_bar_says_what_decoding_takes(daemon: StagedDaemon, page: Page) -> None:
    budget = "document.querySelector('#budget').textContent"
    await until(page, f"{budget} === '4 格，占预算 71%，仅关键帧 0 格'")
    told = {"tiles": 4, "budget_share": 1.0, "key_only": 3, "nodeblock": 1, "full": 0}
    daemon.tell("tiles", wall="main", budget=told, tiles=[])
    await until(page, f"{budget} === '4 格，占预算 100%，仅关键帧 3 格'")
    await page.click("#language")
    await until(page, f"{budget} === '4 tiles, 100 % of budget, 3 at key frames only'")


async def test_a_tile_is_pinned_and_let_go_by_its_menu(daemon: StagedDaemon, page: Page) -> None:
    daemon.arrange("2x2", ["camera:dongmen-001"])
    await shows(page, "1", "镜头 001")
    pinned = "document.querySelector('[data-cell=\"1\"]').classList.contains('pinned')"
    for words, expected in (("固定：优先解码", "true"), ("取消固定", "false")):
        await page.click("[data-cell='1']", button="right")
        await page.click(f"#menu >> text={words}")
        await until(page, f"{pinned} === {expected}")
    assert daemon.pinned == set() and daemon.changes == []


async def test_a_camera_is_found_and_put_into_the_selected_cell(daemon: StagedDaemon, page: Page) -> None:
    await page.click("[data-cell='3']")
    await page.keyboard.press("/")
    await page.keyboard.type("东门 003")
    await until(page, "document.querySelectorAll('.tree-row[data-kind=camera]:not([hidden])').length === 1")
    await page.click(row("dongmen-003"))
    await shows(page, "3", "镜头 003")
    assert daemon.changes == [("/walls/main/cells/3", {"source": "camera:dongmen-003"})]
    assert await page.text_content(f"{row('dongmen-003')} .row-cells") == "3"


async def test_cameras_and_cells_are_dragged(daemon: StagedDaemon, page: Page) -> None:
    await drag(page, row("dongmen-001"), "[data-cell='1']")
    await shows(page, "1", "镜头 001")
    await drag(page, row("dongmen-002"), "[data-cell='4']")
    await shows(page, "4", "镜头 002")
    await drag(page, "[data-cell='1']", "[data-cell='4']")
    await shows(page, "4", "镜头 001")
    assert daemon.sources == ["camera:dongmen-002", "none", "none", "camera:dongmen-001"]


async def test_changes_are_undone_one_by_one(daemon: StagedDaemon, page: Page) -> None:
    await page.click("[data-cell='1']")
    for number in (1, 2):
        await page.click(row(f"dongmen-00{number}"))
        await shows(page, "1", f"镜头 00{number}")
    await page.keyboard.press("Control+z")
    await shows(page, "1", "镜头 001")
    await page.click("#undo")
    await shows(page, "1", "")
    await until(page, "document.querySelector('#undo').disabled")
    assert daemon.layout == "2x2"


async def test_undoing_faster_than_the_daemon_answers_skips_nothing(daemon: StagedDaemon, page: Page) -> None:
    await page.click("[data-cell='1']")
    for number in (1, 2, 3):
        await page.click(row(f"dongmen-00{number}"))
    for _ in range(3):
        await page.keyboard.press("Control+z")
    async with asyncio.timeout(15):
        while len(daemon.changes) < 6:
            await asyncio.sleep(0.03)
    await until(page, "document.querySelector('#undo').disabled")
    sources = [body["source"] for path, body in daemon.changes if "/cells/" in path]
    assert sources == [f"camera:dongmen-00{number}" for number in (1, 2, 3)]
    assert [path for path, _ in daemon.changes[3:]] == ["/walls/main/undo"] * 3
    assert daemon.sources[0] == "none"


async def test_the_keyboard_alone_is_enough(daemon: StagedDaemon, page: Page) -> None:
    await page.focus("[data-cell='1']")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    assert await page.get_attribute(".cell.selected", "data-cell") == "4"
    await page.keyboard.press("/")
    await page.keyboard.type("dongmen-005")
    await page.keyboard.press("Enter")
    await shows(page, "4", "镜头 005")
    await page.keyboard.press("Escape")
    assert await page.input_value("#search") == ""
    await page.focus("[data-cell='4']")
    await page.keyboard.press("Delete")
    await shows(page, "4", "")


async def test_a_layout_is_switched_and_keeps_what_is_shown(daemon: StagedDaemon, page: Page) -> None:
    daemon.arrange("2x2", ["camera:dongmen-001", "none", "camera:dongmen-002"])
    await shows(page, "1", "镜头 001")
    await page.click("[data-layout='3x3']")
    await until(page, "document.querySelectorAll('.cell').length === 9")
    assert daemon.changes == [("/walls/main/layout", {"layout": "3x3"})]
    assert await page.get_attribute("[data-layout='3x3']", "aria-pressed") == "true"
    assert [await shown(page, cell) for cell in "123"] == ["镜头 001", "镜头 002", ""]


async def test_one_source_fills_the_wall_and_everything_comes_back(daemon: StagedDaemon, page: Page) -> None:
    before = ["camera:dongmen-001", "none", "camera:dongmen-002", "none"]
    daemon.arrange("2x2", before)
    await shows(page, "3", "镜头 002")
    await page.dblclick("[data-cell='3']")
    await until(page, "document.querySelectorAll('.cell').length === 1")
    assert (daemon.full, daemon.sources) == ("3", before)
    await page.click("#solo")
    await until(page, "document.querySelectorAll('.cell').length === 4")
    assert daemon.sources == before


async def test_the_card_of_a_cell_says_that_its_picture_is_damaged(daemon: StagedDaemon, page: Page) -> None:
    daemon.damaged = {"camera:dongmen-001", "camera:dongmen-003"}
    daemon.losses = {"camera:dongmen-003"}
    daemon.arrange("2x2", ["camera:dongmen-001", "camera:dongmen-002", "camera:dongmen-003"])
    await shows(page, "1", "镜头 001")
    await page.hover("[data-cell='1']")
    assert "实时，画面损坏" in await until(page, "!card.hidden && card.textContent")
    await page.hover("[data-cell='2']")
    assert "损坏" not in await until(page, "card.textContent.includes('镜头 002') && card.textContent")
    await page.hover("[data-cell='3']")
    assert "实时，网络丢包" in await until(page, "card.textContent.includes('镜头 003') && card.textContent")


async def test_the_card_of_a_cell_says_why_its_main_stream_is_not_shown(
    daemon: StagedDaemon, page: Page
) -> None:
    trouble = {"state": "refused", "reason": "unsupported codec", "reason_zh": "不支持的编码"}
    daemon.cameras[0]["streams"]["main"].update(trouble)
    await page.reload()
    await until(page, "document.querySelector('[data-cell]') !== null")
    daemon.arrange("2x2", ["camera:dongmen-001", "camera:dongmen-002"])
    await shows(page, "1", "镜头 001")
    await page.hover("[data-cell='1']")
    assert "主码流被拒绝，原因：不支持的编码" in await until(page, "!card.hidden && card.textContent")
    await page.hover("[data-cell='2']")
    assert "主码流被拒绝" not in await until(
        page, "card.textContent.includes('镜头 002') && card.textContent"
    )


async def test_an_area_fills_the_wall_and_goes_on(daemon: StagedDaemon, page: Page) -> None:
    area = ".tree-row[data-kind='area']:has-text('东门步行街')"
    for first in (1, 5):
        await page.hover(area)
        await page.click(f"{area} .fill")
        await shows(page, "1", f"镜头 00{first}")
    assert daemon.sources == ["camera:dongmen-005", "camera:dongmen-006", "none", "none"]
    await until(page, "document.querySelector('#toasts').textContent.includes('第 5–6 路')")


async def test_a_stale_change_is_not_made_and_says_so(daemon: StagedDaemon, page: Page) -> None:
    await page.click("[data-cell='1']")
    daemon.revision += 1  # Somebody was faster, and the word of it has not come yet.
    await page.click(row("dongmen-001"))
    assert "其他操作员刚刚更改了此大屏" in await toast(page, "warning")
    assert daemon.changes == []
    await page.click(row("dongmen-002"))  # The page has read the wall again meanwhile.
    await shows(page, "1", "镜头 002")


async def test_the_work_of_others_is_shown_and_can_be_taken_back(daemon: StagedDaemon, page: Page) -> None:
    await page.click("[data-cell='1']")
    await page.click(row("dongmen-001"))
    await until(page, "!document.querySelector('#undo').disabled")
    daemon.arrange("3x3", ["camera:schools-001"])
    await until(page, "document.querySelectorAll('.cell').length === 9")
    assert "其他操作员更改了此大屏" in await toast(page, "info")
    await page.keyboard.press("Control+z")
    await shows(page, "1", "镜头 001")
    await page.keyboard.press("Control+y")
    await until(page, "document.querySelectorAll('.cell').length === 9")
    await until(page, "document.querySelector('#redo').disabled")


async def test_a_tours_turn_is_nobodys_work(daemon: StagedDaemon, page: Page) -> None:
    daemon.arrange("2x2", ["camera:dongmen-001"], cause="tour")
    await shows(page, "1", "镜头 001")
    assert await page.locator(".toast").count() == 0
    assert await page.is_disabled("#undo")


async def test_a_problem_is_told_with_its_detail(daemon: StagedDaemon, page: Page) -> None:
    await page.click("[data-cell='1']")
    daemon.refuse_next = (422, "sources[0]: no camera 'x'", "sources[0]：没有摄像机 'x'")
    await page.click(row("dongmen-001"))
    assert await toast(page, "error") == "请求内容无效sources[0]：没有摄像机 'x'"


async def test_a_problem_is_told_in_the_language_of_the_page(daemon: StagedDaemon, open_page: Open) -> None:
    page = await open_page(language="en-GB")
    await page.click("[data-cell='1']")
    daemon.refuse_next = (422, "sources[0]: no camera 'x'", "sources[0]：没有摄像机 'x'")
    await page.click(row("dongmen-001"))
    assert await toast(page, "error") == "The request is not validsources[0]: no camera 'x'"


async def test_who_only_watches_changes_nothing(daemon: StagedDaemon, open_page: Open) -> None:
    daemon.role = "leader"
    page = await open_page(language="en-GB")
    await page.click("[data-cell='1']")
    await page.click(row("dongmen-001"))
    await page.click("[data-layout='3x3']")
    assert "does not change walls" in await toast(page, "info")
    assert daemon.changes == []


async def test_a_lost_daemon_is_told_and_found_again(daemon: StagedDaemon, page: Page) -> None:
    daemon.arrange("2x2", ["camera:dongmen-001"])
    await shows(page, "1", "镜头 001")
    await daemon.go_down()
    assert "与服务器的连接已中断" in await until(page, "!banner.hidden && banner.textContent")
    assert await page.get_attribute("html", "data-connection") == "down"
    assert not await page.is_visible("[data-cell='1'] .cell-state")  # It was "live".
    daemon.down = False
    await until(page, "banner.hidden && document.documentElement.dataset.connection === 'up'")


async def test_a_page_whose_lists_did_not_come_reads_them_again(
    daemon: StagedDaemon, open_page: Open
) -> None:
    page = await open_page("/login")
    answers = [(503, '{"title": "busy"}'), (200, '{"items": [')]

    async def answer(route: Route) -> None:
        status, body = answers.pop() if answers else (0, "")
        await (route.fulfill(status=status, body=body) if status else route.fallback())

    await page.route("**/api/v1/cameras", answer)
    await page.goto(ORIGIN)
    await until(page, "document.querySelector('#progress-text').textContent.startsWith('204 / 205')")
    assert answers == []


async def test_a_camera_that_changes_while_lists_are_read_is_shown_as_it_is_now(
    daemon: StagedDaemon, open_page: Open
) -> None:
    page = await open_page("/login")

    async def late(route: Route) -> None:  # The list is as it was before the event.
        items = [camera(1, "dongmen", "connecting")]
        daemon.tell("camera", camera=camera(1, "dongmen"))
        await page.evaluate("0")
        await route.fulfill(json={"items": items})

    await page.route("**/api/v1/cameras", late)
    await page.goto(ORIGIN)
    await until(page, "document.querySelector('#progress-text').textContent.startsWith('1 / 1')")


async def test_the_language_is_switched_and_remembered(page: Page) -> None:
    assert await page.text_content("#undo") == "撤销"
    await page.click("#language")
    assert await page.text_content("#undo") == "Undo"
    assert await page.get_attribute("#search", "placeholder") == "Search name, id, area"
    await page.reload()
    await until(page, "document.querySelectorAll('.cell').length === 4")
    assert await page.text_content("#undo") == "Undo"
    assert await page.get_attribute("html", "lang") == "en-GB"


async def test_a_long_list_has_few_rows(page: Page) -> None:
    await until(page, "document.querySelectorAll('.tree-row').length > 10")
    assert await page.evaluate("document.querySelectorAll('.tree-row').length") < 80
    await page.focus("#tree")
    await page.keyboard.press("End")
    await page.wait_for_selector(row("schools-199"))


async def test_feeds_are_sorted_and_filtered(daemon: StagedDaemon, open_page: Open) -> None:
    daemon.cameras = [camera(number, "dongmen", bitrate_bps=number * 1000) for number in range(1, 60)]
    daemon.cameras[9].update(state="lost", reason_zh="无应答", codec="", width=0, height=0)
    page = await open_page("/ops")
    first = "document.querySelector('.feed [data-column=id]')?.textContent"
    assert await until(page, first) == "dongmen-010"  # Trouble comes first.
    await page.click("[data-column='bitrate'] button")
    assert await page.evaluate(first) == "dongmen-001"
    await page.click("[data-column='bitrate'] button")
    assert await page.evaluate(first) == "dongmen-059"
    assert await page.get_attribute("[data-column='bitrate']", "aria-sort") == "descending"
    await page.fill("#search", "无应答")
    await until(page, "document.querySelector('#count').textContent === '显示 1 / 59 路'")
    await page.fill("#search", "")
    await page.click("#summary [data-state='lost']")
    await until(page, "document.querySelectorAll('.feed:not([hidden])').length === 1")


async def test_clocks_are_told_in_the_table_and_what_is_not_known_is_last(
    daemon: StagedDaemon, open_page: Open
) -> None:
    daemon.cameras = [camera(number, "dongmen") for number in range(1, 4)]
    daemon.cameras[1].update(clock_source="rtcp", clock_skew_ms=-3_600_085.2, clock_drift_ppm=12.4)
    daemon.cameras[2].update(clock_source="rtcp", clock_skew_ms=-42.0)
    page = await open_page("/ops")
    cells = "[...document.querySelectorAll('.feed')].map((it) => ['id', 'skew', 'drift'].map("
    cells += "(id) => it.querySelector(`[data-column=${id}]`).textContent).join(' '))"
    await until(page, f"{cells}.length === 3")
    await page.click("[data-column='skew'] button")
    assert await page.evaluate(cells) == [
        "dongmen-002 -1 h 0 min +12 ppm",
        "dongmen-003 -42 ms –",
        "dongmen-001 – –",
    ]
    rows = "getComputedStyle(document.querySelector('.feed')).gridTemplateRows.split(' ').length"
    for width in (1280, 1440, 1920):
        await page.set_viewport_size({"width": width, "height": 720})
        assert await page.evaluate(rows) == 1, f"all columns are beside each other at {width} pixels"


async def test_the_table_follows_cameras_in_the_chosen_area(daemon: StagedDaemon, open_page: Open) -> None:
    page = await open_page("/ops")
    count = "document.querySelector('#count').textContent"
    await until(page, f"{count} === '显示 205 / 205 路'")
    await page.select_option("#area", "dongmen")
    await until(page, f"{count} === '显示 6 / 205 路'")
    daemon.tell("camera", camera=camera(7, "dongmen"))
    await until(page, f"{count} === '显示 7 / 206 路'")
    daemon.tell("camera", camera=camera(1, "dongmen"), removed=True)
    await until(page, f"{count} === '显示 6 / 205 路'")
    daemon.tell("camera", camera={**camera(2, "dongmen"), "area": "schools"})
    await until(page, f"{count} === '显示 5 / 205 路'")
    daemon.cameras = [camera(8, "dongmen"), camera(1, "schools")]
    daemon.tell("hello", resumed=False)
    await until(page, f"{count} === '显示 1 / 2 路'")


async def test_feeds_keep_their_places_under_the_pointer(daemon: StagedDaemon, open_page: Open) -> None:
    page = await open_page("/ops")
    rows = "[...document.querySelectorAll('.feed')]"
    place = f"{rows}.findIndex((it) => it.textContent.includes('dongmen-003'))"
    await until(page, f"{place} >= 0")
    await page.hover(".feed >> nth=3")
    before = await page.evaluate(place)
    refused = camera(3, "dongmen", "refused")
    daemon.cameras = [refused if each["id"] == refused["id"] else each for each in daemon.cameras]
    daemon.tell("camera", camera=refused)
    await until(page, f"{rows}[{before}].textContent.includes('被拒绝')")
    assert await page.evaluate(place) == before
    await page.hover("#search")
    await until(page, f"{place} === 1")  # After the lost one.
