/** The red line while the server is away: what is seen is the last of it, and nothing said here is heard. */

import { byId } from "../base/dom.js";

const EVERY_MS = 500;

export class Outage {
  /** @param {import("./call.js").Call} call @param {import("../base/i18n.js").I18n} i18n */
  constructor(call, i18n) {
    this.i18n = i18n;
    this.banner = byId("banner");
    /** Since when, UTC; `null` while there is none. @type {number | null} */
    this.sinceMs = null;
    call.addEventListener("up", () => this.end());
    call.addEventListener("down", () => this.begin());
    setInterval(() => this.tell(), EVERY_MS);
  }

  begin() {
    this.sinceMs ??= Date.now();
    this.tell();
  }

  end() {
    this.sinceMs = null;
    this.tell();
  }

  tell() {
    const down = this.sinceMs !== null;
    document.documentElement.dataset.connection = down ? "down" : "up";
    this.banner.hidden = !down;
    if (this.sinceMs === null) return;
    const seconds = Math.floor((Date.now() - this.sinceMs) / 1000);
    const text = this.i18n.t("join.down", { seconds });
    if (this.banner.textContent !== text) this.banner.textContent = text;
  }
}
