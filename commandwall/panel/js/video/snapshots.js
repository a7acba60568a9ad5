/** A head as still pictures, one a second: for browsers that cannot show its video. */

const PERIOD_MS = 1000;
/** The wall keeps its last picture when it stops; an older one than this is not the present. */
const MOST_AGE_S = 2;
/** On a dead connection browsers wait for minutes. */
const MOST_WAIT_MS = 15_000;

export class Snapshots {
  /**
   * @param {string} wall
   * @param {string} head
   * @param {import("./screen.js").Screen} screen
   * @param {() => void} onFailed called when one does not come
   */
  constructor(wall, head, screen, onFailed) {
    this.url = `/api/v1/walls/${encodeURIComponent(wall)}/heads/${encodeURIComponent(head)}/snapshot.jpg`;
    this.screen = screen;
    this.onFailed = onFailed;
    this.timer = 0;
    this.running = false;
    this.count = 0;
  }

  start() {
    this.running = true;
    this.next();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
  }

  async next() {
    const beganMs = performance.now();
    try {
      await this.fetch();
    } catch (error) {
      // A snapshot that does not come is told by the age of the last one, like any picture.
      console.warn("no snapshot", error);
      if (this.running) this.onFailed();
    }
    const spentMs = performance.now() - beganMs;
    if (this.running) this.timer = setTimeout(() => this.next(), Math.max(100, PERIOD_MS - spentMs));
  }

  async fetch() {
    const askedMs = Date.now();
    const response = await fetch(this.url, { cache: "no-store", signal: AbortSignal.timeout(MOST_WAIT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const ageS = Number(response.headers.get("Age") ?? 0);
    if (ageS > MOST_AGE_S) throw new Error(`the snapshot is ${ageS} s old`);
    const picture = await createImageBitmap(await response.blob());
    if (!this.running) picture.close();
    else this.screen.show(picture, this.count++, askedMs);
  }
}
