/** Before the call: is this my picture, does the microphone hear me, and one button to go in. */

import { byId, element, icon } from "../base/dom.js";

/** @typedef {import("./devices.js").Kind} Kind */
const KINDS = /** @type {Kind[]} */ (["audio", "video"]);
const ICONS = { audio: ["mic", "mic_off"], video: ["camera", "camera_off"] };

export class Ready {
  /**
   * @param {import("./devices.js").Devices} devices
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {import("./call.js").Invitation} invitation
   * @param {() => void} onEnter
   */
  constructor(devices, i18n, invitation, onEnter) {
    this.invitation = invitation;
    this.devices = devices;
    this.i18n = i18n;
    this.preview = /** @type {HTMLVideoElement} */ (byId("preview"));
    byId("enter").addEventListener("click", onEnter);
    byId("try-devices").addEventListener("click", () => devices.open());
    for (const kind of KINDS) {
      const button = byId("preview-fault").parentElement?.querySelector(`[data-switch=${kind}]`);
      button?.addEventListener("click", () => devices.turn(kind, !devices.on[kind]));
      byId(`device-${kind}`).addEventListener("change", (event) =>
        devices.choose(kind, /** @type {HTMLSelectElement} */ (event.target).value),
      );
    }
    devices.meter.onLevel = (level) => this.meter(level);
    devices.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {number} level from 0 to 1 */
  meter(level) {
    const shown = this.devices.on.audio ? level : 0;
    const bar = /** @type {HTMLElement} */ (byId("meter").firstElementChild);
    bar.style.setProperty("--level", shown.toFixed(2));
    byId("meter").setAttribute("aria-valuenow", String(Math.round(shown * 100)));
  }

  async refresh() {
    const { tracks, on } = this.devices;
    const video = on.video ? tracks.video : null;
    this.preview.srcObject = video === null ? null : new MediaStream([video]);
    this.preview.hidden = video === null;
    const { name, role } = this.invitation;
    byId("entry-name").textContent = name;
    byId("entry-as").textContent = this.i18n.t("join.as", { role: this.i18n.term("seat", role) });
    this.refreshSwitches();
    this.refreshNotes();
    byId("enter-text").textContent = this.i18n.t(this.enterWord());
    for (const kind of KINDS) await this.offer(kind);
  }

  enterWord() {
    const { audio, video } = this.devices.tracks;
    if (this.devices.opening) return "join.enter";
    if (audio === null && video === null) return "join.enter.watch";
    return audio === null ? "join.enter.silent" : "join.enter";
  }

  refreshSwitches() {
    const { t } = this.i18n;
    const { tracks, on, faults } = this.devices;
    for (const kind of KINDS) {
      const button = /** @type {HTMLButtonElement} */ (document.querySelector(`[data-switch=${kind}]`));
      const open = on[kind] && tracks[kind] !== null;
      button.replaceChildren(icon(ICONS[kind][open ? 0 : 1]));
      button.classList.toggle("off", !open);
      button.disabled = tracks[kind] === null;
      button.title = t(`join.${kind}.${open ? "off" : "on"}`);
      button.setAttribute("aria-label", button.title);
    }
    const fault = faults.video;
    const missing = this.devices.opening ? "join.video.opening" : "join.video.isoff";
    const off = fault === null ? missing : `fault.video.${fault}`;
    byId("preview-fault").textContent = t(tracks.video !== null && on.video ? "join.mirror" : off);
  }

  /** Says what is missing, why, and what to do about it. */
  refreshNotes() {
    const { t } = this.i18n;
    const { audio, video } = this.devices.faults;
    const faults = [...new Set([audio, video])].filter((fault) => fault !== null);
    const notes = faults.map((fault) => {
      const both = audio === video;
      const what = both ? "join.devices.both" : fault === audio ? "join.microphone" : "join.camera";
      return element(
        "div",
        { class: "entry-note", data: { fault } },
        icon("warning"),
        element("p", {}, element("b", {}, t("join.without", { what: t(what) })), t(`fault.${fault}`)),
      );
    });
    byId("entry-notes").replaceChildren(...notes);
    byId("try-devices").hidden =
      faults.length === 0 || faults.some((it) => it === "insecure" || it === "missing");
  }

  /** @param {Kind} kind */
  async offer(kind) {
    const devices = await this.devices.list(kind);
    const now = this.devices.tracks[kind]?.getSettings().deviceId;
    const options = devices.map(({ deviceId, label }, index) =>
      element("option", { value: deviceId, selected: deviceId === now }, label || `${index + 1}`),
    );
    const none = element("option", { value: "" }, this.i18n.t(`join.${kind}.none`));
    const select = /** @type {HTMLSelectElement} */ (byId(`device-${kind}`));
    select.replaceChildren(...(options.length === 0 ? [none] : options));
    select.disabled = options.length === 0;
  }
}
