/** What an operator can do to the wall, whichever way it is asked for: mouse, keyboard, menu, button. */

import { byId } from "../base/dom.js";
import { singleLayout } from "../layouts/groups.js";
import { NONE, cameraOf, neighbour, sourceOf } from "./arrangement.js";

/**
 * @typedef {object} Parts
 * @property {import("./session.js").WallSession} session
 * @property {import("./view.js").WallView} view
 * @property {import("../cameras/store.js").CameraStore} store
 * @property {import("../cameras/tree.js").CameraTree} tree
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../layouts/groups.js").Layout[]} layouts
 */

export class Desk {
  /** @param {Parts} parts */
  constructor(parts) {
    const { session, view, store, tree, toasts, menu, i18n, layouts } = parts;
    this.session = session;
    this.view = view;
    this.store = store;
    this.tree = tree;
    this.toasts = toasts;
    this.menu = menu;
    this.i18n = i18n;
    this.layouts = layouts;
    this.wireToolbar();
    view.grid.addEventListener("contextmenu", (event) => this.contextMenu(event));
    view.grid.addEventListener("dblclick", () => this.toggleSolo());
    view.addEventListener("select", () => this.refresh());
    session.addEventListener("wall", () => this.refresh());
    session.addEventListener("foreign", () => toasts.show("info", i18n.t("foreign.title"), i18n.t("foreign.detail")));
    i18n.addEventListener("change", () => this.refresh());
  }

  wireToolbar() {
    const actions = {
      undo: () => this.undo(),
      solo: () => this.toggleSolo(),
      empty: () => this.emptySelected(),
      clear: () => this.change(this.session.clear()),
    };
    for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  }

  /** Waits for a change and tells of its failure. @template T @param {Promise<T>} work */
  async change(work) {
    byId("stage").classList.add("changing");
    const result = await this.toasts.report(work);
    byId("stage").classList.remove("changing");
    return result;
  }

  /** Puts a camera into the selected cell. @param {string} camera @param {boolean} next go on to the next cell */
  place(camera, next) {
    const cell = this.view.selected;
    if (cell === null) return;
    this.change(this.session.setCell(cell, sourceOf(camera)));
    if (next) this.view.selectNext();
  }

  emptySelected() {
    const cell = this.view.selected;
    const source = this.view.tile(cell)?.source ?? NONE;
    if (cell !== null && source !== NONE) this.change(this.session.setCell(cell, NONE));
  }

  undo() {
    this.change(this.session.undo());
  }

  /** Lets the selected cell's source fill the wall, or goes back from there. */
  toggleSolo() {
    const single = singleLayout(this.layouts);
    const cell = this.view.selected;
    if (this.session.before !== null) this.change(this.session.leaveSolo());
    else if (single !== undefined && this.canSolo) this.change(this.session.solo(/** @type {string} */ (cell), single.id));
  }

  get canSolo() {
    const tile = this.view.tile(this.view.selected);
    const alone = this.session.wall?.tiles.length === 1;
    return !alone && tile !== undefined && (tile.source ?? NONE) !== NONE;
  }

  /** Fills the wall with an area's cameras; again, with those that follow. @param {string} area */
  async fill(area) {
    const cameras = this.store.camerasIn(area);
    const name = this.store.areaName(area);
    if (cameras.length === 0) return this.toasts.show("info", this.i18n.t("fill.none", { name }));
    const shown = await this.change(this.session.fill(cameras));
    if (shown === undefined) return;
    const { first, count } = shown;
    const values = { name, first: first + 1, last: first + count, total: cameras.length };
    this.toasts.show("info", this.i18n.t("fill.done", values), count < cameras.length ? this.i18n.t("fill.more") : "");
  }

  /** @param {import("./arrangement.js").Direction} direction */
  move(direction) {
    const tiles = this.session.wall?.tiles ?? [];
    const from = this.view.selected;
    const to = from === null ? tiles[0]?.cell : neighbour(tiles, from, direction);
    if (to !== undefined) this.view.select(to, { focus: true });
  }

  /** @param {MouseEvent} event */
  contextMenu(event) {
    event.preventDefault();
    const cell = this.view.cellAt(event.target) ?? this.view.selected;
    if (cell === null) return;
    this.view.select(cell);
    const tile = this.view.tile(cell);
    const camera = this.store.cameras.get(cameraOf(tile?.source ?? null) ?? "");
    const { t } = this.i18n;
    const back = this.session.before !== null;
    const items = [
      { label: t(back ? "solo.back" : "solo.enter"), icon: back ? "back" : "expand", keys: "Enter", disabled: !back && !this.canSolo, action: () => this.toggleSolo() },
      { label: t("cell.locate"), icon: "locate", disabled: camera === undefined, action: () => this.tree.reveal(camera?.id ?? "") },
      { label: t("cell.fill"), icon: "fill", disabled: camera === undefined, action: () => this.fill(camera?.area ?? "") },
      { label: t("cell.empty"), icon: "empty", keys: "Del", disabled: camera === undefined, action: () => this.emptySelected() },
      { label: t("undo"), icon: "undo", keys: "Ctrl Z", disabled: this.session.history.length === 0, action: () => this.undo() },
    ];
    this.menu.open(event.clientX, event.clientY, items, t("cell.short", { cell }) + (tile?.name ? ` · ${tile.name}` : ""));
  }

  /** Brings buttons and the line about the selection up to date. */
  refresh() {
    const { t } = this.i18n;
    const tile = this.view.tile(this.view.selected);
    const back = this.session.before !== null;
    const depth = this.session.history.length;
    this.enable("undo", depth > 0, depth > 0 ? t("undo.title", { depth }) : t("undo.none"));
    this.enable("solo", back || this.canSolo, t(back ? "solo.back" : "solo.enter"));
    byId("solo-text").textContent = t(back ? "solo.back" : "solo.enter");
    byId("solo").classList.toggle("on", back);
    this.enable("empty", tile !== undefined && (tile.source ?? NONE) !== NONE, t("cell.empty"));
    this.enable("clear", this.session.wall?.tiles.some((it) => (it.source ?? NONE) !== NONE) ?? false, t("wall.clear"));
    byId("hint").textContent = tile === undefined ? t("hint.select") : t("hint.place", { cell: tile.cell });
    byId("hint").classList.toggle("ready", tile !== undefined);
    byId("selection").textContent =
      tile === undefined ? "" : `${t("cell.short", { cell: tile.cell })} · ${tile.name || t("tile.empty")}`;
  }

  /** @param {string} id @param {boolean} enabled @param {string} title */
  enable(id, enabled, title) {
    const button = /** @type {HTMLButtonElement} */ (byId(id));
    button.disabled = !enabled;
    button.title = title;
  }
}
