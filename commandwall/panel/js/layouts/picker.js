/** The strip of layouts under the wall; one click switches. */

import { element, icon } from "../base/dom.js";
import { groupLayouts } from "./groups.js";
import { thumbnail } from "./thumbnail.js";

/** A pointer that rests so long on a layout is about to choose it; one that passes over is not. */
const CONSIDER_MS = 120;
/** Instead of a layout: the one that fits what is shown. */
const AUTO = "auto";

export class LayoutPicker {
  /**
   * @param {HTMLElement} strip
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {{onPick: (layout: string) => void, onConsider: (layout: string) => void, onLeave: () => void}} actions
   */
  constructor(strip, i18n, { onPick, onConsider, onLeave }) {
    this.strip = strip;
    this.i18n = i18n;
    this.onPick = onPick;
    this.onConsider = onConsider;
    this.onLeave = onLeave;
    this.considering = 0;
    /** @type {import("./groups.js").Layout[]} */
    this.layouts = [];
    this.aspect = 0;
    this.current = "";
  }

  /** @param {import("./groups.js").Layout[]} layouts */
  load(layouts) {
    this.layouts = layouts;
    this.draw();
  }

  /** @param {import("../wall/arrangement.js").Wall} wall */
  show(wall) {
    const aspect = wall.size[0] / wall.size[1];
    if (aspect !== this.aspect) {
      this.aspect = aspect;
      this.draw();
    }
    if (wall.layout === this.current) return;
    this.current = wall.layout;
    this.mark();
    this.strip.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  draw() {
    if (this.aspect === 0) return;
    this.strip.replaceChildren(
      this.automatic(),
      ...groupLayouts(this.layouts).map(([name, layouts]) => this.group(name, layouts)),
    );
    this.i18n.translate(this.strip);
    this.mark();
  }

  /** @param {string} name @param {import("./groups.js").Layout[]} layouts */
  group(name, layouts) {
    return element(
      "section",
      { class: "layout-group", data: { label: `layouts.${name}` } },
      element("h3", { data: { text: `layouts.${name}` } }),
      element("div", { class: "layout-row" }, ...layouts.map((layout) => this.choice(layout))),
    );
  }

  /** The layout that fits. */
  automatic() {
    const button = this.button(AUTO, icon("auto"), element("span", { data: { text: "layouts.auto" } }));
    button.dataset.hint = "layouts.auto.title";
    return element("section", { class: "layout-group automatic" }, element("h3", {}), button);
  }

  /** @param {string} id @param {...Element} content */
  button(id, ...content) {
    return element(
      "button",
      {
        type: "button",
        class: "layout",
        data: { layout: id },
        on: {
          click: () => this.onPick(id),
          pointerenter: () => this.consider(id),
          pointerleave: () => this.leave(),
        },
      },
      ...content,
    );
  }

  /** @param {import("./groups.js").Layout} layout */
  choice(layout) {
    const button = this.button(layout.id, thumbnail(layout, this.aspect), element("span", {}, layout.id));
    button.title = layout.name;
    return button;
  }

  /** @param {string} layout */
  consider(layout) {
    clearTimeout(this.considering);
    if (layout === this.current) return;
    this.considering = setTimeout(() => this.onConsider(layout), CONSIDER_MS);
  }

  leave() {
    clearTimeout(this.considering);
    this.onLeave();
  }

  mark() {
    for (const node of this.strip.querySelectorAll("[data-layout]")) {
      const current = /** @type {HTMLElement} */ (node).dataset.layout === this.current;
      node.setAttribute("aria-pressed", String(current));
    }
  }
}
