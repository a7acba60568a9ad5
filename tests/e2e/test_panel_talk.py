"""Talking to the street from the operator's page: from a camera's facts, and from a conference."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browser import StagedDaemon, browser, camera, operator_page, until
from tests.e2e.modules import runner
from tests.e2e.staged_conference import conference, participant

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]
CAMERA = "camera:dongmen-001"
STATE = "document.querySelector('#talk-state').textContent"


def talk(loudspeaker: str, state: str, **fields: Any) -> dict[str, Any]:
    usual = {"reason": "", "reason_zh": "", "can_talk": None, "conference": "flood", "holder": "wang"}
    return {"loudspeaker": loudspeaker, "state": state, **usual, **fields}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: str) -> AsyncIterator[Browser]:
    async with browser(chromium) as found:
        yield found


@pytest.fixture
def daemon() -> StagedDaemon:
    gate = {"id": "gate", "name": "东门广播", "url": "rtp://10.1.1.30:5004", "codec": "pcma"}
    return StagedDaemon(
        cameras=[camera(1, "dongmen"), camera(2, "dongmen")],
        areas=[{"id": "dongmen", "name": "东门步行街", "parent": None}],
        sources=[CAMERA, "camera:dongmen-002", "none", "none"],
        conferences=[conference([participant(1, "张书记", role="chair")], id="flood", name="防汛会商")],
        speakers=[{**gate, "talk": talk("speaker:gate", "idle", conference="", holder="")}],
    )


@pytest_asyncio.fixture(loop_scope="module")
async def page(running: Browser, daemon: StagedDaemon) -> AsyncIterator[Page]:
    async with operator_page(running, daemon) as opened:
        await until(opened, "document.querySelector('#rooms-count').textContent === '1'")
        yield opened


MICROPHONE = """() => {
  const sound = new AudioContext();
  navigator.mediaDevices.getUserMedia = async () => {
    const { stream } = sound.createMediaStreamDestination();
    window.microphone = stream.getAudioTracks()[0];
    return stream;
  };
  RTCPeerConnection.prototype.setRemoteDescription = async () => {};  // Nobody is at the other end.
}"""


SPEAKING = """
  const { TalkStore } = await import("/panel/js/talk/store.js");
  const speaking = (get) => {
    const store = new TalkStore(), toasts = { report: (work) => work, show() {} };
    return { store, talking: new it.Talking({ get }, store, toasts, { t: (words) => words }) };
  };
"""


async def until_called(daemon: StagedDaemon, method: str, path: str) -> None:
    async with asyncio.timeout(15):
        while (method, path) not in [call[:2] for call in daemon.talk_calls]:
            await asyncio.sleep(0.03)


async def test_a_conference_is_played_at_the_camera_that_is_shown(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-cell='1']")
    await page.click("#talk-button")
    assert await page.is_visible("#menu >> text=用我的麦克风")
    await page.click("#menu >> text=播放会议“防汛会商”的声音")
    await until(page, f"{STATE} === '播放会议“防汛会商” · 正在接通'")
    assert daemon.talk_calls == [("PUT", "/cameras/dongmen-001/talk", {"conference": "flood"})]
    why = {"reason": "no loudspeaker to talk to", "reason_zh": "没有可喊话的扬声器"}
    daemon.tell("talk", talk=talk(CAMERA, "refused", can_talk=False, **why))
    await until(page, f"{STATE}.endsWith('无法喊话 · 没有可喊话的扬声器')")
    await page.click("[data-cell='2']")
    await until(page, f"{STATE} === '' && document.querySelector('#talk-text').textContent === '喊话'")
    await page.click("[data-cell='1']")
    await page.click("#talk-button")
    await until_called(daemon, "DELETE", "/cameras/dongmen-001/talk")
    daemon.tell("talk", talk=talk(CAMERA, "idle", can_talk=False, conference="", holder=""))
    await until(page, f"{STATE} === '此摄像机没有可用的扬声器'")


async def test_what_is_told_of_a_talk_meanwhile_is_newer_than_the_answer(page: Page) -> None:
    body = """
        const { TalkStore } = await import("/panel/js/talk/store.js");
        const store = new TalkStore();
        const call = async () => {
          store.receive({ talk: args[1] });
          return args[0];
        };
        const talking = new it.Talking({ call }, store, { report: (work) => work }, null);
        await talking.play(args[0].loudspeaker, "flood");
        return store.of(args[0].loudspeaker).state;
    """
    said = [talk(CAMERA, state) for state in ("opening", "talking")]
    assert await runner(page)("talk/talking.js", body, *said) == "talking"


@pytest.mark.parametrize(
    ("now", "told", "heard"),
    [
        ("opening", [], CAMERA),
        ("idle", ["opening", "idle"], ""),
        ("opening", ["idle", "opening"], CAMERA),
        ("opening", ["idle"], CAMERA),
        (None, [], ""),
    ],
    ids=["begun", "ended before it is known", "another ended", "the beginning is told late", "unanswered"],
)
async def test_a_microphone_is_let_go_of_when_its_talk_is_over_before_it_is_known_to_have_begun(
    page: Page, now: str | None, told: list[str], heard: str
) -> None:
    body = f"""
        await ({MICROPHONE})();
        {SPEAKING}
        const [now, told] = args;
        const {{ talking, store }} = speaking(async () => now ?? Promise.reject(new Error("unanswered")));
        window.fetch = async (url, {{ method }}) => {{
          if (method === "POST") told.forEach((talk) => store.receive({{ talk }}));
          return new Response("v=0", {{ headers: {{ Location: "/whip/sessions/1" }} }});
        }};
        await talking.speak("{CAMERA}");
        return [talking.heardAt, window.microphone.readyState];
    """
    voice = [now and talk(CAMERA, now, conference=""), [talk(CAMERA, each, conference="") for each in told]]
    expected = [heard, "live" if heard else "ended"]
    assert await runner(page)("talk/talking.js", body, *voice) == expected


@pytest.mark.parametrize(("now", "heard"), [("idle", ""), ("opening", CAMERA)])
async def test_a_microphone_is_let_go_of_when_the_daemon_began_anew(page: Page, now: str, heard: str) -> None:
    body = f"""
        {SPEAKING}
        const asked = [];
        let answered;
        const done = new Promise((resolve) => (answered = resolve));
        const {{ talking, store }} = speaking(async (path) => {{
          asked.push(path);
          setTimeout(answered);
          return args[1];
        }});
        talking.hush = () => talking.hear("");
        talking.hear("{CAMERA}");
        store.receive({{ talk: args[0] }});
        const before = asked.length;
        store.load([], []);
        await done;
        return [before, asked, talking.heardAt];
    """
    said = [talk(CAMERA, state, conference="") for state in ("talking", now)]
    expected = [0, ["/cameras/dongmen-001/talk"], heard]
    assert await runner(page)("talk/talking.js", body, *said) == expected


async def test_a_conference_says_where_in_the_street_it_is_heard(page: Page, daemon: StagedDaemon) -> None:
    await page.click("[data-cell='2']")
    await page.click("#rooms-toggle")
    await page.click("[data-conference=flood]")
    await page.click("text=添加扬声器")
    assert await page.is_visible("#menu >> text=东门广播")
    await page.click("#menu button >> nth=0")
    await until(page, "document.querySelector('.rooms-loudspeaker')?.dataset.state === 'connecting'")
    assert daemon.talk_calls == [("PUT", "/cameras/dongmen-002/talk", {"conference": "flood"})]
    daemon.tell("talk", talk=talk("camera:dongmen-002", "talking", can_talk=True))
    await until(page, "document.querySelector('.rooms-loudspeaker')?.textContent.includes('已接通')")
    await page.click(".rooms-loudspeaker button")
    await until_called(daemon, "DELETE", "/cameras/dongmen-002/talk")
    daemon.tell("talk", talk=talk("camera:dongmen-002", "idle", conference="", holder=""))
    await until(page, "document.querySelector('.rooms-loudspeaker') === null")


async def test_a_page_says_where_its_microphone_is_heard_whatever_it_shows(
    page: Page, daemon: StagedDaemon
) -> None:
    await page.evaluate(MICROPHONE)
    answer = {"Location": "/whip/sessions/1"}
    await page.route("**/whip/**", lambda route: route.fulfill(status=201, headers=answer, body="v=0"))
    await page.click("[data-cell='1']")
    await page.click("#talk-button")
    await page.click("#menu >> text=用我的麦克风")
    for state, said in (
        ("opening", "正在接通“镜头 001”，接通后即播放您的麦克风"),
        ("talking", "您的麦克风正在“镜头 001”播放"),
        ("lost", "暂时无法到达“镜头 001”，恢复后即播放您的麦克风"),
        ("refused", "“镜头 001”无法喊话，您的麦克风没有在那里播放"),
        ("talking", "您的麦克风正在“镜头 001”播放"),
    ):
        if state != "opening":  # which it is before anything is told
            daemon.tell("talk", talk=talk(CAMERA, state, conference=""))
        await until(page, f"!heard.hidden && document.querySelector('#heard-text').textContent === '{said}'")
        assert await page.get_attribute("#heard", "data-state") == state
    await page.click("[data-cell='2']")
    assert await page.is_visible("#heard")
    await page.keyboard.press("Escape")
    assert await page.is_hidden("#talk")
    assert await page.is_visible("#heard")
    await page.click("#heard-end")
    await until(page, "heard.hidden && microphone.readyState === 'ended'")
    await until_called(daemon, "DELETE", "/cameras/dongmen-001/talk")
