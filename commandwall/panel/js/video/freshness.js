/** Whether the picture on the screen is the present. */

/** Without a new picture for this long, the picture is no longer shown as live. */
export const STALE_MS = 1000;
/** How fast two clocks may drift apart: 1 ms a second. */
const DRIFT = 0.001;

/**
 * @typedef {object} Verdict
 * @property {"waiting" | "live" | "late" | "stopped"} state `waiting`: there was no picture yet
 * @property {number} seconds for how long, or how late
 */

/**
 * Judges pictures by when they arrive and by when they were made. The clocks of the wall and of this
 * display need not agree: the smallest difference seen is taken as none, so that what counts is how
 * much later than the best a picture comes.
 */
export class Freshness {
  /** @param {number} nowMs monotonic */
  constructor(nowMs) {
    this.staleMs = STALE_MS;
    this.sinceMs = nowMs;
    this.seen = false;
    this.lateMs = 0;
    this.bestMs = Infinity;
  }

  /** Forgets all, for a new connection. @param {number} nowMs monotonic */
  restart(nowMs) {
    this.sinceMs = nowMs;
    this.seen = false;
    this.forgive();
  }

  /**
   * Notes a picture that has just been drawn.
   * @param {number} nowMs monotonic
   * @param {number} clockMs UTC by this display's clock
   * @param {number} madeMs UTC by the wall's clock
   */
  note(nowMs, clockMs, madeMs) {
    const differenceMs = clockMs - madeMs;
    this.bestMs = Math.min(differenceMs, this.bestMs + (nowMs - this.sinceMs) * DRIFT);
    this.lateMs = differenceMs - this.bestMs;
    this.sinceMs = nowMs;
    this.seen = true;
  }

  /** Takes the next picture for the best: a clock was set, or the connection is a new one. */
  forgive() {
    this.bestMs = Infinity;
    this.lateMs = 0;
  }

  /** @param {number} nowMs monotonic @returns {Verdict} */
  verdict(nowMs) {
    const quietMs = nowMs - this.sinceMs;
    if (!this.seen) return { state: "waiting", seconds: Math.floor(quietMs / 1000) };
    if (quietMs > this.staleMs) return { state: "stopped", seconds: Math.floor(quietMs / 1000) };
    if (this.lateMs > STALE_MS) return { state: "late", seconds: Math.round(this.lateMs / 1000) };
    return { state: "live", seconds: 0 };
  }
}
