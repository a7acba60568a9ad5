/** The button that shares this screen, and ends that. */

import { byId } from "../base/dom.js";
import { publish } from "../webrtc/session.js";

/** Roles that may share a screen. */
const SHARING = new Set(["operator", "leader", "admin"]);
/** Text is to stay sharp; there need not be many pictures of it. */
const FPS = 15;

/** Names that are a part of an id as they are; no user's name begins with a hyphen. */
const PLAIN = /^[A-Za-z0-9._-]{1,59}$/;
/** So much of a digest that no two names have it in common. */
const DIGEST_BYTES = 16;

export class ScreenSharing {
  /** @param {import("../base/i18n.js").I18n} i18n @param {import("../widgets/toasts.js").Toasts} toasts */
  constructor(i18n, toasts) {
    this.i18n = i18n;
    this.toasts = toasts;
    this.user = "";
    this.allowed = false;
    /** Whether a screen is chosen, or agreed upon, which takes seconds at first. */
    this.beginning = false;
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

  async begin() {
    this.beginning = true;
    this.refresh();
    try {
      await this.share();
    } finally {
      this.beginning = false;
      this.refresh();
    }
  }

  async share() {
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
    const id = await screenOf(this.user);
    const url = `/whip/screens/${encodeURIComponent(id)}?name=${encodeURIComponent(this.user)}`;
    const session = await this.toasts.report(publish(url, stream));
    if (session === undefined) return track.stop();
    if (track.readyState === "ended") return session.end(); // By the browser's own button, meanwhile.
    session.onState = (state) => {
      if (state === "failed") this.lost();
    };
    const end = () => {
      this.end = null;
      track.stop();
      session.end();
      this.refresh();
    };
    track.addEventListener("ended", end); // By the browser's own button: stopping it here tells nobody.
    this.end = end;
  }

  lost() {
    this.end?.();
    this.toasts.show("warning", this.i18n.t("share.lost"));
  }

  refresh() {
    const secure = window.isSecureContext && navigator.mediaDevices?.getDisplayMedia !== undefined;
    const { t } = this.i18n;
    this.button.hidden = !this.allowed;
    this.button.disabled = !secure || this.beginning;
    this.button.classList.toggle("on", this.end !== null);
    this.button.title = t(secure ? "share.title" : "share.insecure");
    byId("share-text").textContent = t(this.end === null ? "share.begin" : "share.end");
  }
}

/**
 * Returns the id under which a user's screen is shared, another one for every name. Pages that may share have digests.
 * @param {string} user
 */
export async function screenOf(user) {
  if (PLAIN.test(user)) return `desk-${user}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(user));
  const bytes = [...new Uint8Array(digest, 0, DIGEST_BYTES)];
  return `desk--${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
