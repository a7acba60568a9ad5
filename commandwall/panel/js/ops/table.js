/** The table of all feeds. */

import { byId, element, icon } from "../base/dom.js";
import { VirtualList } from "../widgets/virtual.js";
import { COLUMNS } from "./columns.js";
import { orderedFeeds } from "./order.js";

const ROW_HEIGHT = 28;

/**
 * Figures change in their place at once. Rows change places only while the pointer is elsewhere, so
 * that nothing moves away from under it.
 */
export class FeedTable {
  /** @param {import("../cameras/store.js").CameraStore} store @param {import("../base/i18n.js").I18n} i18n */
  constructor(store, i18n) {
    this.store = store;
    this.i18n = i18n;
    this.context = { areaName: store.areaName.bind(store), i18n };
    /** @type {import("./order.js").Query} */
    this.query = { column: "state", direction: 1, states: new Set(), cameras: null, terms: [] };
    this.pointed = false;
    this.body = byId("feeds");
    this.list = new VirtualList(this.body, {
      rowHeight: ROW_HEIGHT,
      create: () => this.createRow(),
      fill: (node, id, index) => this.fillRow(node, id, index),
    });
    byId("columns").append(...COLUMNS.map((column) => this.header(column)));
    this.body.addEventListener("pointerenter", () => this.point(true));
    this.body.addEventListener("pointerleave", () => this.point(false));
    store.addEventListener("change", () => this.update());
    i18n.addEventListener("change", () => this.sort());
  }

  /** Takes news: rows stay where they are while the pointer is on them. */
  update() {
    if (this.pointed) this.list.render();
    else this.sort();
    byId("held").hidden = !this.pointed;
  }

  /** @param {boolean} pointed */
  point(pointed) {
    this.pointed = pointed;
    if (!pointed) this.update();
  }

  /** Puts the rows that are asked for in order, now. */
  sort() {
    const ids = orderedFeeds(this.store, this.query, this.context);
    this.list.show(ids);
    byId("count").textContent = this.i18n.t("ops.count", {
      shown: ids.length,
      total: this.store.cameras.size,
    });
    byId("feeds-empty").hidden = ids.length > 0 || this.store.cameras.size === 0;
    for (const node of byId("columns").children) this.markHeader(/** @type {HTMLElement} */ (node));
  }

  /** @param {import("./columns.js").Column} column */
  header({ id, figure = false }) {
    const label = element("span", { data: { text: `column.${id}` } }, this.i18n.t(`column.${id}`));
    const button = element(
      "button",
      { type: "button", on: { click: () => this.sortBy(id) } },
      label,
      icon("sort"),
    );
    return element(
      "div",
      { role: "columnheader", class: figure ? "figure" : null, data: { column: id } },
      button,
    );
  }

  /** @param {HTMLElement} node */
  markHeader(node) {
    const sorted = node.dataset.column === this.query.column;
    const direction = this.query.direction === 1 ? "ascending" : "descending";
    node.setAttribute("aria-sort", sorted ? direction : "none");
  }

  /** Sorts by a column; once more turns the order round. @param {string} column */
  sortBy(column) {
    const again = this.query.column === column;
    this.query.direction = again && this.query.direction === 1 ? -1 : 1;
    this.query.column = column;
    this.sort();
  }

  createRow() {
    const cells = COLUMNS.map(({ id, figure }) =>
      element("div", { role: "cell", class: figure ? "figure" : null, data: { column: id } }),
    );
    cells[0].append(element("span", { class: "dot" }), element("span"));
    return element("div", { class: "feed", role: "row" }, ...cells);
  }

  /** @param {HTMLElement} node @param {string} id @param {number} index */
  fillRow(node, id, index) {
    const camera = this.store.cameras.get(id);
    if (camera === undefined) return;
    node.setAttribute("aria-rowindex", String(index + 1));
    node.classList.toggle("odd", index % 2 === 1);
    COLUMNS.forEach((column, at) => {
      const text = column.text(camera, this.context);
      const cell = /** @type {HTMLElement} */ (node.children[at]);
      const place = at === 0 ? cell.children[1] : cell;
      if (place.textContent !== text) place.textContent = text;
      if (column.id === "reason" || column.id === "name") cell.title = text;
    });
    /** @type {HTMLElement} */ (node.children[0]).dataset.state = camera.state;
  }
}
