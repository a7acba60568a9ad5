/** One person's part in a conference: what is sent, what is received, and what the daemon tells. */

import { Api, Problem } from "../base/api.js";
import { EventStream } from "../base/events.js";
import { hasContent } from "../conference/state.js";
import { publish, watch } from "../webrtc/session.js";
import { Line } from "./line.js";

/** Text is to stay sharp; there need not be many pictures of it. */
const SHARED = { video: { frameRate: { max: 15 } }, audio: false };

/**
 * @typedef {import("../conference/state.js").Conference} Conference
 * @typedef {import("./devices.js").Kind} Kind
 * @typedef {object} Invitation
 * @property {string} conference
 * @property {string} conference_name
 * @property {string} participant
 * @property {string} name
 * @property {string} role chair, member or site
 * @property {string} expires_at RFC 3339
 */

/**
 * Dispatches `change` when the conference or a connection has changed, `up` and `down` as the daemon comes
 * and goes, `refused` when the token holds no longer, `shareRefused` when another one shows content.
 */
export class Call extends EventTarget {
  /**
   * @param {string} token
   * @param {Invitation} invitation what it says
   * @param {import("./devices.js").Devices} devices
   */
  constructor(token, invitation, devices) {
    super();
    this.invitation = invitation;
    this.devices = devices;
    this.api = new Api(() => this.tell("refused"), token);
    this.path = `/conferences/${encodeURIComponent(invitation.conference)}`;
    const place = `${encodeURIComponent(invitation.conference)}/${encodeURIComponent(invitation.participant)}`;
    const whep = `/whep/conferences/${place}`;
    const whip = `/whip/conferences/${place}`;
    /** @type {Conference | null} */
    this.conference = null;
    /** The screen that is shared. @type {MediaStream | null} */
    this.screen = null;
    this.people = new Line(() => publish(whip, devices.stream, token));
    this.picture = new Line(() => watch(whep, ["video", "audio"], token));
    this.content = new Line(() => watch(`${whep}/content`, ["video"], token));
    this.sharing = new Line(() => publish(`${whip}/content`, this.screen ?? new MediaStream(), token));
    this.lines = [this.people, this.picture, this.content, this.sharing];
    for (const line of this.lines) line.addEventListener("change", () => this.tell("change"));
    // A device may be allowed, or plugged in, long after the button was pressed.
    devices.addEventListener("change", () => this.send());
    this.people.addEventListener("change", () => this.people.state === "up" && this.send());
    this.sharing.addEventListener("change", () => this.checkShare());
    this.events = new EventStream({ path: `${this.path}/events?token=${encodeURIComponent(token)}` });
    this.events.addEventListener("conference", (event) =>
      this.receive(/** @type {CustomEvent} */ (event).detail.conference),
    );
    this.events.addEventListener("replaced", (event) => this.giveWay(/** @type {CustomEvent} */ (event).detail));
    this.events.addEventListener("up", () => this.up());
    this.events.addEventListener("hello", (event) => this.greeted(/** @type {CustomEvent} */ (event).detail));
    this.events.addEventListener("down", () => this.down());
    this.joined = false;
    /** Whether the daemon does not answer, as far as is known. */
    this.isDown = false;
    /** Whether it answers again and has not yet said whether it is the same one. */
    this.returned = false;
  }

  /** The participant that this page is. */
  get me() {
    const { participant } = this.invitation;
    return this.conference?.participants.find(({ id }) => id === participant) ?? null;
  }

  /** Whether one has muted oneself, on this page or as far as the daemon knows. */
  get muted() {
    return !this.devices.on.audio || (this.me?.muted_by_self ?? false);
  }

  /** Whether verbs of the chair may be used here. */
  get chairing() {
    return this.me !== null && this.conference?.chair === this.me.id;
  }

  /** Whether the chair may be taken here. */
  get mayChair() {
    return this.me?.role === "chair";
  }

  /** Reads the conference once, before anything is sent. @throws {Problem} */
  async look() {
    this.conference = await this.api.get(this.path);
    this.tell("change");
  }

  /** Listens, sends what there is to send, and shows what there is to see. */
  join() {
    this.joined = true;
    this.events.open();
    this.picture.open();
    this.send();
    this.follow();
    // The daemon still has a mute of before this page was loaded; here there may be a newer one.
    const quiet = !this.devices.on.audio;
    if (quiet !== this.me?.muted_by_self) this.mute(quiet).catch((error) => console.warn("not told", error));
  }

  /** Sends picture and sound as far as there are devices, each in the place of the one of its kind. */
  send() {
    if (!this.joined) return;
    const tracks = this.devices.stream.getTracks();
    if (tracks.length === 0) return this.people.close();
    if (!this.people.wanted) return this.people.open();
    const peer = this.people.session?.peer;
    if (peer === undefined) return; // What is there when it connects goes with it; then this is asked anew.
    for (const track of tracks) {
      const sender = peer.getSenders().find((each) => each.track?.kind === track.kind);
      if (sender === undefined) return this.people.restart();
      if (sender.track !== track) sender.replaceTrack(track).catch(() => this.people.restart());
    }
  }

  /** @param {Conference} conference */
  receive(conference) {
    this.conference = conference;
    this.follow();
    this.tell("change");
  }

  /** Watches the content of others while there is any. */
  follow() {
    const there = this.conference !== null && hasContent(this.conference, this.invitation.participant);
    if (this.joined && there) this.content.open();
    else this.content.close();
  }

  /** Opens at once whatever is not well, now that there is a reason to think that it can be. */
  retry() {
    for (const line of this.lines) line.revive();
  }

  /**
   * Opens what a break has ended, once: a daemon that began anew knows none of the sessions.
   * @param {{resumed: boolean}} hello the first word of every connection, and one in every silence
   */
  greeted({ resumed }) {
    if (this.returned && resumed) this.retry();
    else if (this.returned) {
      for (const line of this.lines) if (line.wanted && line.state !== "replaced") line.restart();
    }
    this.returned = false;
  }

  /** Whether this seat was opened elsewhere, and what is sent or received here has ended by that. */
  get replaced() {
    return this.lines.some(({ state }) => state === "replaced");
  }

  /** @param {{session: string}} replaced */
  giveWay({ session }) {
    for (const line of this.lines) line.giveWay(session);
  }

  /** Opens here again what was opened elsewhere. */
  takeBack() {
    for (const line of this.lines) if (line.state === "replaced") line.restart();
  }

  up() {
    this.returned = this.isDown;
    this.isDown = false;
    this.tell("up");
  }

  down() {
    this.isDown = true;
    this.tell("down");
    // The browser does not say why a WebSocket was refused; a call does.
    this.api.get(this.path).catch((error) => console.warn("no answer", error));
  }

  /** Mutes at once; whether one may be heard again is for the daemon to say. @param {boolean} muted */
  async mute(muted) {
    if (muted) this.devices.turn("audio", false);
    await this.api.post(`${this.path}/mute`, { muted });
    if (!muted) this.devices.turn("audio", true);
  }

  /** @param {boolean} raised */
  raiseHand(raised) {
    return this.api.post(`${this.path}/hand`, { raised });
  }

  /** Shows a screen that the user chooses; `false` if none was. @returns {Promise<boolean>} */
  async share() {
    try {
      this.screen = await navigator.mediaDevices.getDisplayMedia(SHARED);
    } catch (error) {
      if (/** @type {DOMException} */ (error).name === "NotAllowedError") return false;
      throw new Problem(0, { detail: String(error) });
    }
    const [track] = this.screen.getVideoTracks();
    track.contentHint = "detail";
    track.addEventListener("ended", () => this.endShare()); // By the browser's own button.
    this.sharing.open();
    return true;
  }

  endShare() {
    for (const track of this.screen?.getTracks() ?? []) track.stop();
    this.screen = null;
    this.sharing.close();
  }

  /** A second holder of the content is refused, and one page of a seat shares: this screen is not shared then. */
  checkShare() {
    if (this.sharing.state === "replaced") return this.endShare();
    if (this.sharing.state !== "refused" || this.sharing.problem === null) return;
    const detail = this.sharing.problem;
    this.endShare();
    this.dispatchEvent(new CustomEvent("shareRefused", { detail }));
  }

  /** Leaves. @param {boolean} willing whether that is to be told */
  leave(willing) {
    if (this.joined && willing && !this.replaced)
      this.api.post(`${this.path}/leave`).catch((error) => console.warn("not told", error));
    this.joined = false;
    this.events.close();
    this.endShare();
    for (const line of this.lines) line.close();
  }

  /** @param {string} type */
  tell(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}
