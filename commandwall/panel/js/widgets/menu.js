/** A menu at a point of the screen. */

import { element, icon } from "../base/dom.js";

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {string} icon
 * @property {() => void} action
 * @property {boolean} [disabled]
 * @property {string} [keys] the shortcut, as written
 */

export class Menu {
  /** @param {HTMLElement} node */
  constructor(node) {
    this.node = node;
    /** @type {Element | null} */
    this.cameFrom = null;
    window.addEventListener("pointerdown", (event) => {
      if (!node.contains(/** @type {Node} */ (event.target))) this.close();
    });
    window.addEventListener("blur", () => this.close());
    node.addEventListener("keydown", (event) => this.key(event));
    node.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** @param {number} x @param {number} y @param {Item[]} items @param {string} title */
  open(x, y, items, title) {
    this.cameFrom = document.activeElement;
    this.node.replaceChildren(
      element("p", { class: "menu-title" }, title),
      ...items.map((item) => this.button(item)),
    );
    this.node.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.node;
    this.node.style.left = `${Math.max(0, Math.min(x, innerWidth - width - 8))}px`;
    this.node.style.top = `${Math.max(0, Math.min(y, innerHeight - height - 8))}px`;
    this.buttons()[0]?.focus();
  }

  get isOpen() {
    return !this.node.hidden;
  }

  close() {
    if (!this.isOpen) return;
    this.node.hidden = true;
    if (this.cameFrom instanceof HTMLElement) this.cameFrom.focus();
  }

  /** @param {Item} item */
  button(item) {
    const choose = () => {
      this.close();
      item.action();
    };
    return element(
      "button",
      { type: "button", role: "menuitem", disabled: item.disabled ?? false, on: { click: choose } },
      icon(item.icon),
      element("span", {}, item.label),
      item.keys ? element("kbd", {}, item.keys) : null,
    );
  }

  /** @returns {HTMLButtonElement[]} */
  buttons() {
    return [...this.node.querySelectorAll("button")].filter((button) => !button.disabled);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const buttons = this.buttons();
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
    if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (event.key in steps) buttons.at((at + steps[event.key]) % buttons.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
