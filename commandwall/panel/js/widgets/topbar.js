/** The bar on top of the operator's and the ops team's pages. */

import { byId, element, icon } from "../base/dom.js";
import { CAMERA_STATES } from "../cameras/store.js";

/**
 * @typedef {{name: string, role: string, site: {id: string, name: string, level: string}}} Session
 */

export class TopBar {
  /**
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {import("../base/api.js").Api} api
   * @param {import("../cameras/store.js").CameraStore} store
   * @param {import("./toasts.js").Toasts} toasts
   */
  constructor(i18n, api, store, toasts) {
    this.i18n = i18n;
    this.api = api;
    this.store = store;
    this.toasts = toasts;
    /** @type {Session | null} */
    this.session = null;
    /** @type {number | null} */
    this.downSinceMs = null;
    for (const state of CAMERA_STATES) {
      byId("progress-bar").append(element("span", { data: { state } }));
    }
    byId("language").addEventListener("click", () => i18n.use(i18n.language === "zh" ? "en" : "zh"));
    byId("sign-out").addEventListener("click", () => this.signOut());
    store.addEventListener("change", () => this.progress());
    i18n.addEventListener("change", () => this.refresh());
    setInterval(() => this.tick(), 250);
    this.tick();
  }

  /** @param {Session} session */
  show(session) {
    this.session = session;
    this.refresh();
  }

  /** Says whether the daemon is there. @param {import("../base/events.js").EventStream} events */
  watch(events) {
    events.addEventListener("up", () => this.connection(true));
    events.addEventListener("down", () => this.connection(false));
  }

  /** @param {boolean} up */
  connection(up) {
    this.downSinceMs = up ? null : (this.downSinceMs ?? Date.now());
    document.documentElement.dataset.connection = up ? "up" : "down";
    this.refresh();
  }

  refresh() {
    const { t, term } = this.i18n;
    const connection = document.documentElement.dataset.connection ?? "opening";
    byId("connection-text").textContent = t(`connection.${connection}`);
    if (this.session !== null) {
      const { name, role, site } = this.session;
      byId("site").textContent = site.name;
      byId("site-level").textContent = term("level", site.level);
      byId("user").textContent = name;
      byId("user").title = t("user.role", { role: term("role", role) });
      document.title = `${t(document.body.dataset.title ?? "")} · ${site.name}`;
    }
    this.progress();
    this.tick();
  }

  progress() {
    const states = this.store.states();
    const total = this.store.cameras.size;
    const bar = byId("progress-bar");
    for (const part of bar.children) {
      const node = /** @type {HTMLElement} */ (part);
      node.style.flexGrow = String(states[node.dataset.state ?? ""]);
    }
    const text = this.i18n.t("progress", { live: states.live, total });
    byId("progress-text").textContent = text;
    const parts = CAMERA_STATES.filter((state) => states[state] > 0);
    byId("progress").title = parts
      .map((state) => `${this.i18n.term("camera", state)} ${states[state]}`)
      .join("\n");
    byId("progress").dataset.state = states.connecting > 0 ? "connecting" : "settled";
  }

  tick() {
    const now = new Date();
    const time = new Intl.DateTimeFormat(this.i18n.tag, { timeStyle: "medium", hourCycle: "h23" });
    const date = new Intl.DateTimeFormat(this.i18n.tag, { dateStyle: "medium", weekday: undefined });
    byId("clock-time").textContent = time.format(now);
    byId("clock-date").textContent = date.format(now);
    const banner = byId("banner");
    banner.hidden = this.downSinceMs === null;
    if (this.downSinceMs === null) return;
    const since = time.format(this.downSinceMs);
    const seconds = Math.floor((Date.now() - this.downSinceMs) / 1000);
    const text = this.i18n.t("connection.banner", { since, seconds });
    if (banner.textContent !== text) banner.textContent = text;
  }

  async signOut() {
    const answer = await this.toasts.report(this.api.post("/logout"));
    if (answer !== undefined) location.assign("/login"); // Else one is signed in still.
  }
}

/** Puts the icons in that a page's markup asks for with `data-icon`. */
export function placeIcons() {
  for (const node of document.querySelectorAll("[data-icon]")) {
    node.prepend(icon(/** @type {HTMLElement} */ (node).dataset.icon ?? ""));
  }
}
