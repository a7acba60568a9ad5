/** A call into a conference: who calls, and whether to go. */

import { element, icon } from "../base/dom.js";

/** How often it sounds, and how long, in seconds; and how high, in Hz. */
const RING = { everyS: 3, lengthS: 0.6, hz: 660, loudness: 0.15 };

/**
 * @typedef {object} Call
 * @property {string} conference
 * @property {string} conference_name
 * @property {string} by who calls
 * @property {string} role member, site or chair
 * @property {string} state ringing, or how it ended
 *
 * @typedef {object} Parts
 * @property {import("../base/api.js").Api} api
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("./toasts.js").Toasts} toasts
 * @property {import("../base/events.js").EventStream} events
 */

export class Ringing {
  /** @param {Parts} parts */
  constructor({ api, i18n, toasts, events }) {
    this.api = api;
    this.i18n = i18n;
    this.toasts = toasts;
    /** What rings, by conference. @type {Map<string, Call>} */
    this.calls = new Map();
    this.node = element("div", { class: "ringing", role: "alert", hidden: true });
    document.body.append(this.node);
    this.timer = 0;
    /** @type {AudioContext | null} */
    this.sound = null;
    events.addEventListener("call", (event) => this.take(/** @type {CustomEvent} */ (event).detail.call));
    i18n.addEventListener("change", () => this.show());
  }

  /** Reads what rings already: a page may have been opened, or cut off, meanwhile. @throws {Problem} */
  async load() {
    const calls = await this.api.list("/calls");
    this.calls = new Map(calls.map((/** @type {Call} */ call) => [call.conference, call]));
    this.show();
  }

  /** @param {Call} call */
  take(call) {
    if (call.state === "ringing") this.calls.set(call.conference, call);
    else this.calls.delete(call.conference);
    this.show();
  }

  show() {
    const calls = [...this.calls.values()];
    this.node.hidden = calls.length === 0;
    this.node.replaceChildren(...calls.map((call) => this.card(call)));
    clearInterval(this.timer);
    if (calls.length === 0) return;
    this.ring();
    this.timer = setInterval(() => this.ring(), RING.everyS * 1000);
  }

  /** @param {Call} call */
  card(call) {
    const { t, term } = this.i18n;
    const accept = { type: "button", class: "primary", on: { click: () => this.accept(call) } };
    const decline = { type: "button", on: { click: () => this.decline(call) } };
    return element(
      "div",
      { data: { conference: call.conference } },
      icon("phone"),
      element(
        "p",
        {},
        element("b", {}, t("call.by", { name: call.by })),
        t("call.into", { name: call.conference_name, role: term("seat", call.role) }),
      ),
      element("button", accept, t("call.accept")),
      element("button", decline, t("call.decline")),
    );
  }

  /** @param {Call} call @param {string} answer */
  path({ conference }, answer) {
    return `/conferences/${encodeURIComponent(conference)}/call/${answer}`;
  }

  /** Goes to the conference, on a page of its own. @param {Call} call */
  async accept(call) {
    const tab = window.open("about:blank"); // Later, browsers would take it for something nobody asked for.
    const place = await this.toasts.report(this.api.post(this.path(call, "accept")));
    if (place === undefined) tab?.close();
    else if (tab !== null) tab.location.replace(place.join_url);
  }

  /** @param {Call} call */
  decline(call) {
    return this.toasts.report(this.api.post(this.path(call, "decline")));
  }

  /** Sounds once; browsers allow that on pages that somebody has used. */
  ring() {
    this.sound ??= new AudioContext();
    const tone = this.sound.createOscillator();
    const volume = this.sound.createGain();
    tone.frequency.value = RING.hz;
    volume.gain.value = RING.loudness;
    tone.connect(volume).connect(this.sound.destination);
    tone.start();
    tone.stop(this.sound.currentTime + RING.lengthS);
  }
}
