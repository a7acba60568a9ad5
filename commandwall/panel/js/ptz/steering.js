/** Steering one camera: directions are held and let go, commands go out one after the other. */

/** How often a movement is repeated; the daemon ends one that is not, after 1.5 s. */
const REPEAT_MS = 500;
/** Of full speed: presets go the long ways. */
const SPEED = 0.5;

/**
 * @typedef {"up" | "down" | "left" | "right" | "in" | "out"} Direction
 * @typedef {object} Command
 * @property {string} verb
 * @property {number} [pan]
 * @property {number} [tilt]
 * @property {number} [zoom]
 * @property {string} [preset]
 */

/** @type {Record<Direction, [number, number, number]>} pan, tilt, zoom */
const AXES = {
  up: [0, 1, 0],
  down: [0, -1, 0],
  left: [-1, 0, 0],
  right: [1, 0, 0],
  in: [0, 0, 1],
  out: [0, 0, -1],
};

/** @param {Iterable<Direction>} held @returns {Command} the movement of all directions that are held */
function movement(held) {
  let [pan, tilt, zoom] = [0, 0, 0];
  for (const direction of held) {
    const [x, y, z] = AXES[direction];
    [pan, tilt, zoom] = [pan + x * SPEED, tilt + y * SPEED, zoom + z * SPEED];
  }
  return { verb: "move", pan, tilt, zoom };
}

export class Steering {
  /**
   * @param {(command: Command) => Promise<unknown>} send
   * @param {(error: unknown) => void} onFailure
   */
  constructor(send, onFailure) {
    this.send = send;
    this.onFailure = onFailure;
    /** @type {Set<Direction>} */
    this.held = new Set();
    /** Pressed and not sent yet, though it may have been let go meanwhile. @type {Set<Direction>} */
    this.due = new Set();
    this.running = false;
    this.wake = () => {};
  }

  /** @param {Direction} direction */
  press(direction) {
    if (this.held.has(direction)) return;
    this.held.add(direction);
    this.due.add(direction);
    this.go();
  }

  /** @param {Direction} direction */
  release(direction) {
    if (this.held.delete(direction)) this.wake();
  }

  releaseAll() {
    this.held.clear();
    this.due.clear();
    this.wake();
  }

  /** Moves as long as anything is held, then stops; a failure ends the movement, and is told. */
  async go() {
    this.wake();
    if (this.running) return;
    this.running = true;
    try {
      while (this.moves) {
        while (this.moves) {
          const sent = this.take();
          await this.send(movement(sent));
          if ([...sent].join() === [...this.held].join() && this.due.size === 0) await this.pause();
        }
        await this.send({ verb: "stop" });
      }
    } catch (error) {
      this.held.clear();
      this.due.clear();
      this.onFailure(error);
    } finally {
      this.running = false;
    }
  }

  get moves() {
    return this.held.size > 0 || this.due.size > 0;
  }

  /** What the next command has to say: a tap too short to be seen held is a movement all the same. */
  take() {
    const directions = new Set([...this.held, ...this.due]);
    this.due.clear();
    return directions;
  }

  /** Waits until the movement has to be repeated, or what is held changes. */
  pause() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REPEAT_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}
