/** Dragging cameras and cells into cells, with a mouse, a pen or a finger. */

/** The pointer must move so far before a press becomes a drag. */
const THRESHOLD_PX = 6;

/**
 * @typedef {object} Load what is being dragged
 * @property {string} label
 * @property {(cell: string) => void} drop
 */

export class Drag {
  /** @param {HTMLElement} ghost follows the pointer @param {import("./view.js").WallView} view */
  constructor(ghost, view) {
    this.ghost = ghost;
    this.view = view;
    /** @type {{load: Load, x: number, y: number, moving: boolean} | null} */
    this.held = null;
    window.addEventListener("pointermove", (event) => this.move(event));
    window.addEventListener("pointerup", (event) => this.up(event));
    window.addEventListener("pointercancel", () => this.end());
    window.addEventListener("keydown", (event) => this.escape(event), { capture: true });
    window.addEventListener("click", (event) => this.swallow(event), { capture: true });
    this.justDropped = false;
  }

  /**
   * Lets things be dragged out of `origin`.
   * @param {HTMLElement} origin
   * @param {(target: EventTarget | null) => Load | null} pick what lies under the pointer
   */
  from(origin, pick) {
    origin.addEventListener("pointerdown", (event) => {
      this.justDropped = false;
      if (event.button !== 0) return;
      const load = pick(event.target);
      if (load === null) return;
      // A finger's events would otherwise keep going to the element that it touched first.
      if (event.target instanceof Element) event.target.releasePointerCapture(event.pointerId);
      this.held = { load, x: event.clientX, y: event.clientY, moving: false };
    });
  }

  /** @param {PointerEvent} event */
  move(event) {
    const held = this.held;
    if (held === null) return;
    const far = Math.hypot(event.clientX - held.x, event.clientY - held.y) >= THRESHOLD_PX;
    if (!held.moving && !far) return;
    if (!held.moving) {
      held.moving = true;
      this.ghost.textContent = held.load.label;
      this.ghost.hidden = false;
      document.documentElement.classList.add("dragging");
    }
    event.preventDefault();
    this.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
    this.view.markTarget(this.under(event));
  }

  /** @param {PointerEvent} event */
  up(event) {
    const held = this.held;
    this.end();
    if (held === null || !held.moving) return;
    this.justDropped = true;
    const cell = this.under(event);
    if (cell !== null) held.load.drop(cell);
  }

  end() {
    this.held = null;
    this.ghost.hidden = true;
    this.view.markTarget(null);
    document.documentElement.classList.remove("dragging");
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== "Escape" || this.held === null) return;
    event.stopPropagation();
    this.end();
  }

  /** A drag that ends over the place it began at is no click. @param {MouseEvent} event */
  swallow(event) {
    if (!this.justDropped) return;
    this.justDropped = false;
    event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  under(event) {
    return this.view.cellAt(document.elementFromPoint(event.clientX, event.clientY));
  }
}
