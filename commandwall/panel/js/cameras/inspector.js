/** What is known of one camera, under the tree, with its picture. */

import { byId, element } from "../base/dom.js";
import { bitrate, codec, decimal, size } from "../base/format.js";
import { mainTrouble } from "./store.js";

export class Inspector {
  /** @param {import("./store.js").CameraStore} store @param {import("../base/i18n.js").I18n} i18n */
  constructor(store, i18n) {
    this.store = store;
    this.i18n = i18n;
    /** @type {string | null} */
    this.camera = null;
    /** Told of another camera. @type {(id: string | null) => void} */
    this.onShow = () => {};
    this.picture = /** @type {HTMLImageElement} */ (byId("camera-picture"));
    this.picture.addEventListener("load", () => (this.picture.hidden = false));
    this.picture.addEventListener("error", () => (this.picture.hidden = true));
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {string | null} id */
  show(id) {
    if (id === this.camera) return;
    this.camera = id;
    this.picture.hidden = true;
    if (id !== null && this.store.cameras.get(id)?.state === "live") {
      this.picture.src = `/api/v1/cameras/${encodeURIComponent(id)}/snapshot.jpg?at=${Date.now()}`;
    }
    this.onShow(id);
    this.refresh();
  }

  refresh() {
    const camera = this.store.cameras.get(this.camera ?? "");
    byId("camera").hidden = camera === undefined;
    if (camera === undefined) return;
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
