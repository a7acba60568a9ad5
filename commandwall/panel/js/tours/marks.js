/** Tours on the cells that they rotate: a badge that says what they do, and pauses them or lets them go on. */

import { element, icon } from "../base/dom.js";

/** @typedef {import("../scenes/programme.js").Tour} Tour */

export class TourMarks {
  /**
   * @param {import("../scenes/programme.js").Programme} programme
   * @param {import("../wall/view.js").WallView} view
   * @param {import("../widgets/toasts.js").Toasts} toasts
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(programme, view, toasts, i18n) {
    this.programme = programme;
    this.view = view;
    this.toasts = toasts;
    this.i18n = i18n;
    /** What was known of each tour, to tell when one has been paused by somebody's hand. @type {Map<string, string>} */
    this.halts = new Map();
    this.shown = "";
    programme.addEventListener("tours", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** Draws the badges anew, if anything about them is new: tours, the wall's cells, the language. */
  refresh() {
    const tours = [...this.programme.tours.values()];
    const shown = JSON.stringify([tours, this.view.shape, this.i18n.language]);
    if (shown === this.shown) return;
    this.shown = shown;
    for (const node of this.view.grid.querySelectorAll(".cell-tour")) node.remove();
    for (const tour of tours) {
      this.tellHalt(tour);
      if (tour.wall !== this.view.wall?.id || tour.state === "stopped") continue;
      for (const cell of tour.cells) this.view.nodes.get(cell)?.append(this.badge(tour));
    }
  }

  /** @param {Tour} tour */
  badge(tour) {
    const { t } = this.i18n;
    const running = tour.state === "running";
    const title = [t("tour.is", { name: tour.name, state: this.state(tour) }), t("tour.live", tour)];
    title.push(t(running ? "tour.pause.hint" : "tour.resume.hint"));
    return element(
      "button",
      {
        type: "button",
        class: "cell-tour",
        tabindex: -1,
        title: title.join("\n"),
        "aria-label": title[0],
        data: { state: tour.state, tour: tour.id },
        on: {
          pointerdown: (/** @type {Event} */ event) => event.stopPropagation(),
          dblclick: (/** @type {Event} */ event) => event.stopPropagation(),
          click: () => this.toggle(tour),
        },
      },
      icon(running ? "tour" : "pause"),
      element("span", {}, running ? `${tour.dwell_s} s` : this.state(tour)),
    );
  }

  /** @param {Tour} tour @returns {string} what it does, and why it does not go on */
  state(tour) {
    const state = this.i18n.term("tourstate", tour.state);
    return tour.halt === "" || tour.halt === "command" ? state : this.i18n.term("tourhalt", tour.halt);
  }

  /** @param {Tour} tour */
  toggle(tour) {
    this.toasts.report(this.programme.tellTour(tour.id, tour.state === "running" ? "pause" : "resume"));
  }

  /** @param {string | null} cell @returns {import("../widgets/menu.js").Item[]} what can be told to its tours */
  items(cell) {
    const { t } = this.i18n;
    return [...this.programme.tours.values()]
      .filter((tour) => tour.wall === this.view.wall?.id && cell !== null && tour.cells.includes(cell))
      .map((tour) => {
        const running = tour.state === "running";
        const label = t(running ? "tour.pause" : "tour.resume", { name: tour.name });
        return { label, icon: running ? "pause" : "tour", action: () => this.toggle(tour) };
      });
  }

  /** Says that a tour was paused because somebody touched its cell. @param {Tour} tour */
  tellHalt(tour) {
    const before = this.halts.get(tour.id);
    this.halts.set(tour.id, tour.halt);
    if (before === undefined || before === tour.halt || !["touched", "layout"].includes(tour.halt)) return;
    this.toasts.show("info", this.i18n.t("tour.is", { name: tour.name, state: this.state(tour) }));
  }
}
