"""The panel's pure modules, run where they run: in the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.browser import access_units, video_message
from tests.e2e.modules import Run

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]


async def test_video_messages_are_read_as_they_are_written(run: Run) -> None:
    body = """
        const bytes = Uint8Array.from(args[0]);
        const { data, ...rest } = it.parsePacket(bytes.buffer);
        return { ...rest, data: [...data] };
    """
    message = video_message(True, 2**40, 1_795_000_000_123, b"\0\0\1\x67")
    packet = await run("video/packet.js", body, list(message))
    assert packet == {
        "key": True,
        "tick": 2**40,
        "ptsUs": 2**40 * 40_000,
        "utcMs": 1_795_000_000_123,
        "data": [0, 0, 1, 0x67],
    }
    refuse = "try { it.parsePacket(Uint8Array.from(args[0]).buffer) } catch (e) { return e.name }"
    for bad in (b"", message[:32], b"XXXX" + message[4:], message[:10]):
        assert await run("video/packet.js", refuse, list(bad)) == "RangeError"


async def test_a_picture_is_judged_by_its_arrival_and_by_its_age(run: Run) -> None:
    body = """
        const freshness = new it.Freshness(0);
        const states = [freshness.verdict(2500)];
        const clockMs = 5e9;                      // the two clocks need not agree
        freshness.note(3000, clockMs, 100);
        states.push(freshness.verdict(3900), freshness.verdict(5100));
        freshness.note(5200, clockMs + 2200, 2300);
        states.push(freshness.verdict(5200));
        freshness.note(9000, clockMs + 6000, 4100);  // made 2 s later than it should have come
        states.push(freshness.verdict(9000));
        freshness.forgive();
        freshness.note(9040, clockMs + 6040, 4140);
        states.push(freshness.verdict(9040));
        return states.map(({ state, seconds }) => `${state} ${seconds}`);
    """
    states = await run("video/freshness.js", body)
    assert states == ["waiting 2", "live 0", "stopped 2", "live 0", "late 2", "live 0"]


async def test_waits_grow_and_differ(run: Run) -> None:
    body = """
        const longest = new it.Backoff(100, 1000, () => 0), shortest = new it.Backoff(100, 1000, () => 1);
        const waits = [1, 2, 3, 4, 5, 6].map(() => [longest.next(), shortest.next()]);
        longest.reset();
        return [...waits, [longest.next(), 50]];
    """
    waits = await run("base/backoff.js", body)
    assert waits == [[100, 50], [200, 100], [400, 200], [800, 400], [1000, 500], [1000, 500], [100, 50]]


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/ops?x=1", "/ops?x=1"),
        ("/head/main/left", "/head/main/left"),
        (None, "/"),
        ("", "/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/x", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
async def test_signing_in_never_leads_elsewhere(run: Run, wanted: str | None, goes_to: str) -> None:
    assert await run("base/api.js", "return it.safeNext(args[0])", wanted) == goes_to


async def test_words_follow_the_language_and_are_remembered(run: Run) -> None:
    body = """
        const kept = {}, storage = { getItem: (k) => kept[k] ?? null, setItem: (k, v) => { kept[k] = v } };
        const first = new it.I18n(storage, "zh-Hans-CN"), other = new it.I18n(storage, "fr-FR");
        other.use("zh");
        const again = new it.I18n(storage, "en-US");
        let unknown = "";
        try { first.t("no.such") } catch (error) { unknown = error.message }
        return [first.language, again.language, again.t("progress", { live: 3, total: 4 }), unknown,
                first.term("camera", "lost"), first.term("camera", "some-new-state")];
    """
    assert await run("base/i18n.js", body) == [
        "zh",
        "zh",
        "3 / 4 路在线",
        "no words for no.such",
        "断开",
        "some-new-state",
    ]


async def test_figures_that_are_not_known_are_dashes(run: Run) -> None:
    body = """
        const values = [null, undefined, -1];
        return [...values.map(it.age), it.skew(null), it.drift(undefined),
                it.decimal(NaN, 1), it.size({ width: 0, height: 0 }), it.codec(""),
                it.bitrate(null), it.age(0.0404), it.age(75), it.bitrate(384000), it.bitrate(4.1e6),
                it.percent(0), it.percent(0.0012), it.codec("h264"), it.codec("mjpeg"),
                it.decimal(2, 1, " s"), it.skew(-62.4), it.skew(3200), it.drift(-104.2)];
    """
    figures = await run("base/format.js", body)
    assert figures[:9] == ["–"] * 9
    assert figures[9:] == [
        "40 ms",
        "1 min 15 s",
        "384 kb/s",
        "4.10 Mb/s",
        "0 %",
        "0.12 %",
        "H.264",
        "MJPEG",
        "2.0 s",
        "-62 ms",
        "+3.2 s",
        "-104 ppm",
    ]


async def test_an_area_fills_the_wall_page_by_page(run: Run) -> None:
    body = """
        const all = ["a", "b", "c", "d", "e"];
        const pages = [];
        let shown = ["x", "y"];
        for (let i = 0; i < 4; i++) {
          const page = it.nextPage(all, shown, 2);
          pages.push([page.first, page.sources.join("")]);
          shown = [...page.sources, "none"].slice(0, 2);
        }
        return [...pages, it.nextPage(all, ["b", "c"], 2).first, it.nextPage([], ["x"], 2).sources.length];
    """
    pages = await run("wall/arrangement.js", body)
    assert pages == [[0, "ab"], [2, "cd"], [4, "e"], [0, "ab"], 0, 0]


async def test_arrows_find_the_cell_next_to_it(run: Run) -> None:
    # 1 + 5: a large cell, two at its right, three under it.
    rects = [[0, 0, 2, 2], [2, 0, 1, 1], [2, 1, 1, 1], [0, 2, 1, 1], [1, 2, 1, 1], [2, 2, 1, 1]]
    tiles = [{"cell": str(i + 1), "rect": rect} for i, rect in enumerate(rects)]
    body = "return args[1].map((step) => it.neighbour(args[0], ...step.split(' ')))"
    steps = ["1 right", "2 down", "3 left", "4 up", "5 right", "6 up", "1 up"]
    answers = await run("wall/arrangement.js", body, tiles, steps)
    assert answers[0] in "23"
    assert answers[1:] == ["3", "1", "1", "6", "3", "1"]


async def test_layouts_are_grouped_by_what_they_are_for(run: Run) -> None:
    def layout(name: str, *areas: tuple[int, int]) -> dict[str, Any]:
        cells = [{"id": str(i), "columns": w, "rows": h} for i, (w, h) in enumerate(areas)]
        return {"id": name, "cells": cells}

    layouts = [
        layout("4x4", *[(1, 1)] * 16),
        layout("1+5", (2, 2), *[(1, 1)] * 5),
        layout("2+8", *[(2, 2)] * 2, *[(1, 1)] * 8),
        layout("1", (1, 1)),
    ]
    body = "return it.groupLayouts(args[0]).map(([name, them]) => [name, them.map(({ id }) => id)])"
    groups = await run("layouts/groups.js", body, layouts)
    assert groups == [["even", ["1", "4x4"]], ["focus", ["1+5"]], ["several", ["2+8"]]]


async def test_a_tree_of_thousands_is_searched_at_once(run: Run) -> None:
    body = """
        const { CameraStore } = await import("/panel/js/cameras/store.js");
        const { searchTerms } = await import("/panel/js/cameras/search.js");
        const store = new CameraStore();
        const areas = [{ id: "top", name: "罗湖", parent: null },
                       { id: "dm", name: "东门步行街", parent: "top" },
                       { id: "lt", name: "莲塘", parent: "top" }];
        const cameras = Array.from({ length: 30000 }, (_, i) => ({
          id: `cam-${i}`, name: `镜头 ${i}`, area: i % 2 ? "dm" : "lt", state: i % 3 ? "live" : "lost" }));
        store.load(areas, cameras);
        const rows = (text, filter = "all", closed = []) =>
          it.treeRows(store, { terms: searchTerms(text), filter, closed: new Set(closed) });
        const names = (list) => list.map((row) => row.area?.name ?? row.camera.id);
        const endMs = performance.now() + 5000;
        let found, begin, spentMs;
        do {  // A busy machine is slow at times.
          begin = performance.now();
          found = names(rows("东门　ＣＡＭ-299 1"));
          spentMs = performance.now() - begin;
        } while (spentMs >= 250 && performance.now() < endMs);
        return { found, spentMs, all: rows("").length, folded: names(rows("", "all", ["dm", "lt"])),
                 none: rows("无此").length, lost: rows("", "trouble").length,
                 count: store.areas.get("top").count };
    """
    tree = await run("cameras/rows.js", body)
    assert tree["found"][:2] == ["罗湖", "东门步行街"]
    assert "cam-29901" in tree["found"]
    assert all("299" in name for name in tree["found"][2:])
    assert tree["all"] == 30_003
    assert tree["folded"] == ["罗湖", "东门步行街", "莲塘"]
    assert (tree["none"], tree["lost"]) == (0, 10_003)
    assert tree["count"] == {"total": 30_000, "live": 20_000, "trouble": 10_000}
    assert tree["spentMs"] < 250


async def test_what_is_told_of_a_camera_while_it_is_read_is_newer(run: Run) -> None:
    body = """
        const store = new it.CameraStore();
        const camera = (id, state, fps = 25) => ({ id, name: id, area: "dm", state, fps });
        store.load([], ["told", "quiet", "gone"].map((id) => camera(id, "live")));
        await store.reread(async () => {
          const read = ["told", "quiet", "gone", "new"].map((id) => camera(id, "live", 24));
          store.receive({ camera: camera("told", "lost") });
          store.receive({ camera: camera("gone", "live"), removed: true });
          return read;
        });
        const shown = [...store.cameras.values()].map(({ id, state, fps }) => [id, state, fps]);
        await store.reread(async () => [camera("told", "stalled", 0)]);
        return [shown, store.cameras.get("told").state];
    """
    shown, then = await run("cameras/store.js", body)
    assert shown == [["told", "lost", 25], ["quiet", "live", 24]]
    assert then == "stalled"


async def test_a_stream_is_decoded_from_its_next_key_frame_on(run: Run) -> None:
    body = """
        const { parsePacket } = await import("/panel/js/video/packet.js");
        const packets = args[0].map((bytes) => parsePacket(Uint8Array.from(bytes).buffer));
        const ticks = [];
        let report;
        const done = new Promise((resolve) => (report = resolve));
        const errors = [];
        const decoder = new it.Decoder(
          (frame, { tick }) => { frame.close(); ticks.push(tick); if (tick === args[1]) report(); },
          (error) => errors.push(error.name));
        packets.slice(1).forEach((packet) => decoder.push(packet));     // no key frame, no configuration
        decoder.configure({ codec: "avc1.42c01e", width: 320, height: 180 });
        packets.slice(1).forEach((packet) => decoder.push(packet));     // no key frame
        packets.forEach((packet) => decoder.push(packet));
        await done;
        return { ticks, errors };
    """
    messages = [list(video_message(key, tick, 0, unit)) for tick, (key, unit) in enumerate(access_units(8))]
    decoded = await run("video/decoder.js", body, messages, 7)
    assert decoded == {"ticks": list(range(8)), "errors": []}


async def test_heads_in_several_windows_show_the_newest_tick_that_all_have(run: Run) -> None:
    body = """
        const { Screen } = await import('/panel/js/video/screen.js');
        const channel = { postMessage: (said) => told.push(said.tick), onmessage: null };
        const told = [];
        const together = new it.Together("main", channel);
        const screen = new Screen(document.createElement("canvas"), together);
        const other = (tick) => channel.onmessage({ data: { id: "b", tick } });
        const picture = () => createImageBitmap(new ImageData(4, 4));
        const pictures = [await picture(), await picture(), await picture(), await picture()];
        const repaint = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const shown = [], nowMs = performance.now();
        performance.now = () => nowMs;  // however long a machine stands still in between
        for (const [mine, theirs] of [[10, 9], [11, 10], [12, 12]]) {
            other(theirs);
            screen.show(pictures.pop(), mine, 0);
            screen.draw();
            shown.push(screen.figures.lastTick);
        }
        delete performance.now;
        screen.show(pictures.pop(), 13, 0);
        while (screen.figures.lastTick < 13) await repaint();   // nobody is waited for without end
        return [shown, told, together.ready(99, performance.now() + 600)];
    """
    assert await run("video/together.js", body) == [[-1, 10, 12], [10, 11, 12, 13], True]


async def test_pictures_that_are_never_drawn_do_not_pile_up(run: Run) -> None:
    body = """
        const screen = new it.Screen(document.createElement("canvas"));
        screen.drawSoon = () => {};  // as in a hidden tab
        const closed = [];
        for (let tick = 0; tick < 20; tick++) screen.show({ close: () => closed.push(tick) }, tick, 0);
        return [screen.waiting.map(({ tick }) => tick), closed, screen.figures.skipped];
    """
    waiting, closed, skipped = await run("video/screen.js", body)
    assert waiting == list(range(12, 20))
    assert (closed, skipped) == (list(range(12)), 12)


async def test_what_comes_while_everything_is_read_is_told_afterwards(run: Run) -> None:
    body = """
        const told = [], tries = [];
        let seq = 0;
        const load = () => new Promise((resolve, reject) => tries.push({ resolve, reject }));
        const stream = new it.EventStream({ load });
        const say = (type, more) => stream.receive({ seq: ++seq, type, ...more });
        const turn = () => new Promise((go) => setTimeout(go));
        const tried = async (count) => { while (tries.length < count) await turn(); };
        stream.addEventListener("camera", ({ detail }) => told.push(detail.seq));
        stream.addEventListener("unread", ({ detail }) => told.push(detail));
        say("hello", { resumed: false });
        say("camera");
        tries[0].reject("not read");         // what happens is told all the same
        await tried(2);
        say("camera");
        tries[1].resolve();
        await turn();
        say("hello", { resumed: true });
        say("camera");
        say("hello", { resumed: false });
        say("camera");
        say("hello", { resumed: false });
        say("camera");
        tries[2].resolve();
        await tried(4);
        tries[3].resolve();
        await turn();
        stream.close();
        return [told, tries.length];
    """
    assert await run("base/events.js", body) == [[2, "not read", 3, 5, 7, 9], 4]


async def test_an_answer_that_is_cut_off_is_none(run: Run) -> None:
    body = """
        const usual = window.fetch;
        window.fetch = async () => new Response('{"items": [', { status: 200 });
        const problem = await new it.Api().list("/cameras").catch((error) => error);
        window.fetch = usual;
        return [problem.name, problem.status];
    """
    assert await run("base/api.js", body) == ["Problem", 0]


async def test_a_line_that_cannot_be_agreed_upon_is_tried_again(run: Run) -> None:
    body = """
        const states = [];
        let tries = 0;
        await new Promise((resolve) => {
          const connect = async () => {
            if (++tries === 2) resolve();
            throw new TypeError("network error");
          };
          const line = new it.Line(connect);
          line.addEventListener("change", () => (tries === 2 ? line.close() : states.push(line.state)));
          line.open();
        });
        return states;
    """
    assert await run("join/line.js", body) == ["opening", "lost"]


@pytest.mark.parametrize("end", ["unanswered", "refused", "disconnected", "failed"])
async def test_a_line_that_is_closed_when_it_says_how_it_is_stays_closed(run: Run, end: str) -> None:
    body = """
        const { Problem } = await import("/panel/js/base/api.js");
        const { setTimeout, clearTimeout } = window, timers = new Set();
        let begun = 0;
        window.setTimeout = () => { timers.add(++begun); return begun; };
        window.clearTimeout = (timer) => timers.delete(timer);
        const connect = async () => {
          if (args[0] === "unanswered") throw new TypeError("network error");
          if (args[0] === "refused") throw new Problem(422, {});
          return { peer: { connectionState: args[0] }, location: "", end() {} };
        };
        const line = new it.Line(connect);
        line.addEventListener("change", () => ["lost", "refused"].includes(line.state) && line.close());
        line.open();
        await new Promise((done) => setTimeout(done));
        Object.assign(window, { setTimeout, clearTimeout });
        return [begun, timers.size, line.state];
    """
    assert await run("join/line.js", body, end) == [1, 0, "idle"]


async def test_every_user_shares_a_screen_of_his_own(run: Run) -> None:
    users = [
        "wang",
        "duty.2",
        "张三",
        "李四",
        "zhang@a",
        "zhang_a",
        "zhang-a",
        "x" * 64,
        "x" * 63,
        "值班" * 32,
    ]
    ids = await run("screens/sharing.js", "return Promise.all(args[0].map(it.screenOf))", users)
    assert ids[:2] == ["desk-wang", "desk-duty.2"]
    assert len(set(ids)) == len(users)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", each) for each in ids)


async def test_a_tap_while_a_stop_is_on_its_way_moves_all_the_same(run: Run) -> None:
    body = """
        const sent = [];
        let answer = () => {};
        const send = (command) => new Promise((resolve) => {
          sent.push(command);
          answer = resolve;
        });
        const turn = () => new Promise((resolve) => setTimeout(resolve));
        const steering = new it.Steering(send, (error) => sent.push(error));
        steering.press("left");
        steering.release("left");
        answer(); await turn();  // the stop is sent now, and not answered
        steering.press("up");
        steering.release("up");
        for (let count = 0; count < 3; count++) { answer(); await turn(); }
        return sent.map(({ verb, pan = 0, tilt = 0 }) => [verb, pan, tilt]);
    """
    assert await run("ptz/steering.js", body) == [
        ["move", -0.5, 0],
        ["stop", 0, 0],
        ["move", 0, 0.5],
        ["stop", 0, 0],
    ]
