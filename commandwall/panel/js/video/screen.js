/** The canvas that a head's pictures are drawn on, and the figures of what it shows. */

import { Freshness } from "./freshness.js";

/** Draws the newest picture at the browser's next repaint; what is older by then is dropped. */
export class Screen {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("this browser has no 2D canvas");
    this.context = context;
    this.freshness = new Freshness(performance.now());
    /** Read by tests and benchmarks as `window.commandwall`. */
    this.figures = { frames: 0, skipped: 0, lastTick: -1, lastUtcMs: 0, latencyMs: NaN };
    /** @type {{picture: VideoFrame | ImageBitmap, tick: number, utcMs: number} | null} */
    this.next = null;
  }

  /**
   * @param {VideoFrame | ImageBitmap} picture is closed here
   * @param {number} tick
   * @param {number} utcMs when it was composed
   */
  show(picture, tick, utcMs) {
    if (this.next === null) requestAnimationFrame(() => this.draw());
    else {
      this.next.picture.close();
      this.figures.skipped += 1;
    }
    this.next = { picture, tick, utcMs };
  }

  draw() {
    if (this.next === null) return;
    const { picture, tick, utcMs } = this.next;
    this.next = null;
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
    this.next?.picture.close();
    this.next = null;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.freshness.restart(performance.now());
  }
}
