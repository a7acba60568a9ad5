/** One of the connections of a conference, opened again whenever it breaks. */

import { Problem } from "../base/api.js";
import { Backoff } from "../base/backoff.js";

/** A connection that says nothing is often back by itself; after this it is opened again. */
const GRACE_MS = 2500;
/** An answer after which nothing comes is no connection; browsers take half a minute to say so. */
const CONNECT_MS = 10_000;
/** What was refused may be allowed later, but not in a moment. */
const REFUSED_MS = 5000;

/** @typedef {"idle" | "opening" | "up" | "lost" | "refused" | "replaced"} LineState */

/** Dispatches `change` whenever its state or its stream does. */
export class Line extends EventTarget {
  /** @param {() => Promise<import("../webrtc/session.js").Session>} connect */
  constructor(connect) {
    super();
    this.connect = connect;
    this.backoff = new Backoff();
    /** @type {LineState} */
    this.state = "idle";
    /** @type {import("../webrtc/session.js").Session | null} */
    this.session = null;
    /** What another page of this seat has replaced: that can be told before the answer that names it is here. */
    this.gone = /** @type {Set<string>} */ (new Set());
    /** Why it was refused. @type {Problem | null} */
    this.problem = null;
    this.timer = 0;
    /** Counts what was begun, so that an answer to something older is known for one. */
    this.attempt = 0;
  }

  get wanted() {
    return this.state !== "idle";
  }

  /** Opens it, and keeps it open. */
  open() {
    if (!this.wanted) this.restart();
  }

  /** Gives up what there is, and opens it anew at once. */
  restart() {
    this.drop();
    this.tell("opening");
    this.run(this.attempt);
  }

  /** Opens it anew at once, if it waits to do so. */
  revive() {
    if (this.state === "lost" || this.state === "refused") this.restart();
  }

  /**
   * Gives it up if it is `session`, or will be, which another page of this seat has replaced: that one would
   * be ended if this were opened again, and would open its own again.
   * @param {string} session
   */
  giveWay(session) {
    this.gone.add(session);
    this.leaveGone();
  }

  /** @returns {boolean} whether what there was is another page's now */
  leaveGone() {
    const id = this.session?.location.split("/").at(-1);
    if (id === undefined || !this.gone.has(id)) return false;
    this.drop();
    this.tell("replaced");
    return true;
  }

  close() {
    this.drop();
    this.backoff.reset();
    if (this.wanted) this.tell("idle");
  }

  /** @param {number} attempt */
  async run(attempt) {
    try {
      const session = await this.connect();
      if (attempt !== this.attempt) return session.end();
      this.session = session;
      this.problem = null;
      if (this.leaveGone()) return;
      session.onState = (state) => this.note(state);
      this.note(session.peer.connectionState);
    } catch (error) {
      if (attempt !== this.attempt) return;
      this.problem = error instanceof Problem ? error : new Problem(0, { detail: String(error) });
      const refused = this.problem.status >= 400 && this.problem.status < 500;
      this.later(refused ? REFUSED_MS : this.backoff.next());
      this.tell(refused ? "refused" : "lost"); // Last: whoever is told may close it, and then it stays closed.
    }
  }

  /** @param {RTCPeerConnectionState} state */
  note(state) {
    clearTimeout(this.timer);
    if (state === "new" || state === "connecting") this.later(CONNECT_MS);
    else if (state === "connected") {
      this.backoff.reset();
      this.tell("up");
    } else if (state === "disconnected") {
      this.later(GRACE_MS);
      this.tell("lost");
    } else if (state === "failed" || state === "closed") {
      this.later(this.backoff.next());
      this.tell("lost");
    }
  }

  /** @param {number} waitMs */
  later(waitMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.drop();
      this.run(this.attempt);
    }, waitMs);
  }

  drop() {
    clearTimeout(this.timer);
    this.attempt += 1;
    this.session?.end();
    this.session = null;
  }

  /** @param {LineState} state */
  tell(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("change"));
  }
}
