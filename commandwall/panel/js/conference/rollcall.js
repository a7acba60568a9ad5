/** The roll: who was called, who answered and when, who is next. */

import { element, fill, icon } from "../base/dom.js";
import { clockText } from "./facts.js";

export class RollCall {
  /**
   * @param {HTMLElement} node
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {(verb: string, target: string) => void} onVerb
   */
  constructor(node, i18n, onVerb) {
    this.node = node;
    this.i18n = i18n;
    this.onVerb = onVerb;
    /** @type {import("./state.js").Conference | null} */
    this.shown = null;
    this.chairing = false;
    node.classList.add("roll");
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {import("./state.js").Conference} conference @param {boolean} chairing */
  show(conference, chairing) {
    this.shown = conference;
    this.chairing = chairing;
    this.refresh();
  }

  refresh() {
    const conference = this.shown;
    const calling = conference?.mode === "roll_call";
    this.node.hidden = conference === null || (!calling && (conference.roll.length === 0 || !this.chairing));
    this.node.dataset.calling = String(calling);
    if (conference === null || this.node.hidden) return;
    const { roll, subject } = conference;
    fill(this.node, [roll, subject, calling, this.chairing, this.i18n.language], () => {
      const answered = roll.filter((line) => line.answered_at_s !== null).length;
      const text = this.i18n.t("roll.count", { answered, called: roll.length });
      const lines = roll.map((line) => this.line(line, calling && subject === line.participant));
      return [
        element("header", {}, element("h3", {}, this.i18n.t("roll.title")), element("span", {}, text)),
        element("ol", {}, ...lines),
        this.chairing && calling ? this.buttons() : "",
      ];
    });
  }

  /** @param {import("./state.js").Called} line @param {boolean} now */
  line(line, now) {
    const { t } = this.i18n;
    const { participant, name, called_at_s: called, answered_at_s: at } = line;
    const state = at !== null ? "answered" : now ? "called" : called === null ? "absent" : "silent";
    const said = at !== null ? clockText(this.i18n, at) : t(`roll.${state}`);
    const mark = element(
      "button",
      {
        type: "button",
        class: "quiet",
        title: t("roll.mark"),
        on: { click: () => this.onVerb("answered", participant) },
      },
      t("roll.mark"),
    );
    const offer = this.chairing && at === null && called !== null;
    return element(
      "li",
      { data: { roll: state } },
      icon(at !== null ? "check" : now ? "sound" : "close"),
      element("b", {}, name),
      element("span", {}, said),
      offer ? mark : null,
    );
  }

  buttons() {
    const { t } = this.i18n;
    const next = { type: "button", class: "primary", on: { click: () => this.onVerb("roll_call", "") } };
    const end = { type: "button", on: { click: () => this.onVerb("gallery", "") } };
    return element(
      "p",
      { class: "roll-end" },
      element("button", next, t("roll.next")),
      element("button", end, t("roll.finish")),
    );
  }
}
