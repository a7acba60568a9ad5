/** How many feeds are in each state; a click shows only those. */

import { byId, element } from "../base/dom.js";
import { CAMERA_STATES } from "../cameras/store.js";

export class Summary {
  /**
   * @param {import("../cameras/store.js").CameraStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {(states: Set<string>) => void} onFilter
   */
  constructor(store, i18n, onFilter) {
    this.store = store;
    this.i18n = i18n;
    this.onFilter = onFilter;
    /** @type {Set<string>} */
    this.states = new Set();
    byId("summary").append(...CAMERA_STATES.map((state) => this.counter(state)));
    store.addEventListener("change", () => this.refresh());
  }

  /** @param {string} state */
  counter(state) {
    return element(
      "button",
      { type: "button", "aria-pressed": "false", data: { state }, on: { click: () => this.toggle(state) } },
      element("span", { class: "dot" }),
      element("span", { data: { text: `camera.${state}` } }, this.i18n.term("camera", state)),
      element("b", {}, "0"),
    );
  }

  /** @param {string} state */
  toggle(state) {
    if (!this.states.delete(state)) this.states.add(state);
    this.refresh();
    this.onFilter(this.states);
  }

  refresh() {
    const counts = this.store.states();
    for (const node of byId("summary").querySelectorAll("button")) {
      const state = node.dataset.state ?? "";
      const count = String(counts[state]);
      const place = /** @type {HTMLElement} */ (node.lastElementChild);
      if (place.textContent !== count) place.textContent = count;
      node.classList.toggle("none", counts[state] === 0);
      node.setAttribute("aria-pressed", String(this.states.has(state)));
    }
  }
}
