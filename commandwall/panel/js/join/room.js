/** The page of a call: pictures, buttons, roster, and what is to be said. */

import { byId, element, icon } from "../base/dom.js";
import { isRecorded } from "../conference/state.js";
import { Bar } from "./bar.js";
import { expiryNotice, noticeFor } from "./notices.js";
import { Outage } from "./outage.js";
import { Quality } from "./quality.js";
import { Stage } from "./stage.js";
import { callTools } from "./tools.js";

/** So wide that a roster has room beside the pictures. */
const WIDE = "(min-width: 1200px)";

/**
 * @typedef {object} Parts
 * @property {import("./call.js").Call} call
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {import("../conference/steering.js").Steering} steering
 * @property {() => void} onLeave
 */

export class Room {
  /** @param {Parts} parts */
  constructor({ call, i18n, toasts, steering, onLeave }) {
    this.call = call;
    this.i18n = i18n;
    this.toasts = toasts;
    this.steering = steering;
    this.stage = new Stage(call, i18n);
    this.quality = new Quality(call, i18n);
    this.outage = new Outage(call, i18n);
    this.bar = new Bar(callTools(this, onLeave));
    this.sideOpen = false;
    /** What the notice shown says, so that it is not built anew five times a second. */
    this.noticed = "";
    this.recorded = false;
    byId("side-close").addEventListener("click", () => this.openSide(false));
    call.addEventListener("change", () => this.refresh());
    call.addEventListener("shareRefused", (event) =>
      toasts.problem(/** @type {CustomEvent} */ (event).detail),
    );
    call.devices.addEventListener("change", () => this.refresh());
    call.devices.addEventListener("lost", (event) =>
      this.lostDevice(/** @type {CustomEvent} */ (event).detail),
    );
    document.addEventListener("visibilitychange", () => this.stayAwake());
    document.addEventListener("fullscreenchange", () => this.bar.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** Read by tests and benchmarks. */
  get figures() {
    return { people: this.stage.people.figures, content: this.stage.content.figures };
  }

  enter() {
    this.openSide(this.call.mayChair && matchMedia(WIDE).matches);
    this.stayAwake();
    this.refresh();
  }

  close() {
    this.openSide(false);
    this.quality.close();
    this.outage.end();
    if (document.fullscreenElement !== null) document.exitFullscreen();
  }

  refresh() {
    const { conference, me } = this.call;
    this.bar.refresh();
    if (conference === null) return;
    this.steering.show(conference, this.call.chairing, me?.id ?? "");
    this.tellRecording(isRecorded(conference));
    byId("side-count").textContent = String(
      conference.participants.filter(({ state }) => state === "connected").length,
    );
    this.notice();
  }

  /** How many ask the chair for something. */
  waiting() {
    const participants = this.call.conference?.participants ?? [];
    return participants.filter(({ state, hand_at_s: hand }) => state === "lobby" || hand !== null).length;
  }

  /** @param {boolean} open */
  openSide(open) {
    this.sideOpen = open;
    byId("side").hidden = !open;
    this.bar.refresh();
  }

  async switchSound() {
    const { devices } = this.call;
    const had = devices.tracks.audio !== null;
    if (!had) await this.find("audio");
    if (devices.tracks.audio === null) return;
    await this.toasts.report(this.call.mute(had && !this.call.muted));
    this.refresh();
  }

  async switchPicture() {
    const { devices } = this.call;
    if (devices.tracks.video !== null) return devices.turn("video", !devices.on.video);
    await this.find("video");
  }

  /** Tries once more to have a device, which may have been plugged in or allowed by now. @param {"audio" | "video"} kind */
  async find(kind) {
    const { devices } = this.call;
    devices.on[kind] = true;
    await devices.choose(kind);
    const fault = devices.faults[kind];
    const { t } = this.i18n;
    if (fault !== null) this.toasts.show("warning", t(`join.${kind}.none`), t(`fault.${fault}`));
  }

  /** @param {"audio" | "video"} kind */
  lostDevice(kind) {
    this.toasts.show("warning", this.i18n.t(`join.${kind}.lost`));
  }

  async share() {
    if (this.call.screen !== null) this.call.endShare();
    else await this.toasts.report(this.call.share());
    this.refresh();
  }

  fullScreen() {
    if (document.fullscreenElement !== null) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch((error) => console.warn("no full screen", error));
  }

  notice() {
    const { conference, me, invitation } = this.call;
    const said = conference === null || me === null ? null : noticeFor(conference, me, this.call.replaced);
    const expiry = expiryNotice(invitation.expires_at, Date.now());
    const notice = said ?? expiry;
    const noticed = notice === null ? "" : JSON.stringify([notice, expiry, this.i18n.language]);
    if (noticed === this.noticed) return;
    this.noticed = noticed;
    const node = byId("called");
    node.hidden = notice === null;
    if (notice === null) return;
    node.dataset.urgent = String(notice.urgent);
    const act = { type: "button", class: "primary", on: { click: () => this.act(notice.action) } };
    node.replaceChildren(
      icon(notice.urgent ? "sound" : "info"),
      element("b", {}, this.i18n.t(notice.word, notice.values)),
      notice.action === "" ? "" : element("button", act, this.i18n.t(`notice.action.${notice.action}`)),
      said === null || expiry === null ? "" : element("span", {}, this.i18n.t(expiry.word, expiry.values)),
    );
  }

  /** @param {string} action */
  act(action) {
    if (action === "hand") this.toasts.report(this.call.raiseHand(true));
    else if (action === "share") this.share();
    else if (action === "back") this.call.takeBack();
    else this.toasts.report(this.call.mute(false));
  }

  /** Nobody is recorded without being told. @param {boolean} recording */
  tellRecording(recording) {
    if (recording === this.recorded) return;
    if (recording || this.recorded) {
      this.toasts.show(recording ? "warning" : "info", this.i18n.t(`recording.${recording ? "on" : "off"}`));
    }
    this.recorded = recording;
  }

  async stayAwake() {
    if (!this.call.joined || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    await navigator.wakeLock.request("screen").catch((error) => console.warn("no wake lock", error));
  }
}
