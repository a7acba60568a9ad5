/** A picture that is received, and whether it is the present. */

import { Freshness, STALE_MS } from "../video/freshness.js";
import { truthText } from "../wall/truth.js";

const JUDGE_EVERY_MS = 250;

export class Picture {
  /**
   * @param {HTMLElement} figure holds the video and what is said over it
   * @param {import("./line.js").Line} line that brings it
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {number} staleMs without a new picture for so long it counts as stopped
   */
  constructor(figure, line, i18n, staleMs) {
    this.figure = figure;
    this.line = line;
    this.i18n = i18n;
    this.video = /** @type {HTMLVideoElement} */ (figure.querySelector("video"));
    this.truth = /** @type {HTMLElement} */ (figure.querySelector(".picture-truth"));
    this.freshness = new Freshness(performance.now());
    this.staleMs = staleMs;
    /** Read by tests and benchmarks. */
    this.figures = { frames: 0 };
    /** Called when the browser gives sound only to whoever asks for it. @type {(silenced: boolean) => void} */
    this.onSilenced = () => {};
    line.addEventListener("change", () => this.refresh());
    this.count = this.count.bind(this);
    this.video.requestVideoFrameCallback(this.count);
    setInterval(() => this.judge(), JUDGE_EVERY_MS);
  }

  count() {
    this.figures.frames += 1;
    // A received stream carries no time of its making: what counts is when it comes.
    this.freshness.note(performance.now(), 0, 0);
    this.video.requestVideoFrameCallback(this.count);
  }

  refresh() {
    const stream = this.line.session?.stream ?? null;
    if (this.line.state === "opening" && this.video.srcObject === null)
      this.freshness.restart(performance.now());
    if (this.video.srcObject === stream) return;
    // The last picture stays while the connection is opened again; its age is said over it.
    if (stream === null && this.line.wanted) return;
    this.video.srcObject = stream;
    if (stream === null) this.freshness.restart(performance.now());
    else this.play();
  }

  /** Plays, with sound if the browser lets it, else without. */
  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (/** @type {DOMException} */ (error).name !== "NotAllowedError") return; // another stream came
      this.video.muted = true;
      this.onSilenced(true);
      this.video.play().catch((again) => console.warn("no picture", again));
    }
  }

  /** Plays with sound, now that the user asked for it. */
  hear() {
    this.video.muted = false;
    this.onSilenced(false);
    this.play();
  }

  judge() {
    const { state, problem } = this.line;
    const lost = this.line.wanted && state !== "up";
    this.freshness.staleMs = lost ? STALE_MS : this.staleMs;
    const verdict = this.freshness.verdict(performance.now());
    this.figure.dataset.truth = verdict.state;
    const refused = state === "refused" && problem !== null ? this.i18n.problem(problem) : null;
    const text = refused === null ? truthText(this.i18n, verdict) : refused.detail || refused.title;
    if (this.truth.textContent !== text) this.truth.textContent = text;
    this.truth.hidden = text === "";
  }
}
