/** The stream of what happens in the daemon, resumed after a break so that nothing is missed. */

import { socketUrl } from "./api.js";
import { Backoff } from "./backoff.js";

/** Walls report about once a second; a socket this quiet is taken for dead. */
const SILENCE_MS = 10_000;

/** @typedef {{seq: number, type: string, resumed?: boolean}} Message */

/**
 * Dispatches each message as an event named after its type, with the message as `detail`; besides
 * these, `up` and `down` when the connection comes and goes, and `unread` with the error when it is there and
 * `load` failed all the same.
 */
export class EventStream extends EventTarget {
  /**
   * @param {object} [options]
   * @param {string} [options.path] below `/api/v1`, which may have a query
   * @param {() => Promise<unknown>} [options.load] reads everything anew; called at the start and when too much
   *   was missed to be told, again and again until it succeeds. What comes while it reads is dispatched afterwards:
   *   lists that were made before it must not take its place.
   */
  constructor({ path = "/events", load = async () => {} } = {}) {
    super();
    this.path = path;
    this.load = load;
    /** Messages that came while everything is read; `null` while nothing is. @type {Message[] | null} */
    this.held = null;
    /** Whether everything is to be read, or to be read again since more was missed or the last try failed. */
    this.missed = false;
    this.reloading = false;
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

  /** @param {Message} message */
  receive(message) {
    this.lastSeq = message.seq;
    this.watch();
    if (!this.up) {
      this.up = true;
      this.backoff.reset();
      this.tell("up");
    }
    if (this.held !== null && message.type !== "hello") this.held.push(message);
    else this.tell(message.type, message);
    if (message.type === "hello" && message.resumed === false) this.reload();
  }

  /** Reads everything, and goes on with what came meanwhile. */
  async reload() {
    this.missed = true;
    if (this.reloading) return;
    this.reloading = true;
    const backoff = new Backoff();
    while (this.missed) {
      this.missed = false;
      this.held = [];
      try {
        await this.load();
        this.release();
      } catch (error) {
        this.missed = true;
        this.release(); // One list that fails must not keep what happens from the page.
        if (this.up) this.tell("unread", error);
        await new Promise((resolve) => setTimeout(resolve, backoff.next()));
      }
    }
    this.reloading = false;
  }

  /** Dispatches what was held, and what comes from now on. */
  release() {
    const held = this.held ?? [];
    this.held = null;
    for (const message of held) this.tell(message.type, message);
  }

  /** @param {string} type @param {unknown} [detail] */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
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
    this.tell("down");
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
