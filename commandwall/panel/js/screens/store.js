/** All shared screens, kept up to date. */

/**
 * @typedef {object} Screen
 * @property {string} id
 * @property {string} name
 * @property {string} state connecting, live or lost
 * @property {string} reason English
 * @property {string} reason_zh
 * @property {string} since RFC 3339
 * @property {string} by who shares it
 */

/** Dispatches `change`. */
export class ScreenStore extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Screen>} */
    this.screens = new Map();
  }

  /** @param {Screen[]} screens */
  load(screens) {
    this.screens = new Map(screens.map((screen) => [screen.id, screen]));
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Takes an event `screen`. @param {{screen: Screen, removed?: boolean}} event */
  receive({ screen, removed = false }) {
    if (removed) this.screens.delete(screen.id);
    else this.screens.set(screen.id, screen);
    this.dispatchEvent(new CustomEvent("change"));
  }
}
