/** The pictures of a call: the conference and its content, one large or both beside each other. */

import { byId } from "../base/dom.js";
import { contentOf } from "../conference/facts.js";
import { Picture } from "./picture.js";

/** A conference picture is composed all the time; a document that is shown may stand still. */
const PEOPLE_STALE_MS = 2000;
const CONTENT_STALE_MS = 8000;
/** How the two stand, in the order in which the button goes through them. */
const ARRANGEMENTS = ["content", "beside", "people"];
const CORNERS = ["bottom-right", "bottom-left", "top-left", "top-right"];

export class Stage {
  /** @param {import("./call.js").Call} call @param {import("../base/i18n.js").I18n} i18n */
  constructor(call, i18n) {
    this.call = call;
    this.i18n = i18n;
    this.node = byId("pictures");
    this.people = new Picture(byId("people"), call.picture, i18n, PEOPLE_STALE_MS);
    this.content = new Picture(byId("content"), call.content, i18n, CONTENT_STALE_MS);
    this.people.onSilenced = (silenced) => (byId("hear").hidden = !silenced);
    this.self = /** @type {HTMLVideoElement} */ (byId("self-video"));
    /** How content and people stand while there is content. */
    this.wanted = ARRANGEMENTS[0];
    byId("hear").addEventListener("click", () => this.people.hear());
    byId("content").addEventListener("click", () => this.enlarge("content"));
    byId("people").addEventListener("click", () => this.enlarge("people"));
    byId("self").addEventListener("click", () => this.moveSelf());
    call.addEventListener("change", () => this.refresh());
    call.devices.addEventListener("change", () => this.refreshSelf());
    i18n.addEventListener("change", () => this.refresh());
  }

  get hasContent() {
    return this.call.content.wanted;
  }

  /** Goes on to the next arrangement. */
  rearrange() {
    const at = ARRANGEMENTS.indexOf(this.wanted);
    this.wanted = ARRANGEMENTS[(at + 1) % ARRANGEMENTS.length];
    this.refresh();
  }

  /** Makes the small one of the two large. @param {"content" | "people"} which */
  enlarge(which) {
    if (!this.hasContent || this.wanted === which) return;
    this.wanted = which;
    this.refresh();
  }

  /** Moves one's own picture to the next corner, away from what it covers. */
  moveSelf() {
    const at = CORNERS.indexOf(byId("self").dataset.corner ?? "");
    byId("self").dataset.corner = CORNERS[(at + 1) % CORNERS.length];
  }

  refresh() {
    const { conference } = this.call;
    this.node.dataset.arrange = this.hasContent ? this.wanted : "alone";
    byId("content").hidden = !this.hasContent;
    byId("content-name").textContent = this.i18n.t("join.content", {
      name: conference === null ? "" : contentOf(conference),
    });
    this.refreshSelf();
  }

  refreshSelf() {
    const { tracks, on } = this.call.devices;
    const video = on.video ? tracks.video : null;
    const shown = /** @type {MediaStream | null} */ (this.self.srcObject)?.getVideoTracks()[0] ?? null;
    if (shown !== video) this.self.srcObject = video === null ? null : new MediaStream([video]);
    byId("self").dataset.video = String(video !== null);
    byId("self").dataset.audio = String(on.audio && tracks.audio !== null && !(this.call.me?.muted ?? false));
    byId("self-note").textContent = this.i18n.t("join.self");
  }
}
