/** What decoding takes of this machine: now, in the top bar, and of a layout before it is taken. */

import { byId } from "../base/dom.js";

/** From this part of the budget on, little more fits. */
const NEARLY_FULL = 0.9;

/**
 * @typedef {object} Budget
 * @property {number} tiles
 * @property {number} budget_share the part of the budget that all walls take
 * @property {number} key_only tiles at key frames only
 */

export class BudgetMeter {
  /** @param {import("../base/i18n.js").I18n} i18n */
  constructor(i18n) {
    this.i18n = i18n;
    /** @type {Budget | null} */
    this.now = null;
    /** @type {{layout: string, budget: Budget} | null} */
    this.forecast = null;
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {Budget} budget as the wall is now */
  show(budget) {
    this.now = budget;
    this.refresh();
  }

  /** @param {string} layout that may be chosen next @param {Budget} budget what it would come to */
  foretell(layout, budget) {
    this.forecast = { layout, budget };
    this.refresh();
  }

  /** No other layout is looked at any more. */
  forget() {
    this.forecast = null;
    this.refresh();
  }

  refresh() {
    const { t } = this.i18n;
    if (this.now !== null) write(byId("budget"), t("budget", figures(this.now)), this.now);
    byId("budget").title = t("budget.title");
    const forecast = this.forecast;
    byId("forecast").hidden = forecast === null;
    if (forecast === null) return;
    const { layout, budget } = forecast;
    write(byId("forecast"), t("budget.forecast", { layout, ...figures(budget) }), budget);
  }
}

/** @param {Budget} budget */
function figures({ tiles, budget_share, key_only }) {
  return { tiles, percent: Math.round(100 * budget_share), key: key_only };
}

/** @param {HTMLElement} node @param {string} text @param {Budget} budget */
function write(node, text, budget) {
  if (node.textContent !== text) node.textContent = text;
  const full = budget.budget_share >= NEARLY_FULL ? "full" : "fits";
  node.dataset.budget = budget.key_only > 0 ? "cut" : full;
}
