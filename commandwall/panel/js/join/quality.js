/** How good this connection is, measured here: what comes, what goes, how long it takes. */

import { byId, element, icon } from "../base/dom.js";
import { bitrate, decimal, percent, size } from "../base/format.js";
import { qualityOf } from "../conference/state.js";

const EVERY_MS = 2000;

/** @typedef {{rttMs: number | null, lost: number, received: number, bytes: number, width: number, height: number, fps: number | null}} Sums */

export class Quality {
  /** @param {import("./call.js").Call} call @param {import("../base/i18n.js").I18n} i18n */
  constructor(call, i18n) {
    this.call = call;
    this.i18n = i18n;
    this.button = byId("quality");
    this.card = byId("quality-card");
    /** @type {Sums | null} */
    this.before = null;
    /** Of the last two seconds. */
    this.now = {
      rttMs: /** @type {number | null} */ (null),
      loss: /** @type {number | null} */ (null),
      bps: 0,
    };
    /** @type {Sums | null} */
    this.sums = null;
    this.button.addEventListener("click", () => this.toggle());
    window.addEventListener("pointerdown", (event) => {
      const target = /** @type {Node} */ (event.target);
      if (!this.card.hidden && !this.card.contains(target) && !this.button.contains(target)) this.toggle();
    });
    call.addEventListener("down", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
    call.addEventListener("change", () => this.refresh());
    setInterval(() => this.measure(), EVERY_MS);
  }

  toggle() {
    this.card.hidden = !this.card.hidden;
    this.button.setAttribute("aria-expanded", String(!this.card.hidden));
    this.refresh();
  }

  async measure() {
    const peer = this.call.picture.session?.peer;
    if (peer === undefined || this.call.picture.state !== "up") return this.forget();
    const sums = sumsOf(await peer.getStats());
    const before = this.before ?? sums;
    const lost = Math.max(0, sums.lost - before.lost);
    const all = lost + Math.max(0, sums.received - before.received);
    this.now = {
      rttMs: sums.rttMs,
      loss: all === 0 ? null : lost / all,
      bps: (Math.max(0, sums.bytes - before.bytes) * 8000) / EVERY_MS,
    };
    this.before = sums;
    this.sums = sums;
    this.refresh();
  }

  forget() {
    this.before = null;
    this.sums = null;
    this.now = { rttMs: null, loss: null, bps: 0 };
    this.refresh();
  }

  /** The worse of what is measured here and what the daemon sees of what is sent to it. */
  get verdict() {
    if (this.call.isDown) return "lost";
    if (this.call.picture.state !== "up") return this.call.picture.wanted ? "lost" : "unknown";
    const here = qualityOf({ rtt_ms: this.now.rttMs, loss_ratio: this.now.loss });
    const there = this.call.me === null ? "unknown" : qualityOf(this.call.me);
    return ["poor", "fair", "good"].find((word) => word === here || word === there) ?? "unknown";
  }

  refresh() {
    const { t } = this.i18n;
    const { verdict } = this;
    const shown = verdict + this.i18n.language;
    if (this.button.dataset.shown !== shown) {
      const bars = element(
        "span",
        { class: "bars", data: { quality: verdict } },
        ...[1, 2, 3].map(() => element("i")),
      );
      this.button.replaceChildren(verdict === "lost" ? icon("warning") : bars, t(`quality.${verdict}`));
      this.button.dataset.shown = shown;
      this.button.dataset.quality = verdict;
    }
    if (this.card.hidden) return;
    const { rttMs, loss, bps } = this.now;
    const { me } = this.call;
    const rows = [
      ["quality.rtt", decimal(rttMs, 0, " ms")],
      ["quality.loss", percent(loss)],
      ["quality.rate", this.sums === null ? "–" : bitrate(bps)],
      ["quality.picture", `${size(this.sums ?? {})}  ${decimal(this.sums?.fps, 0, " fps")}`],
      ["quality.loss.up", percent(me?.loss_ratio)],
      ["quality.people", t(`line.${this.call.people.state}`)],
    ];
    const cells = rows.flatMap(([key, value]) => [element("dt", {}, t(key)), element("dd", {}, value)]);
    this.card.replaceChildren(element("dl", {}, ...cells));
  }

  close() {
    if (!this.card.hidden) this.toggle();
  }
}

/** @param {RTCStatsReport} report @returns {Sums} */
function sumsOf(report) {
  /** @type {Sums} */
  const sums = { rttMs: null, lost: 0, received: 0, bytes: 0, width: 0, height: 0, fps: null };
  for (const stats of report.values()) {
    if (stats.type === "candidate-pair" && stats.nominated && stats.currentRoundTripTime !== undefined) {
      sums.rttMs = stats.currentRoundTripTime * 1000;
    }
    if (stats.type !== "inbound-rtp") continue;
    sums.lost += stats.packetsLost ?? 0;
    sums.received += stats.packetsReceived ?? 0;
    sums.bytes += stats.bytesReceived ?? 0;
    if (stats.kind !== "video") continue;
    sums.width = stats.frameWidth ?? 0;
    sums.height = stats.frameHeight ?? 0;
    sums.fps = stats.framesPerSecond ?? null;
  }
  return sums;
}
