/** What is known of one camera, under the tree, with its picture. */

import { byId, element } from "../base/dom.js";
import { bitrate, codec, decimal, size } from "../base/format.js";
import { mainTrouble } from "./store.js";

/** Events tell of states; figures and picture are read anew this often. */
const READ_EVERY_MS = 3000;
/** A picture costs the daemon what it takes, so it is read anew only after ten times as long, but not much later. */
const REST_FACTOR = 10;
const MOST_REST_MS = 12_000;
/** A request that is not answered for so long never is: the connection is gone. */
const LOST_MS = 30_000;

export class Inspector {
  /**
   * @param {import("../base/api.js").Api} api
   * @param {import("./store.js").CameraStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(api, store, i18n) {
    this.api = api;
    this.store = store;
    this.i18n = i18n;
    /** @type {string | null} */
    this.camera = null;
    this.timer = 0;
    this.askedMs = 0;
    this.tookMs = 0;
    /** Told of another camera. @type {(id: string | null) => void} */
    this.onShow = () => {};
    this.picture = /** @type {HTMLImageElement} */ (byId("camera-picture"));
    this.picture.addEventListener("load", () => this.answered(true));
    this.picture.addEventListener("error", () => this.answered(false)); // which costs the daemon as much
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {string | null} id */
  show(id) {
    if (id === this.camera) return;
    this.camera = id;
    this.tookMs = 0;
    this.hidePicture();
    this.onShow(id);
    this.refresh();
    this.keepReading();
  }

  /** Reads what is shown as long as it is shown, and somebody looks. */
  async keepReading() {
    const id = this.camera;
    if (id !== null && this.store.cameras.has(id) && !document.hidden) {
      this.readPicture(id);
      await this.readFigures(id).catch((error) => console.warn("no figures", error));
    } else if (document.hidden) this.hidePicture(); // Whoever comes back is not to take it for the present.
    if (id !== this.camera) return; // another one is read by now
    clearTimeout(this.timer);
    if (id !== null) this.timer = setTimeout(() => this.keepReading(), READ_EVERY_MS);
  }

  /** @param {string} id */
  readPicture(id) {
    if (this.store.cameras.get(id)?.state !== "live") return;
    const nowMs = Date.now();
    const sinceMs = nowMs - this.askedMs;
    if (!this.picture.complete) {
      if (sinceMs > LOST_MS) this.hidePicture();
      else this.picture.hidden = true; // What is there is old, and the next one is on its way.
    } else if (sinceMs > Math.min(REST_FACTOR * this.tookMs, MOST_REST_MS)) {
      this.askedMs = nowMs;
      this.picture.src = `/api/v1/cameras/${encodeURIComponent(id)}/snapshot.jpg?at=${nowMs}`;
    }
  }

  /** @param {boolean} shown whether the picture is there */
  answered(shown) {
    this.picture.hidden = !shown;
    this.tookMs = Date.now() - this.askedMs;
  }

  /** @param {string} id */
  readFigures(id) {
    return this.store.reread(async () => [await this.api.get(`/cameras/${encodeURIComponent(id)}`)]);
  }

  /** Takes the picture away, one that is on its way as well. */
  hidePicture() {
    this.picture.hidden = true;
    this.picture.removeAttribute("src");
  }

  refresh() {
    const camera = this.store.cameras.get(this.camera ?? "");
    byId("camera").hidden = camera === undefined;
    if (camera === undefined) return;
    if (camera.state !== "live") this.hidePicture();
    const { t, term } = this.i18n;
    const own = this.i18n.language === "zh" ? camera.reason_zh : camera.reason;
    const reason = [own, mainTrouble(camera, this.i18n)].filter(Boolean).join(" · ");
    byId("camera").dataset.state = camera.state;
    byId("camera-name").textContent = camera.name;
    byId("camera-state").textContent = term("camera", camera.state);
    byId("camera-reason").textContent = reason;
    byId("camera-reason").hidden = !reason;
    const alarm = camera.alarm ?? "";
    byId("camera-alarm").textContent = t("alarm.shown", { level: term("alarm", alarm) });
    byId("camera-alarm").hidden = alarm === "";
    byId("camera-alarm").dataset.alarm = alarm;
    const facts = [
      [t("fact.id"), camera.id],
      [t("fact.area"), this.store.areaName(camera.area)],
      [t("fact.picture"), `${codec(camera.codec)} ${size(camera)}`],
      [t("fact.rate"), `${decimal(camera.fps, 1)} fps · ${bitrate(camera.bitrate_bps)}`],
    ];
    byId("camera-facts").replaceChildren(
      ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", { title: value }, value)]),
    );
  }
}
