/** What is drawn over pictures, as the operator changes it: alarms of cameras, banner and labels of a wall. */

import { byId } from "../base/dom.js";

const LABELS = ["name", "area", "time", "state", "age", "bitrate"];

/**
 * @typedef {{text: string, level: string, ticker: boolean}} Banner
 * @typedef {{wall: string, labels: Record<string, string>, banner: Banner | null}} Overlays
 */

export class OverlayDialogs {
  /**
   * @param {import("../base/api.js").Api} api
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {import("../widgets/toasts.js").Toasts} toasts
   */
  constructor(api, i18n, toasts) {
    this.api = api;
    this.i18n = i18n;
    this.toasts = toasts;
    /** @type {Overlays | null} */
    this.shown = null;
    this.camera = "";
    this.alarm = /** @type {HTMLDialogElement} */ (byId("alarm-dialog"));
    this.overlays = /** @type {HTMLDialogElement} */ (byId("overlays-dialog"));
    this.onSubmit("alarm-form", () => this.raiseAlarm());
    this.onSubmit("banner-form", () => this.showBanner());
    byId("banner-clear").addEventListener("click", () => this.clearBanner());
    byId("labels").addEventListener("change", (event) => {
      this.setLabel(/** @type {HTMLSelectElement} */ (event.target));
    });
    for (const dialog of [this.alarm, this.overlays]) {
      dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
    }
  }

  /** @param {string} id @param {() => Promise<void>} work */
  onSubmit(id, work) {
    byId(id).addEventListener("submit", (event) => {
      event.preventDefault();
      this.toasts.report(work());
    });
  }

  /** Asks what is the matter with a camera. @param {{id: string, name: string}} camera */
  openAlarm(camera) {
    this.camera = camera.id;
    byId("alarm-camera").textContent = camera.name;
    this.alarm.showModal();
  }

  async raiseAlarm() {
    const body = {
      level: field("alarm-level").value,
      text: field("alarm-text").value,
      flash: field("alarm-flash").checked,
    };
    await this.api.call("PUT", `/cameras/${encodeURIComponent(this.camera)}/alarm`, { body });
    this.alarm.close();
  }

  /** @param {string} camera */
  clearAlarm(camera) {
    this.toasts.report(this.api.call("DELETE", `/cameras/${encodeURIComponent(camera)}/alarm`));
  }

  /** Shows what is drawn over a wall, to be changed. @param {string} wall */
  async openOverlays(wall) {
    this.shown = null;
    this.show(await this.api.get(`${path(wall)}/overlays`));
    this.overlays.showModal();
  }

  /** Takes an event `overlays`. @param {Overlays} overlays */
  receive(overlays) {
    if (this.overlays.open && overlays.wall === this.shown?.wall) this.show(overlays);
  }

  /** A banner that is on already does not take the place of the one that is being typed. @param {Overlays} overlays */
  show(overlays) {
    const { labels, banner } = overlays;
    const known = same(banner, this.shown?.banner ?? null);
    this.shown = overlays;
    for (const label of LABELS) field(`label-${label}`).value = labels[label];
    byId("banner-clear").toggleAttribute("disabled", banner === null);
    if (banner === null || known) return;
    field("banner-text").value = banner.text;
    field("banner-level").value = banner.level;
    field("banner-ticker").checked = banner.ticker;
  }

  async showBanner() {
    const body = {
      text: field("banner-text").value,
      level: field("banner-level").value,
      ticker: field("banner-ticker").checked,
    };
    this.show(await this.api.call("PUT", `${path(this.shown?.wall ?? "")}/banner`, { body }));
  }

  clearBanner() {
    this.toasts.report(this.api.call("DELETE", `${path(this.shown?.wall ?? "")}/banner`));
    field("banner-text").value = "";
  }

  /** @param {HTMLSelectElement} select */
  setLabel(select) {
    const body = { [select.id.replace("label-", "")]: select.value };
    this.toasts.report(this.api.call("PUT", `${path(this.shown?.wall ?? "")}/overlays`, { body }));
  }
}

/** @param {Banner | null} one @param {Banner | null} other */
function same(one, other) {
  return one?.text === other?.text && one?.level === other?.level && one?.ticker === other?.ticker;
}

/** @param {string} wall */
function path(wall) {
  return `/walls/${encodeURIComponent(wall)}`;
}

/** @param {string} id */
function field(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}
