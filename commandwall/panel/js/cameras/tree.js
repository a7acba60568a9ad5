/** The camera tree: searched, filtered, folded, and kept up to date. */

import { byId, element, icon } from "../base/dom.js";
import { VirtualList } from "../widgets/virtual.js";
import { treeRows } from "./rows.js";
import { searchTerms } from "./search.js";

const ROW_HEIGHT = 28;

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {object} Listener
 * @property {(camera: string, next: boolean) => void} onPick a camera is wanted; `next`: and go on to the
 *   next cell
 * @property {(area: string) => void} onFill an area's cameras are wanted on the whole wall
 */

export class CameraTree {
  /**
   * @param {import("./store.js").CameraStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {Listener} listener
   */
  constructor(store, i18n, listener) {
    this.store = store;
    this.i18n = i18n;
    this.listener = listener;
    this.viewport = byId("tree");
    this.search = /** @type {HTMLInputElement} */ (byId("search"));
    /** @type {import("./rows.js").View} */
    this.view = { closed: new Set(), terms: [], filter: "all" };
    /** Cells that show a camera. @type {(camera: string) => string[]} */
    this.cellsOf = () => [];
    /** @type {string | null} */
    this.active = null;
    /** @type {VirtualList<Row>} */
    this.list = new VirtualList(this.viewport, {
      rowHeight: ROW_HEIGHT,
      create: () => this.createRow(),
      fill: (node, row, index) => this.fillRow(node, row, index),
    });
    this.viewport.addEventListener("click", (event) => this.click(event));
    this.viewport.addEventListener("keydown", (event) => this.key(event));
    this.search.addEventListener("input", () => this.setTerms());
    this.search.addEventListener("keydown", (event) => this.searchKey(event));
    for (const chip of byId("filters").querySelectorAll("button")) {
      chip.addEventListener("click", () => this.setFilter(chip.dataset.filter ?? "all"));
    }
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  refresh() {
    const rows = treeRows(this.store, this.view);
    this.list.show(rows);
    byId("tree-empty").hidden = rows.length > 0 || this.store.cameras.size === 0;
    const { live = 0, stalled = 0, lost = 0, refused = 0 } = this.store.states();
    byId("count-all").textContent = String(this.store.cameras.size);
    byId("count-live").textContent = String(live);
    byId("count-trouble").textContent = String(stalled + lost + refused);
  }

  focusSearch() {
    this.search.focus();
    this.search.select();
  }

  /** Takes the search and the filter away. @returns {boolean} whether there was one */
  reset() {
    if (this.search.value === "" && this.view.filter === "all") return false;
    this.search.value = "";
    this.setFilter("all");
    this.setTerms();
    return true;
  }

  setTerms() {
    this.view.terms = searchTerms(this.search.value);
    this.refresh();
  }

  /** @param {string} filter */
  setFilter(filter) {
    this.view.filter = /** @type {import("./rows.js").View["filter"]} */ (filter);
    for (const chip of byId("filters").querySelectorAll("button")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.filter === filter));
    }
    this.refresh();
  }

  /** Unfolds the tree down to a camera and shows it. @param {string} id */
  reveal(id) {
    this.reset();
    const camera = this.store.cameras.get(id);
    let area = this.store.areas.get(camera?.area ?? "");
    while (area !== undefined) {
      this.view.closed.delete(area.id);
      area = this.store.areas.get(area.parent ?? "");
    }
    this.refresh();
    this.activate(this.list.rows.findIndex((row) => row.kind === "camera" && row.camera.id === id));
  }

  /** @param {number} index */
  activate(index) {
    const row = this.list.rows[index];
    if (row === undefined) return;
    this.active = keyOf(row);
    this.list.reveal(index);
    const slot = this.list.nodes[index - this.list.first];
    if (slot !== undefined) this.viewport.setAttribute("aria-activedescendant", slot.id);
  }

  /** @param {string} area */
  fold(area) {
    if (!this.view.closed.delete(area)) this.view.closed.add(area);
    this.refresh();
  }

  /** @param {EventTarget | null} target @returns {import("./store.js").Camera | null} */
  cameraAt(target) {
    const row = this.list.rowAt(target);
    return row?.kind === "camera" ? row.camera : null;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const row = this.list.rowAt(event.target);
    if (row === undefined) return;
    this.activate(this.list.rows.indexOf(row));
    const onFill = event.target instanceof Element && event.target.closest(".fill") !== null;
    if (row.kind === "camera") this.listener.onPick(row.camera.id, event.shiftKey);
    else if (onFill) this.listener.onFill(row.area.id);
    else this.fold(row.area.id);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const index = this.list.rows.findIndex((row) => keyOf(row) === this.active);
    const row = this.list.rows[index];
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / ROW_HEIGHT) - 1);
    const last = this.list.rows.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page };
    if (event.key in moves) this.activate(Math.max(0, Math.min(last, moves[event.key])));
    else if (event.key === "Home") this.activate(0);
    else if (event.key === "End") this.activate(last);
    else if (row === undefined || !this.keyOn(row, event)) return;
    event.preventDefault();
  }

  /** @param {Row} row @param {KeyboardEvent} event @returns {boolean} whether the key meant anything */
  keyOn(row, event) {
    if (row.kind === "camera") {
      if (event.key !== "Enter") return false;
      this.listener.onPick(row.camera.id, event.shiftKey);
      return true;
    }
    const toggles = (event.key === "ArrowRight" && !row.open) || (event.key === "ArrowLeft" && row.open);
    if (toggles || event.key === "Enter") this.fold(row.area.id);
    else if (event.key.toLowerCase() === "f") this.listener.onFill(row.area.id);
    else return false;
    return true;
  }

  /** From the search box, down goes into the results and Enter takes the first. @param {KeyboardEvent} event */
  searchKey(event) {
    const first = this.list.rows.findIndex((row) => row.kind === "camera");
    if (first < 0 || (event.key !== "ArrowDown" && event.key !== "Enter")) return;
    event.preventDefault();
    this.activate(first);
    if (event.key === "ArrowDown") this.viewport.focus();
    else this.keyOn(this.list.rows[first], event);
  }

  createRow() {
    const id = `tree-row-${this.list.nodes.length}`;
    return element(
      "div",
      { class: "tree-row", role: "treeitem", id },
      icon("chevron"),
      element("span", { class: "dot" }),
      element("span", { class: "row-name" }),
      element("span", { class: "row-note" }),
      element("span", { class: "row-cells" }),
      element("button", { class: "fill", type: "button", tabindex: -1 }, icon("fill")),
    );
  }

  /** @param {HTMLElement} node @param {Row} row @param {number} index */
  fillRow(node, row, index) {
    node.dataset.kind = row.kind;
    node.classList.toggle("active", keyOf(row) === this.active);
    node.style.setProperty("--depth", String(row.depth));
    node.setAttribute("aria-level", String(row.depth + 1));
    node.setAttribute("aria-posinset", String(index + 1));
    node.setAttribute("aria-setsize", String(this.list.rows.length));
    if (row.kind === "area") this.fillArea(node, row);
    else this.fillCamera(node, row.camera);
  }

  /** @param {HTMLElement} node @param {import("./rows.js").AreaRow} row */
  fillArea(node, { area, open }) {
    const { live, total, trouble } = area.count;
    const [, , name, note, cells, fill] = node.children;
    node.setAttribute("aria-expanded", String(open));
    delete node.dataset.alarm;
    node.dataset.state = trouble > 0 ? "trouble" : live === total ? "live" : "connecting";
    node.title = this.i18n.t("tree.area", { name: area.name, live, total, trouble });
    name.textContent = area.name;
    note.textContent = `${live}/${total}`;
    cells.textContent = "";
    fill.setAttribute("title", this.i18n.t("tree.fill", { name: area.name }));
    fill.setAttribute("aria-label", this.i18n.t("tree.fill", { name: area.name }));
  }

  /** @param {HTMLElement} node @param {import("./store.js").Camera} camera */
  fillCamera(node, camera) {
    const [, , name, note, cells] = node.children;
    const state = this.i18n.term("camera", camera.state);
    const reason = this.i18n.language === "zh" ? camera.reason_zh : camera.reason;
    const shown = this.cellsOf(camera.id);
    node.removeAttribute("aria-expanded");
    node.dataset.state = camera.state;
    if (camera.alarm) node.dataset.alarm = camera.alarm;
    else delete node.dataset.alarm;
    node.title = `${camera.name}\n${state}${reason ? ` · ${reason}` : ""}`;
    node.setAttribute("aria-label", `${camera.name} ${camera.id} ${state}`);
    name.textContent = camera.name;
    note.textContent = camera.id;
    cells.textContent = shown.length > 0 ? shown.join(" ") : "";
    cells.setAttribute(
      "title",
      shown.length > 0 ? this.i18n.t("tree.shown", { cells: shown.join(", ") }) : "",
    );
  }
}

/** @param {Row} row */
function keyOf(row) {
  return row.kind === "area" ? `area ${row.area.id}` : `camera ${row.camera.id}`;
}
