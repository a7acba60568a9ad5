/** The pad that moves the camera in the selected cell, with the pointer and with keys. */

import { Problem, patience } from "../base/api.js";
import { Backoff } from "../base/backoff.js";
import { byId, element } from "../base/dom.js";
import { Steering } from "./steering.js";

/** @typedef {import("./steering.js").Direction} Direction */

/** @type {Record<string, Direction>} */
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
/** @type {Record<string, Direction>} */
const ZOOM = { "+": "in", "=": "in", "-": "out", _: "out" };
/** A camera that does not answer is asked again, rarely: one that refuses a password counts the tries. */
const ASK_AGAIN_MS = 5000;
const MOST_RARELY_MS = 60_000;
/** Where keys belong to something else. */
const OTHERS = "input, select, textarea, [role=tree], [role=menu]";

/**
 * @typedef {{camera: string, holder: string, remaining_s: number}} Lease
 * @typedef {object} Ptz
 * @property {Lease} lease
 * @property {boolean} pan_tilt
 * @property {boolean} zoom
 * @property {boolean} home
 * @property {{token: string, name: string}[]} presets
 */

export class PtzPad {
  /**
   * @param {import("../base/api.js").Api} api
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {import("../widgets/toasts.js").Toasts} toasts
   */
  constructor(api, i18n, toasts) {
    this.api = api;
    this.i18n = i18n;
    this.toasts = toasts;
    /** Who sits here. */
    this.user = "";
    /** @type {string | null} */
    this.camera = null;
    /** @type {Ptz | null} */
    this.ptz = null;
    /** @type {Steering | null} */
    this.steering = null;
    this.backoff = new Backoff(ASK_AGAIN_MS, MOST_RARELY_MS);
    this.timer = 0;
    /** The newest reading of the camera. */
    this.reading = {};
    this.node = byId("ptz");
    this.presets = /** @type {HTMLSelectElement} */ (byId("ptz-presets"));
    for (const button of this.node.querySelectorAll("[data-steer]")) this.wireButton(button);
    byId("ptz-home").addEventListener("click", () => this.command({ verb: "home" }));
    this.presets.addEventListener("change", () => {
      this.command({ verb: "preset", preset: this.presets.value });
      this.presets.selectedIndex = 0;
    });
    window.addEventListener("keydown", (event) => this.keyDown(event));
    window.addEventListener("keyup", (event) => this.keyUp(event));
    window.addEventListener("blur", () => this.steering?.releaseAll());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** Shows the pad for a camera, if it can be moved. @param {string | null} camera */
  async show(camera) {
    if (camera === this.camera) return;
    this.steering?.releaseAll();
    this.camera = camera;
    this.ptz = null;
    this.refresh();
    this.backoff.reset();
    if (camera !== null) {
      this.steering = new Steering(
        (command) => this.post(camera, command),
        (error) => this.failed(error),
      );
    }
    await this.read();
  }

  /** Reads everything anew: events were missed. @param {string} user who sits here */
  load(user) {
    this.user = user;
    return this.read();
  }

  /** Reads what the camera can do and who operates it; one that does not answer now is asked again. */
  async read() {
    const { camera } = this;
    const reading = (this.reading = {});
    clearTimeout(this.timer);
    if (camera === null) return;
    const ptz = await this.api.get(path(camera)).catch((error) => {
      if (this.reading === reading) this.unread(error);
      return null;
    });
    if (this.reading !== reading) return;
    if (ptz !== null) this.backoff.reset();
    this.ptz = ptz;
    this.refresh();
  }

  /** @param {Problem} error why nothing is known of the camera */
  unread(error) {
    if (error.status === 404) return; // It cannot be moved.
    const told = this.backoff.tries > 0;
    this.timer = setTimeout(() => this.read(), this.backoff.next());
    if (!told) this.failed(error);
  }

  /** Takes from the daemon's events who operates a camera. @param {Lease} lease */
  receive(lease) {
    if (this.ptz === null || lease.camera !== this.camera) return;
    this.ptz.lease = lease;
    this.refresh();
  }

  /** @param {import("./steering.js").Command} command */
  async command(command) {
    if (this.camera === null) return;
    await this.post(this.camera, command).catch((error) => this.failed(error));
  }

  /** @param {string} camera @param {import("./steering.js").Command} command */
  async post(camera, command) {
    this.receive(await this.api.post(path(camera), command, patience()));
  }

  /** @param {unknown} error */
  failed(error) {
    if (!(error instanceof Problem)) throw error;
    const { detail } = this.i18n.problem(error);
    if (error.status === 409) this.toasts.show("warning", this.i18n.t("ptz.taken"), detail);
    else this.toasts.problem(error);
  }

  refresh() {
    const { ptz } = this;
    this.node.hidden = ptz === null;
    if (ptz === null) return;
    for (const node of this.node.querySelectorAll("[data-steer]")) {
      const button = /** @type {HTMLButtonElement} */ (node);
      const zooms = button.dataset.steer === "in" || button.dataset.steer === "out";
      button.disabled = !(zooms ? ptz.zoom : ptz.pan_tilt);
    }
    /** @type {HTMLButtonElement} */ (byId("ptz-home")).disabled = !ptz.home;
    const title = element("option", { value: "" }, this.i18n.t("ptz.preset"));
    const options = ptz.presets.map(({ token, name }) => element("option", { value: token }, name || token));
    this.presets.replaceChildren(title, ...options);
    this.presets.hidden = ptz.presets.length === 0;
    const { holder } = ptz.lease;
    byId("ptz-holder").textContent =
      holder === ""
        ? this.i18n.t("ptz.free")
        : holder === this.user
          ? this.i18n.t("ptz.yours")
          : this.i18n.t("ptz.held", { name: holder });
  }

  /** @param {Element} node */
  wireButton(node) {
    const button = /** @type {HTMLButtonElement} */ (node);
    const direction = /** @type {Direction} */ (button.dataset.steer);
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.steering?.press(direction);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      button.addEventListener(end, () => this.steering?.release(direction));
    }
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.steering?.press(direction);
    });
    button.addEventListener("keyup", () => this.steering?.release(direction));
    button.addEventListener("blur", () => this.steering?.release(direction));
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (this.ptz === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(OTHERS)) return;
    const direction = event.shiftKey ? (ARROWS[event.key] ?? ZOOM[event.key]) : ZOOM[event.key];
    if (direction !== undefined) this.steering?.press(direction);
    else if (event.key === "Home" && !event.repeat) this.command({ verb: "home" });
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  keyUp(event) {
    const direction = ARROWS[event.key] ?? ZOOM[event.key];
    if (direction !== undefined) this.steering?.release(direction);
    else if (event.key === "Shift") this.steering?.releaseAll();
  }
}

/** @param {string} camera */
function path(camera) {
  return `/cameras/${encodeURIComponent(camera)}/ptz`;
}
