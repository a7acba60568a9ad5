/** The sign that this microphone is, or may be, heard in the street: it stands there whatever else the page shows. */

import { byId } from "../base/dom.js";
import { loudspeakerName } from "./talking.js";

export class HeardSign {
  /**
   * @param {object} parts
   * @param {import("./talking.js").Talking} parts.talking
   * @param {import("./store.js").TalkStore} parts.store
   * @param {import("../cameras/store.js").CameraStore} parts.cameras
   * @param {import("../base/i18n.js").I18n} parts.i18n
   */
  constructor({ talking, store, cameras, i18n }) {
    this.talking = talking;
    this.store = store;
    this.cameras = cameras;
    this.i18n = i18n;
    byId("heard-end").addEventListener("click", () => talking.end(talking.heardAt));
    talking.addEventListener("change", () => this.refresh());
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  refresh() {
    const { heardAt } = this.talking;
    byId("heard").hidden = heardAt === "";
    if (heardAt === "") return;
    const name = loudspeakerName(heardAt, this.cameras, this.store);
    const state = this.store.of(heardAt)?.state ?? "opening"; // It was not told yet.
    byId("heard").dataset.state = state;
    const words = this.i18n.t(`heard.${state}`, { name });
    if (byId("heard-text").textContent !== words) byId("heard-text").textContent = words; // It is read out.
  }
}
