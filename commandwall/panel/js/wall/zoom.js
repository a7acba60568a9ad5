/** Digital zoom: the wheel over a cell enlarges its picture there, Alt and dragging moves it. */

import { NONE } from "./arrangement.js";
import { WHOLE, moved, zoomOf, zoomed } from "./crop.js";

const STEP_PER_PX = 0.002;
/** A change on its way is followed by the next not sooner than this: a wheel turns faster than that. */
const APART_MS = 120;

/**
 * @typedef {import("./crop.js").Crop} Crop
 * @typedef {(cell: string, crop: Crop) => Promise<unknown>} Send
 */

export class Zoom {
  /** @param {import("./view.js").WallView} view @param {Send} send has a tile show a part of its picture */
  constructor(view, send) {
    this.view = view;
    this.send = send;
    /** What was asked for and is not on the wall yet, by cell. @type {Map<string, Crop>} */
    this.wanted = new Map();
    this.sending = false;
    /** @type {{cell: string, x: number, y: number} | null} */
    this.held = null;
    view.grid.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    view.grid.addEventListener("pointerdown", (event) => this.press(event), { capture: true });
    window.addEventListener("pointermove", (event) => this.drag(event));
    window.addEventListener("pointerup", () => (this.held = null));
    window.addEventListener("pointercancel", () => (this.held = null));
  }

  /** @param {string} cell @returns {Crop} what the tile shows, or is about to */
  crop(cell) {
    return this.wanted.get(cell) ?? this.view.tile(cell)?.crop ?? WHOLE;
  }

  /** @param {string} cell */
  reset(cell) {
    this.ask(cell, WHOLE);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const cell = this.view.cellAt(event.target);
    if (cell === null || (this.view.tile(cell)?.source ?? NONE) === NONE) return;
    event.preventDefault();
    const factor = Math.exp(-Math.max(-300, Math.min(300, event.deltaY)) * STEP_PER_PX);
    this.ask(cell, zoomed(this.crop(cell), factor, ...this.place(cell, event)));
  }

  /** @param {PointerEvent} event */
  press(event) {
    const cell = event.altKey && event.button === 0 ? this.view.cellAt(event.target) : null;
    if (cell === null || zoomOf(this.crop(cell)) <= 1) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const [x, y] = this.place(cell, event);
    this.held = { cell, x, y };
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const held = this.held;
    if (held === null) return;
    const [x, y] = this.place(held.cell, event);
    this.ask(held.cell, moved(this.crop(held.cell), x - held.x, y - held.y));
    this.held = { cell: held.cell, x, y };
  }

  /** @param {string} cell @param {MouseEvent} event @returns {[number, number]} where in it, from 0 to 1 */
  place(cell, event) {
    const box = this.view.nodes.get(cell)?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
  }

  /** @param {string} cell @param {Crop} crop */
  ask(cell, crop) {
    if (String(crop) === String(this.crop(cell))) return;
    this.wanted.set(cell, crop);
    this.view.showZoom(cell, crop);
    if (!this.sending) this.work();
  }

  /** Sends the newest of what was asked for until nothing is left. */
  async work() {
    this.sending = true;
    for (let next = this.first(); next !== null; next = this.first()) {
      const [cell, crop] = next;
      await this.send(cell, crop);
      if (this.wanted.get(cell) === crop) this.wanted.delete(cell);
      this.view.showZoom(cell, this.crop(cell));
      if (this.wanted.size > 0) await new Promise((resolve) => setTimeout(resolve, APART_MS));
    }
    this.sending = false;
  }

  /** @returns {[string, Crop] | null} */
  first() {
    for (const entry of this.wanted) return entry;
    return null;
  }
}
