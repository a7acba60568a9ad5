"""The leader's page: joining by one button, the chair's verbs, and what it says when something is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.e2e.browser import browser, fresh, until
from tests.e2e.site import until as settled
from tests.e2e.staged_conference import ARGUMENTS, StagedConference, conference, participant

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
    pytest.mark.timeout(240),
]

_LATE_DEVICES = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const allowed = new Promise((resolve) => { window.letDevices = resolve; });
navigator.mediaDevices.getUserMedia = (wish) => allowed.then(() => open(wish));
"""
"""A browser that asks its user for the camera, who takes his time."""
_LINE_S = 45.0
"""So long a line may take to come about: one that is not connected is opened again after 10 s."""
_DEVICES_S = 45.0
"""So long a browser on a busy machine may take to open its camera."""
_SENDS = """peers.some((peer) => peer.connectionState === 'connected'
    && peer.getTransceivers().filter((it) => it.currentDirection === 'recvonly').length === 2)"""
"""Whether a peer there receives picture and sound; one that answers a viewer has receivers as well."""
_WHEP, _WHIP = "/whep/conferences/flood/p-1", "/whip/conferences/flood/p-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium, *ARGUMENTS) as found:
        yield found


@pytest.fixture
def staged() -> StagedConference:
    people = [
        participant(1, "张书记", role="chair", site="罗湖区"),
        participant(2, "桂园街道", role="site", speaking=True, level_db=-22.0),
        participant(3, "黄贝街道", role="site", hand=True, hand_at_s=200.0),
        participant(4, "东门街道", role="site", hand=True, hand_at_s=100.0),
        participant(5, "莲塘街道", role="site", state="lobby", people=False),
    ]
    return StagedConference(conference(people, chair="p-1"))


@pytest_asyncio.fixture(loop_scope="module")
async def context(running: Browser) -> AsyncIterator[BrowserContext]:
    context = await fresh(running, size=(1366, 768))
    yield context
    await context.unroute_all(behavior="ignoreErrors")
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext, staged: StagedConference) -> AsyncIterator[Page]:
    page = await staged.stage(context)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


async def open_link(page: Page, staged: StagedConference) -> None:
    """Open the link and wait until the page knows what it is good for."""
    await page.goto(staged.url)
    await until(page, "document.body.dataset.step !== 'opening'")


async def pictures(page: Page, of: str = "people", more_than: int = 2) -> None:
    """Wait until the conference moves, or its content; where machines are slow a line is opened twice."""
    await until(page, f"(window.commandwall?.{of}.frames ?? 0) > {more_than}", timeout_s=_LINE_S)


async def enter(page: Page, staged: StagedConference) -> None:
    """Open the link and go in, until there are pictures."""
    await open_link(page, staged)
    await until(page, "document.querySelector('#device-video').value !== ''", timeout_s=_DEVICES_S)
    await page.click("#enter")
    await pictures(page)


def told(staged: StagedConference, place: str) -> list[Any]:
    """Return what was sent to a place."""
    return [body for where, body in staged.told if where == place]


async def until_told(staged: StagedConference, place: str, count: int = 1) -> list[Any]:
    """Wait until something was sent to a place; return all of it."""

    async def enough() -> bool:
        return len(told(staged, place)) >= count

    await settled(f"{count} calls of {place}", enough, 45.0)
    return told(staged, place)


async def test_one_button_leads_into_the_conference(page: Page, staged: StagedConference) -> None:
    await open_link(page, staged)
    assert await page.inner_text("#entry-name") == "张书记"
    assert "主席" in await page.inner_text("#entry-as")
    device = "document.querySelector('#device-video').selectedOptions[0]?.label"
    await until(page, f"{device}.includes('fake')", timeout_s=_DEVICES_S)
    await until(page, "document.querySelector('#preview').videoWidth > 0", timeout_s=_DEVICES_S)
    assert await page.inner_text("#enter") == "进入会议"
    assert staged.told == [], "nothing is sent before somebody wants that"
    await page.click("#enter")
    await pictures(page)
    await until_told(staged, f"POST {_WHIP}")
    await until(staged.peer, _SENDS, timeout_s=_LINE_S)
    assert not await page.evaluate("document.querySelector('#people-video').muted")
    await page.click("#tool-leave")
    await until(page, "document.body.dataset.plain === 'left'")
    assert await until_told(staged, "flood/leave") == [None]
    await page.click("#plain-again")
    await until_told(staged, f"POST {_WHEP}", 2)
    await until(page, "document.body.dataset.step === 'call'")


async def test_a_device_that_is_allowed_after_the_button_is_sent(
    page: Page, staged: StagedConference
) -> None:
    await page.add_init_script(_LATE_DEVICES)
    await open_link(page, staged)
    await until(page, "document.querySelector('#preview-fault').textContent.includes('正在打开摄像头')")
    assert await page.inner_text("#enter") == "进入会议"
    await page.click("#enter")
    await pictures(page)
    assert told(staged, f"POST {_WHIP}") == []
    await page.evaluate("letDevices()")
    await until_told(staged, f"POST {_WHIP}")
    await until(staged.peer, _SENDS, timeout_s=_LINE_S)


async def test_what_one_does_oneself_is_told(page: Page, staged: StagedConference) -> None:
    staged.document["chair"] = "p-2"
    await enter(page, staged)
    await page.click("#tool-audio")
    assert await until_told(staged, "flood/mute") == [{"muted": True}]
    await until(page, "document.querySelector('#self').dataset.audio === 'false'")
    staged.person("p-1").update(muted=True, muted_by_self=True, muted_by_chair=True)
    staged.tell()
    await page.click("#called button")
    assert await until_told(staged, "flood/hand") == [{"raised": True}]
    refusal = {"title": "forbidden", "detail": "the chair has muted you", "detail_zh": "主席已将您静音"}
    staged.refuse["flood/mute"] = (403, refusal)
    await page.click("#tool-audio")
    await until(page, "document.querySelector('#toasts').textContent.includes('主席已将您静音')")
    assert await page.get_attribute("#self", "data-audio") == "false", "nobody is heard who is not allowed"
    await page.click("#tool-video")
    await until(page, "document.querySelector('#self').dataset.video === 'false'")


async def test_who_comes_back_with_an_open_microphone_is_heard(page: Page, staged: StagedConference) -> None:
    staged.person("p-1").update(muted=True, muted_by_self=True)
    await enter(page, staged)
    assert await until_told(staged, "flood/mute") == [{"muted": False}]
    assert await page.inner_text("#tool-audio") == "打开麦克风", "the daemon has not said that one is heard"
    staged.person("p-1").update(muted=False, muted_by_self=False)
    staged.tell()
    await until(page, "document.querySelector('#tool-audio').innerText === '关闭麦克风'")
    await page.click("#tool-audio")
    assert (await until_told(staged, "flood/mute", 2))[1] == {"muted": True}


async def test_a_link_that_is_about_to_end_says_so(page: Page, staged: StagedConference) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=4, seconds=30)
    staged.expires_at = soon.isoformat()
    await enter(page, staged)
    words = "document.querySelector('#called').textContent"
    await until(page, f"/^您的入会链接将在 [45] 分钟后失效/.test({words})")


async def test_content_stands_beside_the_conference(page: Page, staged: StagedConference) -> None:
    await enter(page, staged)
    assert await page.is_hidden("#content")
    staged.tell(content_holder="camera:dongmen-001", content_name="东门 解放路 01")
    await pictures(page, "content")
    assert "东门 解放路 01" in await page.inner_text("#content-name")
    arrangements = [await page.get_attribute("#pictures", "data-arrange")]
    await page.click("#people")
    arrangements.append(await page.get_attribute("#pictures", "data-arrange"))
    for _ in range(2):
        await page.click("#tool-swap")
        arrangements.append(await page.get_attribute("#pictures", "data-arrange"))
    assert arrangements == ["content", "people", "content", "beside"]
    staged.tell(content_holder="", content_name="")
    await until(page, "document.querySelector('#content').hidden")


async def test_a_second_content_is_refused_and_not_kept_on(page: Page, staged: StagedConference) -> None:
    problem = {"title": "invalid", "detail": "two shows", "detail_zh": "桂园街道正在展示内容"}
    staged.refuse[f"{_WHIP}/content"] = (422, problem)
    await enter(page, staged)
    await page.click("#tool-share")
    await until(page, "document.querySelector('#toasts').textContent.includes('桂园街道正在展示内容')")
    await until(page, "document.querySelector('#tool-share').ariaPressed === 'false'")
    del staged.refuse[f"{_WHIP}/content"]
    await page.click("#tool-share")
    await until(page, "document.querySelector('#tool-share').ariaPressed === 'true'")
    await until_told(staged, f"POST {_WHIP}/content", 2)


async def test_the_chair_sees_who_waits_and_gives_the_floor(page: Page, staged: StagedConference) -> None:
    await enter(page, staged)
    order = "[...document.querySelectorAll('.person')].map((row) => row.dataset.participant).join(' ')"
    await until(page, f"{order} === 'p-5 p-4 p-3 p-1 p-2'")
    assert await page.inner_text("#tool-people .tool-count") == "3"
    await page.click("[data-participant=p-5] .person-verb")
    await page.click("[data-participant=p-4] .person-verb")
    orders = await until_told(staged, "flood/chair", 2)
    assert orders == [{"verb": "admit", "target": "p-5"}, {"verb": "grant", "target": "p-4"}]
    await page.click("[data-mode=poll]")
    await page.click("[data-verb=mute_all]")
    await page.click("[data-verb=record]")
    await page.select_option("#conference-layout", "speaker")
    assert (await until_told(staged, "flood/chair", 6))[2:] == [
        {"verb": "poll", "dwell_s": 15},
        {"verb": "mute_all"},
        {"verb": "record"},
        {"verb": "layout", "target": "speaker"},
    ]
    await page.click("[data-participant=p-2] .person-more")
    await page.click("#menu button:has-text('选看')")
    await page.click("#dialog button:has-text('黄贝街道')")
    watch = {"verb": "watch", "viewer": "p-2", "target": "p-3"}
    assert (await until_told(staged, "flood/chair", 7))[6] == watch
    await page.click("[data-participant=p-2] .person-more")
    await page.click("#menu button:has-text('请出会议')")
    assert len(told(staged, "flood/chair")) == 7, "it is asked for once more"
    await page.click("#dialog .danger")
    assert (await until_told(staged, "flood/chair", 8))[7] == {"verb": "remove", "target": "p-2"}


async def test_the_chair_chooses_the_content_and_ends_it(page: Page, staged: StagedConference) -> None:
    staged.contents = [
        {"source": "head:main/left", "name": "主屏 left", "area": ""},
        {"source": "camera:cam-6", "name": "三号泵站", "area": "东门步行街"},
    ]
    await enter(page, staged)
    await page.click("#chair [data-verb=present]")
    await until(page, "document.querySelectorAll('#dialog .choices button').length === 2")
    await page.fill("#dialog input", "步行街 泵站")
    await page.click("#dialog .choices button")
    assert await until_told(staged, "flood/chair") == [{"verb": "present", "target": "camera:cam-6"}]
    await page.click("#chair [data-verb=present]")
    await page.click("#dialog button:has-text('停止展示')")
    assert (await until_told(staged, "flood/chair", 2))[1] == {"verb": "present", "target": ""}


async def test_the_roll_is_called(page: Page, staged: StagedConference) -> None:
    await enter(page, staged)
    await page.click("[data-mode=roll_call]")
    assert await until_told(staged, "flood/chair") == [{"verb": "roll_call"}]
    roll = [
        {"participant": "p-2", "name": "桂园街道", "called_at_s": 1.7e9, "answered_at_s": 1.7e9 + 4},
        {"participant": "p-3", "name": "黄贝街道", "called_at_s": 1.7e9 + 9, "answered_at_s": None},
    ]
    staged.tell(mode="roll_call", subject="p-3", roll=roll)
    await until(page, "document.querySelectorAll('#roll li').length === 2")
    states = await page.eval_on_selector_all("#roll li", "lines => lines.map((line) => line.dataset.roll)")
    assert states == ["answered", "called"]
    await page.click("[data-roll=called] button")
    await page.click("#roll .primary")
    orders = await until_told(staged, "flood/chair", 3)
    assert orders[1:] == [{"verb": "answered", "target": "p-3"}, {"verb": "roll_call", "target": ""}]
    await page.click("#language")
    assert "Roll-call" in await page.inner_text("#chips")


async def test_the_one_called_is_asked_to_answer(page: Page, staged: StagedConference) -> None:
    staged.document["chair"] = "p-2"
    staged.person("p-1").update(muted=True, muted_by_self=True)
    await enter(page, staged)
    line = {"participant": "p-1", "name": "张书记", "called_at_s": 1.7e9, "answered_at_s": None}
    staged.tell(mode="roll_call", subject="p-1", roll=[line])
    await until(page, "document.querySelector('#called').textContent.includes('请您应答')")
    before = len(await until_told(staged, "flood/mute"))  # Whoever comes in with an open microphone says so.
    await page.click("#called button")
    assert (await until_told(staged, "flood/mute", before + 1))[-1] == {"muted": False}
    staged.tell(roll=[{**line, "answered_at_s": 1.7e9 + 3}])
    await until(page, "document.querySelector('#called').textContent.includes('已记录')")
    staged.tell(mode="gallery", subject="", recording=True)
    await until(page, "document.querySelector('#toasts').textContent.includes('正在录制')")
    assert await page.is_visible("[data-kind=record]")
    staged.tell(recording=False, recorded_elsewhere=True)
    await until(page, "document.querySelector('[data-kind=record]').textContent === '其他级正在录制'")
    staged.tell(recorded_elsewhere=False)
    await until(page, "document.querySelector('#toasts').textContent.includes('录制已停止')")


async def test_when_the_daemon_is_gone_the_page_says_so_and_comes_back(
    page: Page, staged: StagedConference
) -> None:
    await enter(page, staged)
    await staged.go_down()
    await until(page, "!document.querySelector('#banner').hidden")
    assert "您的声音和画面暂时无法送达" in await page.inner_text("#banner")
    await until(page, "document.querySelector('#people').dataset.truth === 'stopped'")
    await until(page, "document.querySelector('#quality').textContent.includes('中断')")
    staged.down = False
    await until(page, "document.querySelector('#banner').hidden", timeout_s=_LINE_S)
    await pictures(page, more_than=2 + await page.evaluate("window.commandwall.people.frames"))
    await until(page, "document.querySelector('#people').dataset.truth === 'live'", timeout_s=_LINE_S)


async def test_what_is_opened_elsewhere_is_left_there_until_it_is_taken_back(
    page: Page, staged: StagedConference
) -> None:
    await enter(page, staged)
    await settled("the page knows that its seat is opened elsewhere", lambda: taken(page, staged), _LINE_S)
    times, watched = len(told(staged, f"POST {_WHIP}")), len(told(staged, f"POST {_WHEP}"))
    staged.tell(mode="voice_switched")
    await staged.peer.evaluate("hangUp()")
    await until_told(staged, f"POST {_WHEP}", watched + 1)  # What was not taken comes back by itself.
    assert len(told(staged, f"POST {_WHIP}")) == times
    staged.grabbed = _WHIP
    await page.click("#called button")
    await until_told(staged, f"POST {_WHIP}", times + 1)
    await until(page, "!document.querySelector('#called').hidden")
    before = len(staged.told)
    await page.click("#tool-leave")
    await until(page, "document.body.dataset.plain === 'left'")
    await settled("its lines are closed", lambda: closed(staged, before), 15.0)
    assert told(staged, "flood/leave") == [], "who has opened it elsewhere stays"


async def opened_last(staged: StagedConference, place: str) -> int:
    """Wait until ``place`` was opened; return the number of the newest of its sessions."""

    async def any_is() -> bool:
        return place in staged.opened

    await settled(f"a session of {place}", any_is, _LINE_S)
    return max(number for number, path in enumerate(staged.opened, 1) if path == place)


async def taken(page: Page, staged: StagedConference) -> bool:
    """Tell that another page has the newest line that sends; return whether this page says so."""
    staged.replace(await opened_last(staged, _WHIP))
    return bool(await page.evaluate("document.querySelector('#called').textContent.includes('已在别处打开')"))


async def closed(staged: StagedConference, before: int) -> bool:
    """Return whether a session was ended since ``before`` calls were told."""
    return any(place.startswith("DELETE ") for place, _ in staged.told[before:])


async def test_a_link_that_is_not_good_gets_a_clear_page(page: Page, staged: StagedConference) -> None:
    staged.valid = False
    await open_link(page, staged)
    assert await page.get_attribute("body", "data-plain") == "refused"
    assert "无效或已过期" in await page.inner_text("#plain-title")
    assert await page.inner_text("#plain-why") == "this link is not valid"
    assert staged.told == []


async def test_a_link_that_ends_while_one_is_in(page: Page, staged: StagedConference) -> None:
    await enter(page, staged)
    staged.valid = False
    for socket in staged.sockets:
        await socket.close()
    await until(page, "document.body.dataset.plain === 'refused'")


@pytest.mark.parametrize(
    ("name", "fault"),
    [("NotAllowedError", "denied"), ("NotFoundError", "absent"), ("NotReadableError", "busy")],
)
async def test_without_devices_one_watches_and_listens(
    context: BrowserContext, page: Page, staged: StagedConference, name: str, fault: str
) -> None:
    refuse = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}') }}"
    await context.add_init_script(refuse)
    await open_link(page, staged)
    await until(page, f"document.querySelector('.entry-note')?.dataset.fault === '{fault}'")
    assert "仅收看收听" in await page.inner_text("#enter")
    await page.click("#enter")
    await pictures(page)
    assert told(staged, f"POST {_WHIP}") == []
    await page.click("#tool-audio")
    await until(page, "document.querySelector('#toasts').textContent.includes('没有可用的麦克风')")


async def test_a_page_that_is_not_secure_says_what_to_do(
    context: BrowserContext, page: Page, staged: StagedConference
) -> None:
    await context.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', {value: false});"
        "Object.defineProperty(navigator, 'mediaDevices', {value: undefined});"
    )
    await open_link(page, staged)
    await until(page, "document.querySelector('.entry-note')?.textContent.includes('https://')")
    await page.click("#enter")
    await pictures(page)
    assert await page.is_hidden("#tool-share")


async def test_who_waits_in_the_lobby_comes_in_by_himself(page: Page, staged: StagedConference) -> None:
    staged.document["chair"] = "p-2"
    staged.person("p-1").update(state="lobby", role="member")
    staged.refuse[_WHEP] = (403, {"title": "forbidden", "detail": "wait in the lobby"})
    await open_link(page, staged)
    await page.click("#enter")
    await until(page, "document.body.dataset.plain === 'lobby'")
    del staged.refuse[_WHEP]
    staged.person("p-1").update(state="connecting")
    staged.tell()
    await until(page, "document.body.dataset.step === 'call'")
    await pictures(page)
    staged.person("p-1").update(state="removed")
    staged.tell()
    await until(page, "document.body.dataset.plain === 'removed'")


async def test_a_conference_that_is_to_come_and_one_that_is_over(
    page: Page, staged: StagedConference
) -> None:
    staged.document.update(state="scheduled", starts_at="2030-01-02T06:00:00Z")
    await open_link(page, staged)
    await page.click("#enter")
    await until(page, "document.body.dataset.plain === 'scheduled'")
    await page.click("#language")
    assert "has not begun" in await page.inner_text("#plain-title")
    staged.tell(state="open")
    await until(page, "document.body.dataset.step === 'call'")
    staged.tell(state="ended")
    await until(page, "document.body.dataset.plain === 'ended'")
    assert not await page.is_visible("#plain-again")


@pytest.mark.parametrize(
    ("size", "language"),
    [
        ((1366, 768), "zh"),
        ((1366, 768), "en"),
        ((1920, 1080), "zh"),
        ((820, 1180), "en"),
        ((390, 844), "zh"),
    ],
)
async def test_everything_has_room(
    page: Page, staged: StagedConference, size: tuple[int, int], language: str
) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.add_init_script(f"localStorage.setItem('commandwall.language', '{language}')")
    staged.document.update(content_holder="camera:c", content_name="东门", recording=True, locked=True)
    await enter(page, staged)
    await pictures(page, "content")
    if await page.is_hidden("#side"):
        await page.click("#tool-people")
    wide = """() => [...document.querySelectorAll('.tool, .person, .side, .picture, #banner, .called')]
        .filter((node) => node.checkVisibility())
        .map((node) => [node.id || node.className, node.getBoundingClientRect()])
        .filter(([, box]) => box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
        .filter(([name]) => !name.startsWith('person'))
        .map(([name]) => name)"""
    assert await page.evaluate(wide) == []
    tools = "[...document.querySelectorAll('.tool')].filter((tool) => tool.checkVisibility())"
    smallest = f"Math.min(...{tools}.map((tool) => Math.min(tool.offsetWidth, tool.offsetHeight)))"
    assert await page.evaluate(smallest) >= 44, "a finger hits it"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
