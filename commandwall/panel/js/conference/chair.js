/** The chair's instruments for the whole conference: how it is directed, shown, recorded, ended. */

import { element, fill, icon } from "../base/dom.js";

/** @typedef {import("./state.js").Conference} Conference */

/** How long a site is seen in a poll, in seconds. */
const DWELLS_S = [10, 15, 30, 60, 120];
/** By how much a conference is extended at a time. */
const EXTEND_MIN = 15;
/** Layouts that are made for conferences; an operator may choose any other one. */
const LOOKS = ["auto", "speaker", "lecture", "content", "pip"];
/** Modes that are begun here; lecture and broadcast are begun on somebody's row. */
const MODES = [
  ["gallery", "fill"],
  ["voice_switched", "sound"],
  ["roll_call", "roll"],
  ["poll", "tour"],
];

/**
 * @typedef {object} Order what is to be done
 * @property {string} verb
 * @property {string} [target] a participant, unless the verb says otherwise
 * @property {string} [viewer] whose picture a `watch` changes
 * @property {number} [dwell_s]
 * @property {number} [minutes]
 */

export class ChairPanel {
  /**
   * @param {HTMLElement} node
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {{onOrder: (order: Order) => void, onEnd: () => void, onCall: () => void,
   *   onContent: () => void}} listener
   */
  constructor(node, i18n, listener) {
    this.node = node;
    this.i18n = i18n;
    this.listener = listener;
    /** @type {Conference | null} */
    this.shown = null;
    /** All that may be chosen besides. @type {{id: string, name: string}[]} */
    this.layouts = [];
    /** The participant who looks, `""` for an operator. */
    this.self = "";
    this.chairing = false;
    this.dwellS = DWELLS_S[1];
    node.classList.add("chair");
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {Conference} conference @param {boolean} chairing @param {string} [self] */
  show(conference, chairing, self = "") {
    this.shown = conference;
    this.self = self;
    this.chairing = chairing;
    this.node.hidden = !chairing && !this.mayTake;
    if (!this.node.hidden) this.refresh();
  }

  /** Whether whoever looks was invited as chair, and another one holds it, or nobody. */
  get mayTake() {
    const me = this.shown?.participants.find(({ id }) => id === this.self);
    return me?.role === "chair" && this.shown?.chair !== this.self;
  }

  /** Draws anew only what has changed: levels of voices come five times a second. */
  refresh() {
    const conference = this.shown;
    if (conference === null) return;
    const { mode, subject, locked, recording, layout, chair, ends_at: endsAt } = conference;
    const shown = [
      [this.chairing, mode, subject, locked, recording, layout, chair, endsAt, conference.dwell_s],
      [conference.muted_on_entry, this.layouts.map(({ id, name }) => [id, name]), this.i18n.language],
    ];
    fill(this.node, shown, () => (this.chairing ? this.instruments(conference) : [this.taking()]));
  }

  /** @param {Conference} conference */
  instruments(conference) {
    return [
      this.modes(conference),
      conference.mode === "poll" ? this.pollRow(conference) : "",
      this.looks(conference),
      this.switches(conference),
    ];
  }

  taking() {
    const take = () => this.listener.onOrder({ verb: "take" });
    return this.button("chair", this.i18n.t("chair.take"), take, { data: { verb: "take" } });
  }

  /** @param {Conference} conference */
  modes({ mode }) {
    const { term } = this.i18n;
    const others = [[mode, mode === "lecture" ? "user" : "broadcast"]];
    const shown = [...MODES, ...(MODES.some(([name]) => name === mode) ? [] : others)];
    const buttons = shown.map(([name, picture]) => {
      const more = { "aria-pressed": String(name === mode), data: { mode: name } };
      return this.button(picture, term("mode", name), () => this.direct(name), more);
    });
    const group = { class: "chair-modes", role: "group", "aria-label": this.i18n.t("chair.modes") };
    return element("div", group, ...buttons);
  }

  /** @param {string} mode */
  direct(mode) {
    if (mode === this.shown?.mode && mode !== "roll_call") return;
    const order = mode === "poll" ? { verb: mode, dwell_s: this.dwellS } : { verb: mode };
    this.listener.onOrder(order);
  }

  /** How long each is seen while a poll goes on. @param {Conference} conference */
  pollRow({ dwell_s: now, subject }) {
    const { t } = this.i18n;
    const choose = (/** @type {Event} */ event) => {
      this.dwellS = Number(/** @type {HTMLSelectElement} */ (event.target).value);
      this.listener.onOrder({ verb: "poll", target: subject, dwell_s: this.dwellS });
    };
    const options = [...new Set([...DWELLS_S, now])]
      .sort((a, b) => a - b)
      .map((seconds) =>
        element("option", { value: seconds, selected: seconds === now }, t("chair.seconds", { seconds })),
      );
    return element(
      "label",
      { class: "chair-row" },
      t("chair.dwell"),
      element("select", { id: "dwell", on: { change: choose } }, ...options),
    );
  }

  /** @param {Conference} conference */
  switches({ locked, recording, muted_on_entry: allMuted, ends_at: endsAt }) {
    const { t } = this.i18n;
    const { onOrder, onEnd, onCall, onContent } = this.listener;
    const minutes = EXTEND_MIN;
    const buttons = [
      this.toggle("mute_all", "unmute_all", allMuted, allMuted ? "mic" : "mic_off"),
      this.toggle("record", "record_end", recording, "record"),
      this.toggle("lock", "unlock", locked, "lock"),
      this.button("time", t("chair.extend", { minutes }), () => onOrder({ verb: "extend", minutes }), {
        data: { verb: "extend" },
        disabled: endsAt === null,
      }),
      this.button("screen", t("chair.content"), onContent, { data: { verb: "present" } }),
      this.button("phone", t("chair.call"), onCall, { data: { verb: "call" } }),
      this.button("phone_down", t("chair.end"), onEnd, { class: "danger", data: { verb: "end" } }),
    ];
    const group = { class: "chair-switches", role: "group", "aria-label": t("chair.all") };
    return element("div", group, ...buttons);
  }

  /** A button for something that is so or not. @param {string} verb @param {string} end @param {boolean} on @param {string} picture */
  toggle(verb, end, on, picture) {
    const next = on ? end : verb;
    const more = { "aria-pressed": String(on), data: { verb } };
    return this.button(
      picture,
      this.i18n.t(`chair.${next}`),
      () => this.listener.onOrder({ verb: next }),
      more,
    );
  }

  /** @param {Conference} conference */
  looks({ layout }) {
    const { t, term } = this.i18n;
    const change = (/** @type {Event} */ event) =>
      this.listener.onOrder({
        verb: "layout",
        target: /** @type {HTMLSelectElement} */ (event.target).value,
      });
    const others = this.layouts.filter(({ id }) => !LOOKS.includes(id));
    const looks = LOOKS.map((id) => ({ id, name: term("look", id) }));
    const options = [{ id: "", name: t("chair.layout.mode") }, ...looks, ...others].map(({ id, name }) =>
      element("option", { value: id, selected: id === layout }, name),
    );
    return element(
      "label",
      { class: "chair-row" },
      t("chair.layout"),
      element("select", { id: "conference-layout", on: { change } }, ...options),
    );
  }

  /** @param {string} picture @param {string} words @param {() => void} act @param {Record<string, any>} more */
  button(picture, words, act, more) {
    return element("button", { type: "button", on: { click: act }, ...more }, icon(picture), words);
  }
}
