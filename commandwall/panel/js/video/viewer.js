/** Shows one head on a canvas by the best way this browser has, and says what the picture is worth. */

import { Decoder } from "./decoder.js";
import { STALE_MS } from "./freshness.js";
import { Screen } from "./screen.js";
import { Snapshots } from "./snapshots.js";
import { VideoSocket } from "./socket.js";
import { videoSupport } from "./support.js";

const JUDGE_EVERY_MS = 100;
/** A picture that is not live for so long gets a new connection, which brings a key frame. */
const PATIENCE_MS = 3000;
/** Where that brings no picture in this time, each that follows gets twice as long, up to this. */
const MOST_PATIENCE_MS = 12_000;
/** Snapshots come one a second, and each takes its time. */
const SNAPSHOT_STALE_MS = 3000;
/** So many failures in a row, without one picture between them, and the decoder is given up. */
const MOST_FAILURES = 3;

/**
 * @typedef {import("./freshness.js").Verdict} Verdict
 * @typedef {"insecure" | "missing" | "codec"} Fallback why there are only snapshots
 */

export class Viewer {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{onTruth: (verdict: Verdict, fallback: Fallback | null) => void, onClosed?: () => void}} listener
   *   `onTruth` is called ten times a second; `onClosed` when a connection ended, or a
   *   snapshot did not come
   * @param {import("./together.js").Together | null} together for a head that stands beside others
   */
  constructor(canvas, { onTruth, onClosed = () => {} }, together = null) {
    this.screen = new Screen(canvas, together);
    this.onTruth = onTruth;
    this.onClosed = onClosed;
    this.failures = 0;
    /** @type {Fallback | null} */
    this.fallback = null;
    /** @type {VideoSocket | null} */
    this.socket = null;
    /** @type {Snapshots | null} */
    this.snapshots = null;
    this.decoder = new Decoder(
      (frame, packet) => this.picture(frame, packet),
      (error) => this.failed(error),
    );
    this.liveAtMs = 0;
    this.patienceMs = PATIENCE_MS;
    /** @type {string[] | null} wall and head */
    this.target = null;
    document.addEventListener("visibilitychange", () => this.followPage());
    setInterval(() => this.judge(), JUDGE_EVERY_MS);
  }

  /** Read by tests and benchmarks. */
  get figures() {
    return this.screen.figures;
  }

  /** Receives nothing while nobody sees the page, and all anew once somebody does. */
  followPage() {
    if (document.hidden) this.close();
    else if (this.target !== null) this.open(this.target[0], this.target[1]);
  }

  /** Shows this head from now on, while the page is seen. @param {string} wall @param {string} head */
  async open(wall, head) {
    this.close();
    this.screen.clear();
    const target = [wall, head];
    this.target = target;
    const support = await videoSupport();
    if (this.target !== target || document.hidden) return; // another head was asked for meanwhile
    if (support === "yes") this.openVideo(wall, head);
    else this.openSnapshots(wall, head, support);
  }

  close() {
    this.socket?.close();
    this.socket = null;
    this.snapshots?.stop();
    this.snapshots = null;
    this.decoder.close();
  }

  /** @param {string} wall @param {string} head */
  openVideo(wall, head) {
    this.fallback = null;
    this.patienceMs = PATIENCE_MS;
    this.screen.freshness.staleMs = STALE_MS;
    this.socket = new VideoSocket(wall, head, {
      onConfig: (config) => this.decoder.configure(config),
      onPacket: (packet) => this.decoder.push(packet),
      onClosed: () => {
        this.decoder.close();
        this.onClosed();
      },
    });
    this.socket.open();
  }

  /** @param {string} wall @param {string} head @param {Fallback} why */
  openSnapshots(wall, head, why) {
    this.fallback = why;
    this.screen.freshness.staleMs = SNAPSHOT_STALE_MS;
    this.snapshots = new Snapshots(wall, head, this.screen, this.onClosed);
    this.snapshots.start();
  }

  /** @param {VideoFrame} frame @param {import("./packet.js").Packet} packet */
  picture(frame, packet) {
    this.failures = 0;
    this.screen.show(frame, packet.tick, packet.utcMs);
  }

  /** @param {Error} error */
  failed(error) {
    console.warn("decoder reset", error);
    this.failures += 1;
    if (this.failures < MOST_FAILURES || this.target === null) return;
    this.close();
    this.openSnapshots(this.target[0], this.target[1], "codec");
  }

  judge() {
    const nowMs = performance.now();
    const verdict = this.screen.freshness.verdict(nowMs);
    const sinceMs = Math.max(this.liveAtMs, this.socket?.openedAtMs ?? 0);
    if (verdict.state === "live") {
      this.liveAtMs = nowMs;
      this.patienceMs = PATIENCE_MS;
    } else if (nowMs - sinceMs > this.patienceMs) this.renew(nowMs);
    this.onTruth(verdict, this.fallback);
  }

  /** @param {number} nowMs */
  renew(nowMs) {
    this.liveAtMs = nowMs;
    this.patienceMs = Math.min(2 * this.patienceMs, MOST_PATIENCE_MS);
    this.socket?.restart();
    this.screen.freshness.forgive();
  }
}
