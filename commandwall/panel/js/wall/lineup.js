/** Buttons for those who hang and cable monitors: names on the heads, and a test pattern. */

import { byId } from "../base/dom.js";

const IDENTIFY_S = 15;
const PATTERN_S = 600;
/** For as long as the question is seen, a second press is the answer. */
const CONFIRM_MS = 8000;

export class LineUp {
  /**
   * @param {import("../base/api.js").Api} api
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {import("../widgets/toasts.js").Toasts} toasts
   */
  constructor(api, i18n, toasts) {
    this.api = api;
    this.i18n = i18n;
    this.toasts = toasts;
    /** @type {import("./arrangement.js").Wall | null} */
    this.wall = null;
    this.askedAtMs = -Infinity;
    this.names = byId("identify");
    this.pattern = byId("test-pattern");
    this.names.addEventListener("click", () => toasts.report(this.toggleNames()));
    this.pattern.addEventListener("click", () => toasts.report(this.togglePattern()));
  }

  /** @param {import("./arrangement.js").Wall} wall @param {boolean} readOnly */
  show(wall, readOnly) {
    this.wall = wall;
    const patterns = showsPattern(wall);
    this.names.setAttribute("aria-pressed", String(wall.identifying));
    this.pattern.setAttribute("aria-pressed", String(patterns));
    for (const button of [this.names, this.pattern]) button.toggleAttribute("disabled", readOnly);
  }

  async toggleNames() {
    const seconds = this.wall?.identifying ? 0 : IDENTIFY_S;
    await this.call("POST", "/identify", { seconds });
  }

  /** Pictures of an emergency are not taken away by one slip of the hand. */
  async togglePattern() {
    if (this.wall === null) return;
    if (showsPattern(this.wall)) {
      await this.call("DELETE", "/test-pattern");
      return;
    }
    if (performance.now() - this.askedAtMs > CONFIRM_MS) {
      this.askedAtMs = performance.now();
      this.toasts.show("warning", this.i18n.t("lineup.confirm"));
      return;
    }
    this.askedAtMs = -Infinity;
    await this.call("PUT", "/test-pattern", { seconds: PATTERN_S });
    this.toasts.show("info", this.i18n.t("lineup.on"));
  }

  /** @param {string} method @param {string} part @param {object} [body] */
  async call(method, part, body) {
    if (this.wall === null) return;
    await this.api.call(method, `/walls/${encodeURIComponent(this.wall.id)}${part}`, { body });
  }
}

/** @param {import("./arrangement.js").Wall} wall @returns {boolean} whether it or one of its heads does */
function showsPattern(wall) {
  return wall.test_pattern || wall.heads.some((head) => head.test_pattern);
}
