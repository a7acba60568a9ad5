"""Conferences on the operator's page: found, opened, directed, and dragged onto the wall."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browser import ORIGIN, StagedDaemon, browser, camera, fresh, grid, until
from tests.e2e.modules import Run, runner
from tests.e2e.site import until as settled
from tests.e2e.staged_conference import conference, participant

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
    pytest.mark.timeout(120),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as found:
        yield found


@pytest.fixture
def daemon() -> StagedDaemon:
    street = participant(2, "桂园街道", role="site", device="Chrome 156, Windows")
    people = [participant(1, "张书记", role="chair"), street]
    city = {"id": "shenzhen", "node": "shenzhen", "name": "深圳市", "above": True, "state": "connected"}
    below = {"id": "guiyuan", "node": "guiyuan", "name": "桂园", "above": False, "state": "lost"}
    figures = {"rtt_ms": 12.4, "loss_ratio": 0.01, "bitrate_bps": 1_500_000, "rejoins": 2, "feeds": ["x/y"]}
    more = {"reason": "no answer", "reason_zh": "无应答", **figures}
    links = [{**each, **more, "ours": each["above"]} for each in (city, below)]
    later = conference([], id="later", name="例会", state="scheduled", starts_at="2030-01-02T06:00:00Z")
    return StagedDaemon(
        cameras=[camera(1, "dongmen")],
        areas=[{"id": "dongmen", "name": "东门步行街", "parent": None}],
        contents=[{"source": "camera:dongmen-001", "name": "路口", "area": "东门步行街"}],
        conferences=[later, conference(people, chair="p-1", links=links)],
    )


@pytest_asyncio.fixture(loop_scope="module")
async def page(running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    context = await fresh(running)
    page = await daemon.stage(context)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(ORIGIN)
    await until(page, "document.querySelector('#rooms-count').textContent === '1'")
    await until(page, "document.querySelectorAll('.cell').length === 4")
    await page.click("#rooms-toggle")
    yield page
    await context.close()
    assert errors == []


async def test_conferences_that_go_on_stand_before_those_to_come(page: Page, daemon: StagedDaemon) -> None:
    rows = "[...document.querySelectorAll('.conference-row')].map((row) => row.dataset.conference).join(' ')"
    assert await page.evaluate(rows) == "flood later"
    assert "2 方在会" in await page.inner_text("[data-conference=flood]")
    daemon.tell("conference", conference=conference([], id="new", name="新会"))
    await until(page, f"{rows} === 'flood new later'")
    daemon.tell("conference", conference=conference([], id="new", name="新会", state="ended"))
    await until(page, f"{rows} === 'flood later'")


async def test_a_conference_that_cannot_be_opened_says_why(page: Page, daemon: StagedDaemon) -> None:
    faulty = conference(
        [], id="new", name="新会", state="scheduled", reason="full", reason_zh="已满", starts_at=None
    )
    daemon.tell("conference", conference=faulty)
    row = "document.querySelector('[data-conference=new]')"
    await until(page, f"{row}?.textContent.includes('已满')")
    assert await page.get_attribute("[data-conference=new]", "data-state") == "lost"
    daemon.tell("conference", conference=faulty | {"state": "open", "reason": "", "reason_zh": ""})
    await until(page, f"{row}.dataset.state === 'live'")
    daemon.tell("conference", conference=faulty | {"state": "ended"})
    await until(page, f"{row} === null")


async def calls(daemon: StagedDaemon, count: int) -> list[tuple[str, Any]]:
    """Wait until the daemon was called so often; return all calls. A click waits for no answer."""

    async def enough() -> bool:
        return len(daemon.conference_calls) >= count

    await settled(f"the daemon was called {count} times", enough)
    return daemon.conference_calls


async def test_an_operator_opens_a_conference_and_invites(page: Page, daemon: StagedDaemon) -> None:
    await page.click("#rooms-new")
    await page.fill("[name=name]", "台风会商")
    await page.check("[name=lobby]")
    await page.select_option("[name=wall]", "main")
    await page.click("#dialog .primary")
    await until(page, "!document.querySelector('#dialog').open")
    path, body = (await calls(daemon, 1))[0]
    assert (path, body["name"], body["lobby"], body["wall"]) == ("/conferences", "台风会商", True, "main")
    assert "starts_at" not in body
    await page.click("[data-conference=flood]")
    await page.click("#rooms-invite")
    await page.fill("[name=name]", " 黄贝街道 ")
    await page.select_option("[name=role]", "site")
    assert await page.evaluate("document.querySelector('[name=site]').list.options[0].value") == "东门步行街"
    await page.fill("[name=site]", "东门步行街")
    await page.click("#dialog .primary")
    await until(page, "document.querySelector('.invitations input')?.value.endsWith('/join/t')")
    invited = {"name": "黄贝街道", "role": "site", "site": "东门步行街", "expires_s": 86400}
    assert (await calls(daemon, 2))[1] == ("/conferences/flood/members", invited)
    await page.click(".invitations button")
    await until(page, "/已复制|已选中/.test(document.querySelector('.invitations button').textContent)")


async def test_a_conference_is_directed_from_the_drawer(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-conference=flood]")
    assert "Chrome 156, Windows" in await page.inner_text("[data-participant=p-2]")
    await page.click("[data-mode=voice_switched]")
    await page.click("[data-participant=p-2]", button="right")
    await page.click("#menu button:has-text('广播')")
    await page.click("[data-verb=present]")
    await page.fill("#dialog input", "步行街 dongmen-001")
    await page.click("#dialog [data-source='camera:dongmen-001']")
    await until(page, "!document.querySelector('#dialog').open")
    assert [body for _, body in await calls(daemon, 3)] == [
        {"verb": "voice_switched"},
        {"verb": "broadcast", "target": "p-2"},
        {"verb": "present", "target": "camera:dongmen-001"},
    ]
    people = [participant(1, "张书记", role="chair"), participant(2, "桂园街道", role="site")]
    news = {"mode": "poll", "subject": "p-2", "dwell_s": 30.0, "recording": True, "chair": "p-1"}
    daemon.tell("conference", conference=conference(people, **news))
    await until(page, "document.querySelector('#dwell')?.value === '30'")
    assert "录制中" in await page.inner_text("#rooms-chips")
    await page.select_option("#dwell", "60")
    await until(page, "document.querySelector('[data-verb=record]').ariaPressed === 'true'")
    assert (await calls(daemon, 4))[3][1] == {"verb": "poll", "target": "p-2", "dwell_s": 60}


async def test_the_chair_is_offered_the_layouts_that_there_are_now(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-conference=flood]")
    last = "document.querySelector('#conference-layout').lastChild.textContent"
    await until(page, f"{last} === '3x3'")
    for name in ("值班", "夜班"):
        daemon.layouts = [*daemon.layouts[:2], {**grid(4), "id": "own", "name": name}]
        daemon.tell("layout", layout=daemon.layouts[-1], removed=False)
        await until(page, f"{last} === '{name}'")


async def test_who_has_a_page_open_is_called(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-conference=flood]")
    await page.click("[data-verb=call]")
    await until(page, "document.querySelector('#dialog').textContent.includes('没有其他人打开页面')")
    await page.keyboard.press("Escape")
    daemon.callees = [{"user": "chen"}]
    await page.click("[data-verb=call]")
    await page.select_option("#dialog select", "chair")
    await page.click("#dialog button:has-text('chen')")
    await until(page, "document.querySelector('#toasts').textContent.includes('正在呼叫 chen')")
    assert daemon.conference_calls == [("/conferences/flood/call", {"user": "chen", "role": "chair"})]


async def test_a_call_rings_until_it_is_answered(page: Page, daemon: StagedDaemon) -> None:
    call = {
        "conference": "flood",
        "conference_name": "防汛",
        "by": "张书记",
        "role": "site",
        "state": "ringing",
    }
    rings = "document.querySelector('.ringing').textContent"
    daemon.invitation["join_url"] = "/login"
    daemon.tell("call", call=call)
    await until(page, f"{rings}.includes('张书记 正在呼叫您') && {rings}.includes('「防汛」')")
    async with page.context.expect_page() as opened:
        await page.click(".ringing .primary")
    await (await opened.value).wait_for_url("**/login")
    daemon.tell("call", call={**call, "state": "accepted"})
    await until(page, "document.querySelector('.ringing').hidden")
    daemon.tell("call", call=call)
    await page.click(".ringing button:not(.primary)")
    paths = [path for path, _ in await calls(daemon, 2)]
    assert paths == ["/conferences/flood/call/accept", "/conferences/flood/call/decline"]


async def test_a_recording_is_deleted_after_a_question_and_one_that_goes_on_is_not(
    page: Page, daemon: StagedDaemon
) -> None:
    fields = {
        "name": "防汛",
        "started_at": "2026-11-22T08:00:00Z",
        "size": 12_000_000,
        "fault": "",
        "fault_zh": "",
    }
    daemon.recordings = [
        {"id": "flood-2", "ended_at": None, **fields},
        {"id": "flood-1", "ended_at": "2026-11-22T09:00:00Z", **fields},
    ]
    await page.click("#rooms-recordings")
    assert await page.is_disabled("[data-recording=flood-2] button")
    assert "12 MB" in await page.inner_text("[data-recording=flood-1]")
    assert await page.get_attribute("[data-recording=flood-1] a", "href") == "/api/v1/recordings/flood-1"
    await page.click("[data-recording=flood-1] button")
    await page.click("#dialog .danger")
    await until(page, "document.querySelectorAll('[data-recording]').length === 1")
    assert [each["id"] for each in daemon.recordings] == ["flood-2"]


async def test_links_to_other_levels_say_how_they_are(page: Page) -> None:
    await page.click("[data-conference=flood]")
    await until(page, "document.querySelectorAll('.rooms-link').length === 2")
    states = await page.eval_on_selector_all(".rooms-link", "links => links.map((it) => it.dataset.state)")
    assert states == ["live", "lost"]
    assert "下级 · 链路中断" in await page.inner_text("#rooms-links")
    assert "桂园 链路中断" in await page.inner_text("#rooms-chips")


async def test_a_link_is_ended_and_the_level_above_is_joined_by_its_invitation(
    page: Page, daemon: StagedDaemon
) -> None:
    await page.click("[data-conference=flood]")
    assert "单独画面 1 路 · 重新接入 2 次" in (await page.get_attribute(".rooms-link", "title") or "")
    assert not await page.is_visible("#rooms-link")
    assert await page.locator(".rooms-link button").count() == 1
    await page.click(".rooms-link button")
    await page.click("#dialog .danger")
    await until(page, "!document.querySelector('#dialog').open")
    assert (await calls(daemon, 1))[0][0] == "/conferences/flood/links/shenzhen"
    daemon.tell("conference", conference=conference([participant(1, "张书记", role="chair")]))
    await page.click("#rooms-link")
    await page.fill("[name=url]", "https://10.0.0.1:8080/join/cwi_abc ")
    await page.fill("[name=conference]", "duty")
    await page.click("#dialog .primary")
    await until(page, "!document.querySelector('#dialog').open")
    link = {"url": "https://10.0.0.1:8080", "token": "cwi_abc", "conference": "duty", "feeds": 2}
    assert (await calls(daemon, 2))[1] == ("/conferences/flood/links", link)


async def test_people_and_the_whole_picture_are_dragged_onto_the_wall(
    page: Page, daemon: StagedDaemon
) -> None:
    await page.click("[data-conference=flood]")
    await page.drag_and_drop("[data-participant=p-2] .person-who", '[data-cell="3"]')
    await page.drag_and_drop(".rooms-picture", '[data-cell="2"]')
    await until(page, "document.querySelector('.rooms-picture .row-cells').textContent === '2'")
    assert daemon.changes == [
        ("/walls/main/cells/3", {"source": "conference:flood/p-2"}),
        ("/walls/main/cells/2", {"source": "conference:flood/picture"}),
    ]


async def test_whoever_only_watches_directs_nothing(running: Browser, daemon: StagedDaemon) -> None:
    daemon.role = "viewer"
    context = await fresh(running)
    page = await daemon.stage(context)
    await page.goto(ORIGIN)
    await until(page, "document.querySelector('#rooms-count').textContent === '1'")
    await page.click("#rooms-toggle")
    assert not await page.is_visible("#rooms-new")
    await page.click("[data-conference=flood]")
    await until(page, "document.querySelectorAll('.person').length === 2")
    for hidden in ("#rooms-invite", "#rooms-chair", ".person-more"):
        assert not await page.is_visible(hidden), hidden
    await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(running: Browser) -> AsyncIterator[Run]:
    page = await StagedDaemon(cameras=[]).stage(await fresh(running))
    await page.goto(f"{ORIGIN}/login")
    yield runner(page)


async def test_the_roster_begins_with_who_wants_something(run: Run) -> None:
    people = [
        participant(1, "a", state="left"),
        participant(2, "b"),
        participant(3, "c", hand_at_s=20.0),
        participant(4, "d", role="chair"),
        participant(5, "e", hand_at_s=10.0),
        participant(6, "f", state="lobby"),
        participant(7, "g", state="removed"),
    ]
    order = await run("conference/state.js", "return it.rosterOrder(args[0]).map(({name}) => name)", people)
    assert "".join(order) == "fecdba"


@pytest.mark.parametrize(
    ("rtt_ms", "loss_ratio", "quality"),
    [
        (None, None, "unknown"),
        (20, 0.0, "good"),
        (20, None, "good"),
        (150, 0.0, "fair"),
        (20, 0.02, "fair"),
        (None, 0.2, "poor"),
        (500, 0.0, "poor"),
    ],
)
async def test_a_connection_is_as_good_as_its_worst_figure(
    run: Run, rtt_ms: int | None, loss_ratio: float | None, quality: str
) -> None:
    figures = {"rtt_ms": rtt_ms, "loss_ratio": loss_ratio}
    assert await run("conference/state.js", "return it.qualityOf(args[0])", figures) == quality


async def test_nobody_watches_his_own_content(run: Run) -> None:
    people = [participant(1, "a", content=True), participant(2, "b")]
    body = "return args[0].map(([holder, me]) => it.hasContent({ ...args[1], content_holder: holder }, me))"
    pairs = [["", "p-2"], ["p-1", "p-2"], ["p-1", "p-1"], ["p-2", "p-1"], ["camera:c", "p-1"]]
    shown = await run("conference/state.js", body, pairs, conference(people))
    assert shown == [False, True, False, False, True]


async def test_only_verbs_that_make_sense_are_offered(run: Run) -> None:
    people = [
        participant(1, "chair", role="chair"),
        participant(2, "site", hand_at_s=1.0),
        participant(3, "waiting", state="lobby"),
        participant(4, "away", state="left"),
        participant(5, "deputy", role="chair", muted_by_chair=True),
        participant(6, "clerk", id="guiyuan/chair-1", role="chair", path=["luohu", "guiyuan"]),
        participant(7, "mayor", id="above/chair-1", role="chair", path=["luohu", "city"]),
    ]
    links = [{"id": "guiyuan", "above": False}, {"id": "above", "above": True}]
    body = (
        "return args[0].participants.map((one) => it.verbsOn(args[0], one).map(({ verb }) => verb).join(' '))"
    )
    verbs = await run("conference/verbs.js", body, conference(people, chair="p-1", links=links))
    assert verbs == [
        "lecture watch present",
        "grant decline roll_call mute broadcast lecture watch present remove",
        "admit remove",
        "remove",
        "grant roll_call unmute broadcast lecture watch present transfer remove",
        "grant roll_call mute broadcast lecture watch present",
        "grant roll_call broadcast lecture watch present",
    ]
    calling = {"mode": "roll_call", "subject": "p-2", "chair": "p-1"}
    roll = [{"participant": "p-2", "name": "site", "called_at_s": 1.0, "answered_at_s": None}]
    verbs = await run("conference/verbs.js", body, conference(people, roll=roll, **calling))
    assert verbs[1] == "decline answered mute broadcast lecture watch present remove"


async def test_what_concerns_me_is_said_with_what_i_can_do(run: Run) -> None:
    me: dict[str, Any] = participant(1, "me")
    muted = {**me, "muted": True, "muted_by_self": True}
    body = """return args[0].map(([state, me]) => {
        const notice = it.noticeFor({ ...args[1], ...state }, me);
        return notice === null ? "" : `${notice.word} ${notice.action}`.trim();
    })"""
    cases = [
        ({}, me),
        ({"mode": "roll_call", "subject": "p-1"}, muted),
        ({"mode": "roll_call", "subject": "p-1"}, {**me, "voice_fault": "silent"}),
        ({"floor": "p-1"}, {**muted, "voice_fault": "silent"}),
        ({"floor": "p-1"}, muted),
        ({"mode": "broadcast", "subject": "p-1"}, me),
        ({"mode": "lecture", "subject": "p-1"}, me),
        ({"content_holder": "p-1"}, me),
        ({}, {**me, "muted_by_chair": True}),
        ({}, {**me, "muted_by_chair": True, "hand_at_s": 3.0}),
    ]
    said = await run("join/notices.js", body, cases, conference([me]))
    assert said == [
        "",
        "notice.called answer",
        "notice.unheard",
        "notice.floor speak",
        "notice.floor speak",
        "notice.broadcast",
        "notice.lecture",
        "notice.content share",
        "notice.muted hand",
        "notice.muted",
    ]


async def test_a_new_conference_has_an_id_and_times_with_zones(run: Run) -> None:
    form = {"name": " 例会 ", "starts_at": "2026-11-23T14:00", "ends_at": "", "wall": ""}
    body = "return it.newConference(args[0], new Date('2026-11-22T05:06:07Z'))"
    made = await run("rooms/forms.js", body, form)
    assert made.pop("starts_at").endswith("Z")
    assert made == {"id": "m-20261122-050607", "name": "例会", "lobby": False}


async def test_areas_of_one_name_are_told_apart_by_what_they_lie_in(run: Run) -> None:
    rows = [
        ("gy", "桂园", None),
        ("s-1", "学校", "gy"),
        ("dm", "东门", None),
        ("s-2", "学校", "dm"),
        ("s-3", "gy", "dm"),
    ]
    areas = [{"id": area, "name": name, "parent": parent} for area, name, parent in rows]
    body = "return it.areaChoices(args[0]).map(({ value, label }) => `${value}: ${label}`)"
    assert await run("rooms/forms.js", body, areas) == [
        "桂园: 桂园",
        "s-1: 学校 · 桂园",
        "东门: 东门",
        "s-2: 学校 · 东门",
        "s-3: gy · 东门",
    ]


async def test_a_microphone_is_shown_by_its_loudness(run: Run) -> None:
    body = "return args[0].map((level) => it.levelOf(new Float32Array(1024).fill(level)))"
    silent, speech, full = await run("conference/level.js", body, [0.0, 0.02, 0.9])
    assert silent == 0 and full == 1
    assert 0.4 < speech < 0.7
