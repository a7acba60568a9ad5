/** One operator's work on one wall: what it shows, changing it, and taking changes back. */

import { patience, unanswered } from "../base/api.js";
import { NONE, arrangementOf, nextPage, sourceOf } from "./arrangement.js";

/** Why a wall is told anew, where that is somebody's work. */
const HANDS = new Set(["operator", "scene", "undo", "conference"]);

/**
 * @typedef {import("./arrangement.js").Wall} Wall
 * @typedef {import("./arrangement.js").Tile} Tile
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 * @typedef {[string, object | undefined, string?]} Asked path below the wall and body of a change, and its
 *   method, if that is not PUT
 * @typedef {(wall: Wall) => Asked | null} Request the change to the wall as it is when its turn comes;
 *   `null` when there is nothing to change
 * @typedef {{undo: number, redo: number}} Steps how far one can go back, and forward again
 */

/**
 * Dispatches `wall` when another arrangement or another wall is shown, `tiles` when only the state
 * of tiles has changed, and `foreign` when somebody else has changed the wall. The daemon keeps what the
 * wall showed, whoever changed it: going a step back may take back their work, too.
 */
export class WallSession extends EventTarget {
  /** @param {import("../base/api.js").Api} api */
  constructor(api) {
    super();
    this.api = api;
    /** @type {Wall | null} */
    this.wall = null;
    /**
     * What is being opened, the newest, and the events of it that came meanwhile: the answer may be older.
     * @type {{id: string, told: (() => void)[]} | null}
     */
    this.opening = null;
    /** @type {Steps} */
    this.steps = { undo: 0, redo: 0 };
    /** Changes are sent one after the other, each against the revision the last one made. */
    this.queue = Promise.resolve();
    this.changing = 0;
    /** Revisions that came while a change was under way: perhaps our own. @type {number[]} */
    this.unjudged = [];
  }

  /** Shows a wall, unless another is asked for meanwhile. @param {string} id @throws {import("../base/api.js").Problem} */
  async open(id) {
    /** @type {{id: string, told: (() => void)[]}} */
    const opening = (this.opening = { id, told: [] });
    const signal = patience();
    try {
      const parts = [path(id), `${path(id)}/steps`];
      const [wall, steps] = await Promise.all(parts.map((part) => this.api.get(part, signal)));
      if (this.opening !== opening) return;
      this.wall = wall;
      this.steps = steps;
    } finally {
      if (this.opening === opening) this.opening = null;
    }
    for (const tell of opening.told) tell();
    this.announce("wall");
  }

  /** Has an event of what is being opened told again when that is there. @param {string} id @param {() => void} tell */
  hold(id, tell) {
    if (this.opening?.id === id) this.opening.told.push(tell);
  }

  /** Takes a wall from the daemon's events. @param {{wall: Wall, cause: string}} event */
  receive({ wall, cause }) {
    this.hold(wall.id, () => this.receive({ wall, cause: "" })); // It replaces nothing that anybody saw.
    if (this.wall === null || wall.id !== this.wall.id || wall.revision < this.wall.revision) return;
    const news = wall.revision > this.wall.revision;
    this.wall = wall;
    this.announce("wall");
    if (!news || !HANDS.has(cause)) return;
    if (this.changing > 0) this.unjudged.push(wall.revision);
    else this.foreign();
  }

  /** Takes an event `steps`. @param {Steps & {wall: string}} steps */
  receiveSteps(steps) {
    this.hold(steps.wall, () => this.receiveSteps(steps));
    if (this.wall?.id !== steps.wall) return;
    this.steps = steps;
    this.announce("wall");
  }

  /**
   * @param {string} id the wall
   * @param {import("./budget.js").Budget} budget
   * @param {Partial<Tile>[]} tiles with their `cell`
   */
  receiveTiles(id, budget, tiles) {
    this.hold(id, () => this.receiveTiles(id, budget, tiles));
    if (this.wall?.id !== id) return;
    this.wall.budget = budget;
    const byCell = new Map(this.wall.tiles.map((tile) => [tile.cell, tile]));
    for (const news of tiles) Object.assign(byCell.get(news.cell ?? "") ?? {}, news);
    this.announce("tiles");
  }

  /** @param {string} cell @param {string} source */
  setCell(cell, source) {
    return this.change(() => [`/cells/${encodeURIComponent(cell)}`, { source }]);
  }

  /** @param {string} first @param {string} second */
  swap(first, second) {
    return this.change(() => ["/swap", { first, second }, "POST"]);
  }

  /** Switches the layout (`auto`: the one that fits); what is shown keeps its place. @param {string} layout */
  setLayout(layout) {
    return this.change(() => ["/layout", { layout }]);
  }

  /** Brings a source into the biggest cell, and what is there to where it was. @param {string} source */
  enlarge(source) {
    return this.change(() => ["/biggest", { source }]);
  }

  /**
   * Chooses the part of its picture that a tile shows, or how that fills it; what is left out stays.
   * @param {string} cell
   * @param {{crop?: [number, number, number, number], aspect?: string}} view
   */
  setView(cell, view) {
    return this.change(() => [`/cells/${encodeURIComponent(cell)}/view`, view]);
  }

  /**
   * Has what `setLayout` needs opened ahead.
   * @param {string} layout
   * @returns {Promise<import("./budget.js").Budget | null>} what it would come to
   */
  async prepare(layout) {
    if (this.wall === null) return null;
    return (await this.api.post(`${path(this.wall.id)}/prepare`, { layout })).budget;
  }

  /** Has what a cell shows decoded in full before all others, or not. @param {string} cell @param {boolean} pinned */
  async pin(cell, pinned) {
    if (this.wall === null) return;
    const method = pinned ? "PUT" : "DELETE";
    const wall = await this.api.call(method, `${path(this.wall.id)}/cells/${encodeURIComponent(cell)}/pin`);
    this.receive({ wall, cause: "operator" });
  }

  /**
   * Shows the next page of these cameras.
   * @param {string[]} cameras
   * @returns {Promise<{first: number, count: number} | undefined>} which of them, `first` counting from 0
   */
  async fill(cameras) {
    /** @type {{first: number, count: number} | undefined} */
    let shown;
    await this.change((wall) => {
      const { layout, sources } = arrangementOf(wall);
      const page = nextPage(cameras.map(sourceOf), sources, sources.length);
      shown = { first: page.first, count: page.sources.length };
      return ["/layout", { layout, sources: page.sources }];
    });
    return shown;
  }

  clear() {
    return this.change((wall) => ["/layout", { layout: wall.layout, sources: wall.tiles.map(() => NONE) }]);
  }

  /** Lets one cell fill the wall. @param {string} cell */
  solo(cell) {
    return this.change(() => ["/full", { cell }]);
  }

  /** Goes back to what was shown before `solo`. */
  leaveSolo() {
    return this.change(() => ["/full", undefined, "DELETE"]);
  }

  /**
   * Goes a step back, or forward again, through what the wall showed.
   * @param {"undo" | "redo"} way
   * @returns {Promise<{missing: import("../scenes/programme.js").Missing[]} | undefined>}
   */
  async step(way) {
    const stepped = await this.change(() => [`/${way}`, undefined, "POST"]);
    this.announce("wall");
    return stepped;
  }

  /**
   * Shows a scene. Its answer has all the walls that it changed.
   * @param {string} scene id
   * @returns {Promise<{missing: import("../scenes/programme.js").Missing[]}>}
   */
  take(scene) {
    const signal = patience();
    const result = this.queue.then(() => this.takeNow(scene, signal));
    this.queue = result.catch(() => {});
    return result;
  }

  /** @param {string} scene @param {AbortSignal} signal */
  async takeNow(scene, signal) {
    this.changing += 1;
    try {
      const taken = await this.api.post(`/scenes/${encodeURIComponent(scene)}/take`, undefined, signal);
      for (const wall of taken.walls) if (wall.id === this.wall?.id) this.settle(wall);
      return taken;
    } finally {
      this.changing -= 1;
      this.unjudged = [];
    }
  }

  /** @param {string} source @returns {string[]} cells that show it */
  cellsOf(source) {
    const tiles = this.wall?.tiles ?? [];
    return tiles.filter((tile) => tile.source === source).map((tile) => tile.cell);
  }

  /**
   * Sends a change once those before it are through; not if another wall is shown by then, or if it has waited
   * for longer than whoever asked for it will.
   * @param {Request} request
   * @returns {Promise<any>} what the daemon answers
   * @throws {import("../base/api.js").Problem}
   */
  change(request) {
    const shown = this.wall?.id;
    const signal = patience();
    const result = this.queue.then(() => (this.wall?.id === shown ? this.send(request, signal) : undefined));
    this.queue = result.catch(() => {});
    return result;
  }

  /** @param {Request} request @param {AbortSignal} signal */
  async send(request, signal) {
    if (signal.aborted) unanswered(signal.reason); // A click of long ago would surprise whoever made it.
    const wall = this.wall;
    const asked = wall && request(wall);
    if (wall === null || asked === null) return undefined;
    const [part, body, method = "PUT"] = asked;
    this.changing += 1;
    try {
      const answer = await this.api.change(method, path(wall.id) + part, body, wall.revision, signal);
      this.settle(answer.wall ?? answer);
      return answer;
    } catch (error) {
      const wanted = this.opening?.id ?? this.wall?.id;
      if (wanted === wall.id) await this.open(wall.id).catch(() => {});
      throw error;
    } finally {
      this.changing -= 1;
      this.unjudged = [];
    }
  }

  /** @param {Wall} changed the answer to our change */
  settle(changed) {
    const others = this.unjudged.some((revision) => revision !== changed.revision);
    if (this.wall?.id === changed.id && changed.revision >= this.wall.revision) this.wall = changed;
    this.announce("wall");
    if (others) this.foreign();
  }

  foreign() {
    this.announce("foreign");
  }

  /** @param {string} type */
  announce(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}

/** @param {string} id */
function path(id) {
  return `/walls/${encodeURIComponent(id)}`;
}
