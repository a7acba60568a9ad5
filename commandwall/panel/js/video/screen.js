/** The canvas that a head's pictures are drawn on, and the figures of what it shows. */

import { Freshness } from "./freshness.js";
import { MOST_WAIT_MS } from "./together.js";

/**
 * So many pictures are kept for the next repaint: those of `MOST_WAIT_MS` at 60 a second, and two. A page
 * that nobody sees is not repainted at all, and pictures come all the same.
 */
const MOST_WAITING = 8;

/**
 * @typedef {object} Waiting
 * @property {VideoFrame | ImageBitmap} picture
 * @property {number} tick
 * @property {number} utcMs when it was composed
 * @property {number} atMs when it came, monotonic
 */

/**
 * Draws the newest picture at the browser's next repaint; what is older by then is dropped. A head that
 * stands beside others draws the newest one that all of them have.
 */
export class Screen {
  /** @param {HTMLCanvasElement} canvas @param {import("./together.js").Together | null} together */
  constructor(canvas, together = null) {
    this.canvas = canvas;
    this.together = together;
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("this browser has no 2D canvas");
    this.context = context;
    this.freshness = new Freshness(performance.now());
    /** Read by tests and benchmarks as `window.commandwall`. */
    this.figures = { frames: 0, skipped: 0, lastTick: -1, lastUtcMs: 0, latencyMs: NaN };
    /** Oldest first. @type {Waiting[]} */
    this.waiting = [];
    this.drawing = false;
  }

  /**
   * @param {VideoFrame | ImageBitmap} picture is closed here
   * @param {number} tick
   * @param {number} utcMs when it was composed
   */
  show(picture, tick, utcMs) {
    this.waiting.push({ picture, tick, utcMs, atMs: performance.now() });
    this.together?.announce(tick);
    this.drop(this.waiting.splice(0, this.waiting.length - MOST_WAITING));
    this.drawSoon();
  }

  drawSoon() {
    if (this.drawing || this.waiting.length === 0) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
      this.drawSoon();
    });
  }

  /** @returns {Waiting | undefined} the newest picture whose time has come, taken out; older ones are dropped */
  take() {
    const nowMs = performance.now();
    const due = this.waiting.findLastIndex(
      ({ tick, atMs }) => nowMs - atMs >= MOST_WAIT_MS || (this.together?.ready(tick, nowMs) ?? true),
    );
    const taken = this.waiting.splice(0, due + 1);
    this.drop(taken.slice(0, -1));
    return taken.at(-1);
  }

  /** @param {Waiting[]} unseen pictures that are not shown at all */
  drop(unseen) {
    for (const { picture } of unseen) picture.close();
    this.figures.skipped += unseen.length;
  }

  draw() {
    const next = this.take();
    if (next === undefined) return;
    const { picture, tick, utcMs } = next;
    const [width, height] =
      picture instanceof ImageBitmap
        ? [picture.width, picture.height]
        : [picture.displayWidth, picture.displayHeight];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context.drawImage(picture, 0, 0);
    picture.close();
    const clockMs = Date.now();
    this.freshness.note(performance.now(), clockMs, utcMs);
    const figures = this.figures;
    figures.frames += 1;
    figures.lastTick = tick;
    figures.lastUtcMs = utcMs;
    figures.latencyMs = clockMs - utcMs;
  }

  /** Takes the picture away, when another head is to be shown. */
  clear() {
    for (const { picture } of this.waiting) picture.close();
    this.waiting = [];
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.freshness.restart(performance.now());
  }
}
