/** The cells of a wall, laid over its picture. */

import { element, icon } from "../base/dom.js";
import { decimal } from "../base/format.js";
import { cameraOf } from "./arrangement.js";
import { zoomOf } from "./crop.js";

/** @typedef {import("./crop.js").Crop} Crop */

/**
 * Draws the cells and knows which one is selected. Dispatches `select` when that changes.
 * The picture itself carries names and states; cells write them only where there is no picture.
 */
export class WallView extends EventTarget {
  /**
   * @param {HTMLElement} stage gets the wall's shape
   * @param {HTMLElement} grid holds the cells
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(stage, grid, i18n) {
    super();
    this.stage = stage;
    this.grid = grid;
    this.i18n = i18n;
    /** @type {import("./arrangement.js").Wall | null} */
    this.wall = null;
    /** @type {string | null} */
    this.selected = null;
    /** @type {Map<string, HTMLElement>} */
    this.nodes = new Map();
    this.shape = "";
    /** @type {(camera: string) => string | null} the level of a camera's alarm */
    this.alarmOf = () => null;
    grid.addEventListener("pointerdown", (event) => this.select(this.cellAt(event.target)));
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {import("./arrangement.js").Wall} wall */
  show(wall) {
    this.wall = wall;
    const places = wall.tiles.map((tile) => [tile.cell, tile.rect, tile.z]);
    const shape = JSON.stringify([wall.id, wall.size, places]);
    if (shape !== this.shape) this.build(wall);
    this.shape = shape;
    if (this.selected !== null && !this.nodes.has(this.selected)) this.select(null);
    this.refresh();
  }

  /** @param {import("./arrangement.js").Wall} wall */
  build(wall) {
    const [width, height] = wall.size;
    this.stage.style.setProperty("--aspect", String(width / height));
    this.nodes = new Map();
    for (const { cell, rect, z } of wall.tiles) {
      const node = element("div", { class: "cell", role: "gridcell", tabindex: -1, data: { cell } });
      node.append(
        element("span", { class: "cell-id" }, cell),
        element("span", { class: "cell-name" }),
        element("span", { class: "cell-state" }),
        element("span", { class: "cell-zoom", hidden: true }),
        element("span", { class: "cell-pin" }, icon("pin")),
      );
      node.style.zIndex = String(z);
      node.style.left = `${(100 * rect[0]) / width}%`;
      node.style.top = `${(100 * rect[1]) / height}%`;
      node.style.width = `${(100 * rect[2]) / width}%`;
      node.style.height = `${(100 * rect[3]) / height}%`;
      this.nodes.set(cell, node);
    }
    this.grid.replaceChildren(...this.nodes.values());
    this.grid.classList.toggle("dense", wall.tiles.length > 100);
  }

  /** Writes what has changed in tiles. */
  refresh() {
    for (const tile of this.wall?.tiles ?? []) {
      const node = this.nodes.get(tile.cell);
      if (node === undefined) continue;
      const alarm = this.alarmOf(cameraOf(tile.source) ?? "");
      const signature = `${tile.state} ${tile.source} ${tile.name} ${tile.crop} ${tile.pinned} ${alarm} ${this.i18n.language}`;
      if (node.dataset.shown === signature) continue;
      node.dataset.shown = signature;
      node.dataset.state = tile.state;
      if (alarm === null) delete node.dataset.alarm;
      else node.dataset.alarm = alarm;
      node.classList.toggle("pinned", tile.pinned);
      const state = this.i18n.term("tile", tile.state);
      const name = tile.name || cameraOf(tile.source) || "";
      node.children[1].textContent = name;
      node.children[2].textContent = state;
      this.showZoom(tile.cell, tile.crop);
      node.setAttribute("aria-label", this.i18n.t("cell.label", { cell: tile.cell, name, state }));
    }
    this.mark();
  }

  /** Writes how much larger a picture is shown than the whole. @param {string} cell @param {Crop} crop */
  showZoom(cell, crop) {
    const node = this.nodes.get(cell)?.querySelector(".cell-zoom");
    if (!(node instanceof HTMLElement)) return;
    const zoom = zoomOf(crop);
    node.hidden = zoom <= 1;
    node.textContent = `${decimal(zoom, 1)}×`;
    node.title = this.i18n.t("zoom.reset");
  }

  mark() {
    for (const [cell, node] of this.nodes) {
      const selected = cell === this.selected;
      node.classList.toggle("selected", selected);
      node.setAttribute("aria-selected", String(selected));
      node.tabIndex = selected || (this.selected === null && node === this.grid.firstChild) ? 0 : -1;
    }
  }

  /** @param {string | null} cell @param {{focus?: boolean}} [options] */
  select(cell, { focus = false } = {}) {
    const changed = cell !== this.selected;
    this.selected = cell;
    this.mark();
    if (focus && cell !== null) this.nodes.get(cell)?.focus();
    if (changed) this.dispatchEvent(new CustomEvent("select"));
  }

  /** @param {EventTarget | Element | null} target @returns {string | null} the cell that an element is part of */
  cellAt(target) {
    const node = target instanceof Element ? target.closest("[data-cell]") : null;
    return node instanceof HTMLElement && this.grid.contains(node) ? (node.dataset.cell ?? null) : null;
  }

  /** @param {string | null} cell @returns {import("./arrangement.js").Tile | undefined} */
  tile(cell) {
    return this.wall?.tiles.find((tile) => tile.cell === cell);
  }

  /** The cell after the selected one, for filling cells one by one. */
  selectNext() {
    const cells = [...this.nodes.keys()];
    const index = cells.indexOf(this.selected ?? "");
    this.select(cells[(index + 1) % cells.length] ?? null);
  }

  /** Shows which cell a drag would land in. @param {string | null} cell */
  markTarget(cell) {
    for (const [id, node] of this.nodes) node.classList.toggle("target", id === cell);
  }

  /** Shows where a camera is on the wall. @param {string[]} cells */
  markCells(cells) {
    for (const [id, node] of this.nodes) node.classList.toggle("found", cells.includes(id));
  }
}
