/** Dialogs over the page, one at a time. */

import { element } from "../base/dom.js";

export class Dialog {
  /** @param {HTMLElement} node a `dialog` @param {import("../base/i18n.js").I18n} i18n */
  constructor(node, i18n) {
    this.node = /** @type {HTMLDialogElement} */ (node);
    this.i18n = i18n;
    this.node.addEventListener("click", (event) => {
      if (event.target === this.node) this.close();
    });
    // The page's own keys are for the wall, which lies behind.
    this.node.addEventListener("keydown", (event) => event.stopPropagation());
  }

  /** @param {string} title @param {...(Node | null)} content */
  open(title, ...content) {
    const close = { type: "button", class: "quiet", on: { click: () => this.close() } };
    this.node.replaceChildren(
      element("h2", {}, title),
      ...content.filter((node) => node !== null),
      element("p", { class: "dialog-end" }, element("button", close, this.i18n.t("close"))),
    );
    if (!this.node.open) this.node.showModal();
  }

  /**
   * Asks whether something is really to be done.
   * @param {string} title what it is
   * @param {string} text what follows from it
   * @param {() => void} then
   */
  confirm(title, text, then) {
    const sure = () => {
      this.close();
      then();
    };
    this.open(
      title,
      element("p", { class: "dialog-text" }, text),
      element("p", { class: "dialog-sure" }, element("button", { type: "button", class: "danger", on: { click: sure } }, title)),
    );
  }

  get isOpen() {
    return this.node.open;
  }

  close() {
    this.node.close();
  }
}
