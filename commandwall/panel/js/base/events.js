/** The stream of what happens in the daemon, resumed after a break so that nothing is missed. */

import { socketUrl } from "./api.js";
import { Backoff } from "./backoff.js";

/** Walls report about once a second; a socket this quiet is taken for dead. */
const SILENCE_MS = 10_000;

/**
 * Dispatches each message as an event named after its type, with the message as `detail`; besides
 * these, `up` and `down` when the connection comes and goes.
 */
export class EventStream extends EventTarget {
  /** @param {string} path below `/api/v1`, which may have a query */
  constructor(path = "/events") {
    super();
    this.path = path;
    this.backoff = new Backoff();
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {number | null} */
    this.lastSeq = null;
    this.up = false;
    this.watchdog = 0;
    this.retry = 0;
  }

  /** Connects, and stays connected until the page goes. */
  open() {
    const separator = this.path.includes("?") ? "&" : "?";
    const after = this.lastSeq === null ? "" : `${separator}after=${this.lastSeq}`;
    const socket = new WebSocket(socketUrl(this.path + after));
    this.socket = socket;
    socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    socket.addEventListener("close", () => this.lost(socket));
    this.watch();
  }

  /** @param {{seq: number, type: string}} message */
  receive(message) {
    this.lastSeq = message.seq;
    this.watch();
    if (!this.up) {
      this.up = true;
      this.backoff.reset();
      this.dispatchEvent(new CustomEvent("up"));
    }
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.abandon(), SILENCE_MS);
  }

  /** Gives up a socket that says nothing: its own `close` may take minutes on a dead link. */
  abandon() {
    const socket = this.socket;
    if (socket === null) return;
    socket.close();
    this.lost(socket);
  }

  /** @param {WebSocket} socket */
  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.watchdog);
    this.up = false;
    this.dispatchEvent(new CustomEvent("down"));
    this.retry = setTimeout(() => this.open(), this.backoff.next());
  }

  /** Listens no longer. */
  close() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.watchdog);
    clearTimeout(this.retry);
    socket?.close();
  }
}
