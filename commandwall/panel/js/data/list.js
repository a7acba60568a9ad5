/** The data panels beside the cameras: picked, dragged, made and changed here. */

import { byId, element, icon } from "../base/dom.js";
import { age } from "../base/format.js";

/**
 * @typedef {import("./store.js").Panel} Panel
 * @typedef {object} Listener
 * @property {(panel: string, next: boolean) => void} onPick a panel is wanted on the wall
 * @property {(panel: Panel | null) => void} onEdit it is to be changed; `null`: a new one is to be made
 */

const REFRESH_MS = 1000;

export class PanelList {
  /**
   * @param {import("./store.js").PanelStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {Listener} listener
   */
  constructor(store, i18n, listener) {
    this.store = store;
    this.i18n = i18n;
    this.listener = listener;
    this.node = byId("data-list");
    /** Cells that show a panel. @type {(panel: string) => string[]} */
    this.cellsOf = () => [];
    this.node.addEventListener("click", (event) => this.click(event));
    this.node.addEventListener("keydown", (event) => this.key(event));
    byId("data-new").addEventListener("click", () => listener.onEdit(null));
    byId("data-toggle").addEventListener("click", () => this.fold());
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
    setInterval(() => this.refresh(), REFRESH_MS);
  }

  fold() {
    const open = this.node.hidden;
    this.node.hidden = !open;
    byId("data-toggle").setAttribute("aria-expanded", String(open));
  }

  /** Writes every row: there are dozens of panels, not hundreds. */
  refresh() {
    const panels = [...this.store.panels.values()];
    byId("data-count").textContent = String(panels.length);
    const rows = new Map([...this.node.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.panel, row]));
    const wanted = panels.map((panel) => this.fill(rows.get(panel.id) ?? this.create(panel), panel));
    if (wanted.length !== rows.size || wanted.some((row, i) => row !== this.node.children[i])) {
      this.node.replaceChildren(...wanted);
    }
  }

  /** @param {Panel} panel */
  create(panel) {
    return element(
      "div",
      { class: "data-row", role: "option", tabindex: 0, data: { panel: panel.id } },
      element("span", { class: "dot" }),
      element("span", { class: "row-name" }),
      element("span", { class: "row-note" }),
      element("span", { class: "row-cells" }),
      element("button", { class: "quiet edit", type: "button", tabindex: -1 }, icon("edit")),
    );
  }

  /** @param {Element} node @param {Panel} panel */
  fill(node, panel) {
    const { t, term } = this.i18n;
    const row = /** @type {HTMLElement} */ (node);
    const [, name, note, cells, edit] = row.children;
    const seconds = this.store.ageOf(panel);
    const told = panel.kind === "clock" ? "" : panel.at === null ? t("data.none") : age(seconds);
    row.dataset.state = this.store.stateOf(panel);
    row.title = [panel.title, told && t(this.store.isStale(panel) ? "data.stale" : "data.age", { age: told })]
      .filter(Boolean)
      .join("\n");
    name.textContent = panel.name;
    note.textContent = [term("data.kind", panel.kind), told].filter(Boolean).join(" · ");
    cells.textContent = this.cellsOf(panel.id).join(" ");
    edit.setAttribute("aria-label", t("data.edit", { name: panel.name }));
    edit.setAttribute("title", t("data.edit", { name: panel.name }));
    return row;
  }

  /** @param {EventTarget | null} target @returns {Panel | null} */
  panelAt(target) {
    const row = target instanceof Element ? target.closest(".data-row") : null;
    const id = row instanceof HTMLElement ? row.dataset.panel : undefined;
    return this.store.panels.get(id ?? "") ?? null;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const panel = this.panelAt(event.target);
    if (panel === null) return;
    if (event.target instanceof Element && event.target.closest(".edit") !== null) this.listener.onEdit(panel);
    else this.listener.onPick(panel.id, event.shiftKey);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const panel = this.panelAt(event.target);
    if (panel === null || event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.listener.onPick(panel.id, event.shiftKey);
  }
}
