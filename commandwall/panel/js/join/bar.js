/** The large buttons under a call. */

import { byId, element, icon } from "../base/dom.js";

/**
 * @typedef {object} Button
 * @property {string} id
 * @property {() => string} icon
 * @property {() => string} label
 * @property {() => void} act
 * @property {() => boolean} [on] whether it is lit
 * @property {() => boolean} [off] whether what it switches is off, which is to be seen at once
 * @property {() => boolean} [hidden]
 * @property {() => number} [count] written on it
 * @property {() => string} [hint]
 */

export class Bar {
  /** @param {Button[]} buttons */
  constructor(buttons) {
    this.buttons = buttons;
    this.nodes = buttons.map(({ id, act }) =>
      element(
        "button",
        { type: "button", class: "tool", id: `tool-${id}`, on: { click: act } },
        element("span", { class: "tool-icon" }),
        element("span", { class: "tool-label" }),
        element("b", { class: "tool-count", hidden: true }),
      ),
    );
    byId("bar").replaceChildren(...this.nodes);
  }

  refresh() {
    this.buttons.forEach((button, index) => fill(this.nodes[index], button));
  }
}

/** @param {HTMLElement} node @param {Button} button */
function fill(node, button) {
  const [picture, label, count] = /** @type {HTMLElement[]} */ ([...node.children]);
  const name = button.icon();
  node.hidden = button.hidden?.() ?? false;
  node.classList.toggle("off", button.off?.() ?? false);
  if (button.on !== undefined) node.setAttribute("aria-pressed", String(button.on()));
  node.title = button.hint?.() ?? button.label();
  label.textContent = button.label();
  if (picture.dataset.icon !== name) picture.replaceChildren(icon(name));
  picture.dataset.icon = name;
  const number = button.count?.() ?? 0;
  count.hidden = number === 0;
  count.textContent = String(number);
}
