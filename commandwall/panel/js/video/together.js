/** Heads of one wall in several windows of one browser: all show the same tick at the same repaint. */

/** A window that has said nothing for so long is not waited for. */
const PRESENT_MS = 500;
/** A picture is held back for the others for so long at most. */
export const MOST_WAIT_MS = 100;

export class Together {
  /**
   * @param {string} wall
   * @param {{postMessage: (message: any) => void, onmessage: any}} [channel]
   */
  constructor(wall, channel = new BroadcastChannel(`commandwall.${wall}`)) {
    this.channel = channel;
    /** Another one in each window; `crypto.randomUUID` is for pages that came by HTTPS. */
    this.id = `${Math.random()}`;
    /** The newest tick that each of the others has a picture of. @type {Map<string, {tick: number, atMs: number}>} */
    this.others = new Map();
    channel.onmessage = (/** @type {{data: {id: string, tick: number}}} */ event) =>
      this.others.set(event.data.id, { tick: event.data.tick, atMs: performance.now() });
  }

  /** Tells the others that this window has the picture of a tick. @param {number} tick */
  announce(tick) {
    this.channel.postMessage({ id: this.id, tick });
  }

  /** @param {number} tick @param {number} nowMs monotonic @returns {boolean} whether all others have it, or a later one */
  ready(tick, nowMs) {
    for (const [id, other] of this.others) {
      if (nowMs - other.atMs > PRESENT_MS) this.others.delete(id);
      else if (other.tick < tick) return false;
    }
    return true;
  }
}
