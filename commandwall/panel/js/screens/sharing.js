/** The button that shares this screen, and ends that. */

import { byId } from "../base/dom.js";
import { publish } from "../webrtc/session.js";

/** Roles that may share a screen. */
const SHARING = new Set(["operator", "leader", "admin"]);
/** Text is to stay sharp; there need not be many pictures of it. */
const FPS = 15;

export class ScreenSharing {
  /** @param {import("../base/i18n.js").I18n} i18n @param {import("../widgets/toasts.js").Toasts} toasts */
  constructor(i18n, toasts) {
    this.i18n = i18n;
    this.toasts = toasts;
    this.user = "";
    this.allowed = false;
    /** Ends what is shared. @type {(() => void) | null} */
    this.end = null;
    this.button = /** @type {HTMLButtonElement} */ (byId("share"));
    this.button.addEventListener("click", () => (this.end === null ? this.begin() : this.end()));
    window.addEventListener("pagehide", () => this.end?.());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {string} user @param {string} role */
  show(user, role) {
    this.user = user;
    this.allowed = SHARING.has(role);
    this.refresh();
  }

  /** The id under which this user's screen is shared. */
  get id() {
    return `desk-${this.user.replace(/[^A-Za-z0-9._-]/g, "-")}`.slice(0, 64);
  }

  async begin() {
    /** @type {MediaStream} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: FPS } } });
    } catch (error) {
      if (/** @type {DOMException} */ (error).name === "NotAllowedError") return; // Nothing was chosen.
      return this.toasts.show("error", this.i18n.t("share.failed"), String(error));
    }
    const track = stream.getVideoTracks()[0];
    track.contentHint = "detail";
    const url = `/whip/screens/${encodeURIComponent(this.id)}?name=${encodeURIComponent(this.user)}`;
    const session = await this.toasts.report(publish(url, stream));
    if (session === undefined) return track.stop();
    session.onState = (state) => {
      if (state === "failed") this.lost();
    };
    this.end = () => {
      this.end = null;
      track.stop();
      session.end();
      this.refresh();
    };
    track.addEventListener("ended", () => this.end?.()); // By the browser's own button.
    this.refresh();
  }

  lost() {
    this.end?.();
    this.toasts.show("warning", this.i18n.t("share.lost"));
  }

  refresh() {
    const secure = window.isSecureContext && navigator.mediaDevices?.getDisplayMedia !== undefined;
    const { t } = this.i18n;
    this.button.hidden = !this.allowed;
    this.button.disabled = !secure;
    this.button.classList.toggle("on", this.end !== null);
    this.button.title = t(secure ? "share.title" : "share.insecure");
    byId("share-text").textContent = t(this.end === null ? "share.begin" : "share.end");
  }
}
