"""How the pages work on bad lines and at a wall: nothing is waited for longer than anybody would."""

from __future__ import annotations

import pytest

from tests.e2e.modules import Run

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.blocks_loop,  # What runs here is the browser: the loop only carries its words.
    pytest.mark.leaves_children,  # One browser for all tests of this module.
]
_PATIENCE = """
    const lost = [], sent = [];
    const never = (path, signal) => new Promise((_, reject) => {
      sent.push(path);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    const timeout = AbortSignal.timeout;
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      lost.push(() => controller.abort(new Error(`nothing within ${ms} ms`)));
      return controller.signal;
    };
    const turn = () => new Promise((resolve) => setTimeout(resolve));
"""
"""What is waited for comes to nothing when the test says so: ``lost`` has what ends each wait, in order."""


async def test_a_change_that_waits_is_for_the_wall_that_was_shown(run: Run) -> None:
    body = """
        const sent = [], answers = [];
        const wall = (id) => ({ id, revision: 1, tiles: [] });
        const api = {
          get: async (path) => (path.endsWith("/steps") ? { undo: 0, redo: 0 } : wall(path.split("/")[2])),
          change: (method, path) =>
            new Promise((resolve, reject) => { sent.push(path); answers.push({ resolve, reject }); }),
        };
        const session = new it.WallSession(api);
        await session.open("a");
        const first = session.setCell("1", "camera:x"), second = session.setCell("2", "camera:y");
        while (answers.length === 0) await null;
        await session.open("b");
        answers[0].reject(new Error("refused"));
        const told = [await first.catch((error) => error.message), await second];
        return [sent, told, session.wall.id];
    """
    answered = await run("wall/session.js", body)
    assert answered == [["/walls/a/cells/1"], ["refused", None], "b"]


async def test_the_wall_that_was_asked_for_last_is_shown(run: Run) -> None:
    body = """
        const answers = {};
        const get = (path) => new Promise((resolve) => (answers[path] = resolve));
        const session = new it.WallSession({ get });
        const open = { a: session.open("a"), b: session.open("b") };
        for (const id of ["b", "a"]) {
          answers[`/walls/${id}`]({ id, revision: 1, tiles: [] });
          answers[`/walls/${id}/steps`]({ undo: 0, redo: 0 });
          await open[id];
        }
        return session.wall.id;
    """
    assert await run("wall/session.js", body) == "b"


async def test_a_change_that_nobody_answers_takes_what_was_clicked_behind_it_along(run: Run) -> None:
    body = """
        const session = new it.WallSession({
          get: async () => ({ id: "a", revision: 1, tiles: [] }),
          change: (method, path, body, revision, signal) => never(path, signal),
          post: (path, body, signal) => never(path, signal),
        });
        await session.open("a");
        lost.length = 0;
        const click = (cell) => session.setCell(cell, "none").catch((error) => error.message);
        const clicks = ["1", "2", "3"].map(click);
        const taken = session.take("s").catch((error) => error.message);
        while (sent.length === 0) await turn();
        lost[1](); lost[0]();
        const told = [await clicks[0], await clicks[1]];
        while (sent.length === 1) await turn();  // the third has not waited for so long
        lost[2]();
        while (sent.length === 2) await turn();
        lost[3]();
        told.push(await clicks[2], await taken);
        AbortSignal.timeout = timeout;
        return [told, sent];
    """
    assert await run("wall/session.js", _PATIENCE + body) == [
        ["nothing within 10000 ms"] * 4,
        ["/walls/a/cells/1", "/walls/a/cells/3", "/scenes/s/take"],
    ]


async def test_whatever_is_asked_is_waited_for_with_patience_that_ends(run: Run) -> None:
    body = """
        const fetching = window.fetch;
        window.fetch = (path, { signal }) => never(path, signal);
        const api = new it.Api();
        const asked = [api.get("/walls"), api.post("/scenes", {}),
                       api.change("PUT", "/walls/a/full", {}, 1), api.post("/x", {}, it.patience())];
        const told = Promise.all(asked.map((each) => each.catch((error) => [error.name, error.message])));
        await turn();
        for (const lose of lost) lose();
        window.fetch = fetching;
        AbortSignal.timeout = timeout;
        return told;
    """
    long, short = ["Problem", "nothing within 30000 ms"], ["Problem", "nothing within 10000 ms"]
    assert await run("base/api.js", _PATIENCE + body) == [long, long, long, short]


async def test_what_happens_to_a_wall_while_it_is_opened_is_shown(run: Run) -> None:
    body = """
        const wall = (id, revision, state) => ({ id, revision, tiles: [{ cell: "1", state }] });
        const answers = {}, shown = [];
        const get = (path) => new Promise((resolve) => (answers[path] = resolve));
        const answer = (id, revision) => {
          answers[`/walls/${id}`](wall(id, revision, "live"));
          answers[`/walls/${id}/steps`]({ undo: 0, redo: 0 });
        };
        const session = new it.WallSession({ get });
        session.addEventListener("foreign", () => shown.push("foreign"));
        const note = () => shown.push([session.wall.id, session.wall.revision, session.steps.undo,
                                       session.wall.tiles[0].state]);
        for (const [id, revision] of [["a", 7], ["b", 4], ["b", 6], ["b", 2]]) {
          const opened = session.open(id);
          if (revision === 4) {
            session.receive({ wall: wall("b", 5, "live"), cause: "operator" });
            session.receiveSteps({ wall: "b", undo: 3, redo: 0 });
            session.receiveTiles("b", {}, [{ cell: "1", state: "lost" }]);
          } else if (revision === 6) session.receive({ wall: wall("b", 8, "late"), cause: "tour" });
          answer(id, revision);
          await opened;
          note();
        }
        return shown;
    """
    assert await run("wall/session.js", body) == [
        ["a", 7, 0, "live"],
        ["b", 5, 3, "lost"],
        ["b", 8, 0, "late"],
        ["b", 2, 0, "live"],  # The daemon may have begun anew.
    ]


async def test_a_head_without_https_has_its_name_among_the_others(run: Run) -> None:
    body = """
        Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
        const channel = () => ({ postMessage() {}, onmessage: null });
        const ids = new Set(["a", "b", "c"].map(() => new it.Together("main", channel()).id));
        delete crypto.randomUUID;
        return [ids.size, [...ids].every((id) => id !== "")];
    """
    assert await run("video/together.js", body) == [3, True]


async def test_snapshots_that_do_not_come_are_given_up_and_told(run: Run) -> None:
    body = (
        _PATIENCE
        + """
        const { fetch, setTimeout } = window;
        let failed = 0;
        window.fetch = (url, { signal }) => never(url, signal);
        window.setTimeout = (work) => setTimeout(work);
        const snapshots = new it.Snapshots("main", "left", {}, () => (failed += 1));
        snapshots.start();
        for (let tries = 1; tries <= 2; tries++) {
          while (lost.length < tries) await turn();
          lost[tries - 1]();
          while (failed < tries) await turn();
        }
        snapshots.stop();
        Object.assign(window, { fetch, setTimeout });
        AbortSignal.timeout = timeout;
        return [failed, [...new Set(sent)]];
    """
    )
    snapshot = "/api/v1/walls/main/heads/left/snapshot.jpg"
    assert await run("video/snapshots.js", body) == [2, [snapshot]]


async def test_a_session_that_nobody_answers_is_given_up(run: Run) -> None:
    body = (
        _PATIENCE
        + """
        const { fetch } = window;
        window.fetch = (url, { signal }) => never(url, signal);
        const opening = it.watch("/whep/main", ["video"]).catch(({ status, detail }) => [status, detail]);
        while (sent.length === 0) await turn();
        lost.forEach((lose) => lose());
        const told = await opening;
        window.fetch = fetch;
        AbortSignal.timeout = timeout;
        return told;
    """
    )
    assert await run("webrtc/session.js", body) == [0, "nothing within 20000 ms"]


async def test_no_device_stays_open_beside_another_or_after_the_end(run: Run) -> None:
    body = """
        const stopped = [];
        const track = (name, kind) =>
          Object.assign(new EventTarget(), { kind, stop: () => stopped.push(name) });
        const devices = new it.Devices();
        devices.meter = { listen() {}, close() {} };
        devices.take(track("first", "audio"));
        devices.take(track("camera", "video"));
        devices.take(track("second", "audio"));
        const before = [...stopped];
        devices.close();
        devices.take(track("allowed late", "video"));
        return [before, stopped];
    """
    stopped = ["first", "camera", "second", "allowed late"]
    assert await run("join/devices.js", body) == [["first"], stopped]


async def test_the_form_is_of_the_panel_that_was_asked_for_last(run: Run) -> None:
    body = """
        const answers = {};
        const dialog = Object.assign(document.createElement("dialog"), { id: "data-form" });
        document.body.append(dialog);
        const form = new it.PanelForm({ get: (path) => new Promise((done) => (answers[path] = done)) }, {});
        const built = [];
        form.build = () => built.push(form.panel?.id ?? "new");
        dialog.showModal = () => {};
        const first = form.open({ id: "a" }), second = form.open({ id: "b" });
        const settings = { panel: { id: "", kind: "text", name: "" }, configured: false };
        answers["/data/b/settings"](settings);
        await second;
        answers["/data/a/settings"](settings);
        await first;
        dialog.remove();
        return [built, form.panel.id];
    """
    assert await run("data/form.js", body) == [["b"], "b"]
