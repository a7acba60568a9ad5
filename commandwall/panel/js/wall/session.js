/** One operator's work on one wall: what it shows, changing it, and taking changes back. */

import { Problem } from "../base/api.js";
import { NONE, arrangementOf, nextPage, sourceOf } from "./arrangement.js";

/** Changes that can be taken back. */
const MOST_UNDO = 50;

/**
 * @typedef {import("./arrangement.js").Wall} Wall
 * @typedef {import("./arrangement.js").Tile} Tile
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 * @typedef {[string, object | undefined, string?]} Asked path below the wall and body of a change, and its
 *   method, if that is not PUT
 * @typedef {(wall: Wall) => Asked | null} Request the change to the wall as it is when its turn comes;
 *   `null` when there is nothing to change
 */

/**
 * Dispatches `wall` when another arrangement or another wall is shown, `tiles` when only the state
 * of tiles has changed, and `foreign` when somebody else has changed the wall. Then nothing can be
 * undone any more, because that would take back their work too.
 */
export class WallSession extends EventTarget {
  /** @param {import("../base/api.js").Api} api */
  constructor(api) {
    super();
    this.api = api;
    /** @type {Wall | null} */
    this.wall = null;
    /** @type {Arrangement[]} */
    this.history = [];
    /** Changes are sent one after the other, each against the revision the last one made. */
    this.queue = Promise.resolve();
    this.changing = 0;
    /** Revisions that came while a change was under way: perhaps our own. @type {number[]} */
    this.unjudged = [];
  }

  /** @param {string} id @throws {import("../base/api.js").Problem} */
  async open(id) {
    const wall = await this.api.get(path(id));
    if (this.wall?.id !== id) this.history = [];
    this.wall = wall;
    this.announce("wall");
  }

  /** Takes a wall from the daemon's events. @param {Wall} wall */
  receive(wall) {
    if (this.wall === null || wall.id !== this.wall.id || wall.revision < this.wall.revision) return;
    const news = wall.revision > this.wall.revision;
    this.wall = wall;
    this.announce("wall");
    if (!news) return;
    if (this.changing > 0) this.unjudged.push(wall.revision);
    else this.foreign();
  }

  /**
   * @param {string} id the wall
   * @param {import("./budget.js").Budget} budget
   * @param {Partial<Tile>[]} tiles with their `cell`
   */
  receiveTiles(id, budget, tiles) {
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
    return this.change(() => [`/cells/${encodeURIComponent(cell)}/view`, view], { remember: false });
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
    this.receive(await this.api.call(method, `${path(this.wall.id)}/cells/${encodeURIComponent(cell)}/pin`));
  }

  /**
   * Shows the next page of these cameras.
   * @param {string[]} cameras
   * @returns {Promise<{first: number, count: number}>} which of them, `first` counting from 0
   */
  async fill(cameras) {
    let shown = { first: 0, count: 0 };
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
    return this.change(() => ["/full", { cell }], { remember: false });
  }

  /** Goes back to what was shown before `solo`. */
  leaveSolo() {
    return this.change(() => ["/full", undefined, "DELETE"], { remember: false });
  }

  /** Takes the last change back. */
  async undo() {
    /** @type {Arrangement | undefined} */
    let last;
    const back = () => {
      last = this.history.pop();
      return last === undefined ? null : ["/layout", last];
    };
    try {
      await this.change(/** @type {Request} */ (back), { remember: false });
    } catch (error) {
      if (last !== undefined && !isStale(error)) this.history.push(last);
      throw error;
    } finally {
      this.announce("wall");
    }
  }

  /** @param {string} source @returns {string[]} cells that show it */
  cellsOf(source) {
    const tiles = this.wall?.tiles ?? [];
    return tiles.filter((tile) => tile.source === source).map((tile) => tile.cell);
  }

  /**
   * Sends a change once those before it are through.
   * @param {Request} request
   * @param {{remember?: boolean}} [options]
   * @returns {Promise<void>}
   * @throws {import("../base/api.js").Problem}
   */
  change(request, options) {
    const result = this.queue.then(() => this.send(request, options));
    this.queue = result.catch(() => {});
    return result;
  }

  /** @param {Request} request @param {{remember?: boolean}} [options] */
  async send(request, { remember = true } = {}) {
    const wall = this.wall;
    const asked = wall && request(wall);
    if (wall === null || asked === null) return;
    const [part, body, method = "PUT"] = asked;
    this.changing += 1;
    try {
      const changed = await this.api.change(method, path(wall.id) + part, body, wall.revision);
      if (remember && wall.full === "")
        this.history = [...this.history, arrangementOf(wall)].slice(-MOST_UNDO);
      this.settle(changed);
    } catch (error) {
      await this.open(wall.id).catch(() => {});
      if (isStale(error)) this.forget();
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
    this.forget();
    this.announce("foreign");
  }

  forget() {
    this.history = [];
    this.announce("wall");
  }

  /** @param {string} type */
  announce(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}

/** @param {unknown} error @returns {boolean} whether somebody else was faster */
function isStale(error) {
  return error instanceof Problem && error.status === 412;
}

/** @param {string} id */
function path(id) {
  return `/walls/${encodeURIComponent(id)}`;
}
