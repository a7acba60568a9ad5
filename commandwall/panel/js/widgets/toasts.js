/** Short messages that come and go. */

import { Problem } from "../base/api.js";
import { byId, element, icon } from "../base/dom.js";

/** @type {Record<string, number>} */
const SHOWN_MS = { info: 4000, warning: 8000, error: 10_000 };
const MOST = 4;

export class Toasts {
  /** @param {import("../base/i18n.js").I18n} i18n */
  constructor(i18n) {
    this.i18n = i18n;
    this.place = byId("toasts");
  }

  /** @param {"info" | "warning" | "error"} kind @param {string} title @param {string} [detail] */
  show(kind, title, detail = "") {
    for (const old of this.place.querySelectorAll(".toast")) {
      const outdated = kind === "info" && /** @type {HTMLElement} */ (old).dataset.kind === "info";
      if (outdated || old.textContent === title + detail) old.remove();
    }
    const close = element(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": this.i18n.t("close"),
        on: { click: () => toast.remove() },
      },
      icon("close"),
    );
    const toast = element(
      "div",
      { class: "toast", data: { kind } },
      icon(kind === "info" ? "info" : "warning"),
      element("div", {}, element("b", {}, title), detail ? element("p", {}, detail) : null),
      close,
    );
    this.place.append(toast);
    while (this.place.children.length > MOST) this.place.firstElementChild?.remove();
    setTimeout(() => toast.remove(), SHOWN_MS[kind]);
  }

  /**
   * Waits for `work` and says what went wrong with it; `stale` names a change that came too late.
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T | undefined>}
   */
  async report(work) {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 412) this.show("warning", this.i18n.t("stale.title"), this.i18n.t("stale.detail"));
      else this.problem(error);
      return undefined;
    }
  }

  /** @param {Problem} problem */
  problem(problem) {
    const { title, detail } = this.i18n.problem(problem);
    this.show("error", title, detail);
  }
}
