/** A page of few words: why there is no call, or not yet, and what can be done about it. */

import { byId, icon } from "../base/dom.js";

/** @typedef {"noanswer" | "refused" | "scheduled" | "lobby" | "ended" | "removed" | "left"} Kind */

/** @type {Record<Kind, string>} */
const MARKS = {
  noanswer: "warning",
  refused: "lock",
  scheduled: "time",
  lobby: "time",
  ended: "phone_down",
  removed: "phone_down",
  left: "phone_down",
};

export class Plain {
  /** @param {import("../base/i18n.js").I18n} i18n */
  constructor(i18n) {
    this.i18n = i18n;
    /** @type {Kind | null} */
    this.kind = null;
    /** @type {Record<string, string>} */
    this.values = {};
    /** @type {import("../base/api.js").Problem | null} */
    this.problem = null;
    this.again = byId("plain-again");
    /** What the button does. @type {() => void} */
    this.act = () => {};
    this.again.addEventListener("click", () => this.act());
    i18n.addEventListener("change", () => this.refresh());
  }

  /**
   * @param {Kind} kind
   * @param {Record<string, string>} [values] for its words
   * @param {(() => void) | null} [act] goes in again, where that can be done
   * @param {import("../base/api.js").Problem | null} [problem] that is the reason
   */
  show(kind, values = {}, act = null, problem = null) {
    this.kind = kind;
    this.values = values;
    this.act = act ?? (() => {});
    this.again.hidden = act === null;
    this.problem = problem;
    document.body.dataset.step = "plain";
    document.body.dataset.plain = kind;
    this.refresh();
  }

  /** What the daemon says about it. */
  why() {
    return this.problem === null ? "" : this.i18n.problem(this.problem).detail;
  }

  refresh() {
    if (this.kind === null) return;
    const { t } = this.i18n;
    byId("plain-mark").replaceChildren(icon(MARKS[this.kind]));
    byId("plain-title").textContent = t(`plain.${this.kind}`);
    byId("plain-text").textContent = t(`plain.${this.kind}.text`, this.values);
    byId("plain-why").textContent = this.why();
    this.again.textContent = t("plain.rejoin");
  }
}
