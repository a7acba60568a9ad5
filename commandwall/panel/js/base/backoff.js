/** How long to wait before trying again. */

export class Backoff {
  /**
   * Waits double from `firstMs` up to `longestMs`. Each is shortened by up to a half at random, so
   * that the screens of a whole room do not come back in the same instant.
   * @param {number} firstMs
   * @param {number} longestMs
   * @param {() => number} random from 0 to 1
   */
  constructor(firstMs = 250, longestMs = 5000, random = Math.random) {
    this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.random = random;
    this.tries = 0;
  }

  /** @returns {number} milliseconds to wait now; each call counts as one failure */
  next() {
    const waitMs = Math.min(this.longestMs, this.firstMs * 2 ** Math.min(this.tries, 16));
    this.tries += 1;
    return waitMs * (1 - this.random() / 2);
  }

  /** Forgets the failures, after something worked. */
  reset() {
    this.tries = 0;
  }
}
