/** The video socket of one head, kept open. */

import { socketUrl } from "../base/api.js";
import { Backoff } from "../base/backoff.js";
import { parsePacket } from "./packet.js";

/**
 * @typedef {object} SocketListener
 * @property {(config: import("./decoder.js").VideoConfig) => void} onConfig
 * @property {(packet: import("./packet.js").Packet) => void} onPacket
 * @property {() => void} onClosed the connection is gone, or could not be made
 */

export class VideoSocket {
  /** @param {string} wall @param {string} head @param {SocketListener} listener */
  constructor(wall, head, listener) {
    this.path = `/walls/${encodeURIComponent(wall)}/heads/${encodeURIComponent(head)}/video`;
    this.listener = listener;
    this.backoff = new Backoff(250, 4000);
    /** @type {WebSocket | null} */
    this.socket = null;
    /** When the newest connection was begun, monotonic. */
    this.openedAtMs = 0;
    this.retry = 0;
  }

  open() {
    const socket = new WebSocket(socketUrl(this.path));
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => this.receive(socket, event.data));
    socket.addEventListener("close", () => this.lost(socket));
    this.socket = socket;
    this.openedAtMs = performance.now();
  }

  /** Stops for good, until `open`. */
  close() {
    clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Connects anew, which brings a key frame. */
  restart() {
    if (this.socket === null) return; // it is waiting to try again already
    this.socket.close();
    this.lost(this.socket);
  }

  /** @param {WebSocket} socket @param {string | ArrayBuffer} data */
  receive(socket, data) {
    if (socket !== this.socket) return;
    if (typeof data !== "string") {
      this.backoff.reset();
      this.listener.onPacket(parsePacket(data));
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "config") this.listener.onConfig(message);
  }

  /** @param {WebSocket} socket */
  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    this.retry = setTimeout(() => this.open(), this.backoff.next());
    this.listener.onClosed();
  }
}
