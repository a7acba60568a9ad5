/** What an operator can do to the wall, whichever way it is asked for: mouse, keyboard, menu, button. */

import { byId } from "../base/dom.js";
import { missingText } from "../scenes/programme.js";
import { cellItems } from "./actions.js";
import { NONE, cameraOf, neighbour } from "./arrangement.js";
import { Zoom } from "./zoom.js";

/** Roles that may change what walls show. */
const OPERATING = new Set(["operator", "admin"]);

/**
 * @typedef {object} Parts
 * @property {import("./session.js").WallSession} session
 * @property {import("./view.js").WallView} view
 * @property {import("../cameras/store.js").CameraStore} store
 * @property {import("../cameras/tree.js").CameraTree} tree
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../overlays/dialogs.js").OverlayDialogs} overlays
 * @property {import("../tours/marks.js").TourMarks} tours
 */

export class Desk {
  /** @param {Parts} parts */
  constructor(parts) {
    const { session, view, store, tree, toasts, menu, i18n, overlays, tours } = parts;
    this.session = session;
    this.view = view;
    this.store = store;
    this.tree = tree;
    this.toasts = toasts;
    this.menu = menu;
    this.i18n = i18n;
    this.overlays = overlays;
    this.tours = tours;
    this.zoom = new Zoom(view, (cell, crop) => this.show(cell, crop));
    /** Whether a camera that is chosen comes into the biggest cell. */
    this.following = false;
    /** Whether this user only watches; the daemon refuses changes in any case. */
    this.readOnly = false;
    this.wireToolbar();
    view.grid.addEventListener("contextmenu", (event) => this.contextMenu(event));
    view.grid.addEventListener("dblclick", () => this.toggleSolo());
    view.grid.addEventListener("click", (event) => this.click(event));
    view.addEventListener("select", () => this.refresh());
    session.addEventListener("wall", () => this.refresh());
    session.addEventListener("foreign", () =>
      toasts.show("info", i18n.t("foreign.title"), i18n.t("foreign.detail")),
    );
    i18n.addEventListener("change", () => this.refresh());
    this.refresh();
  }

  wireToolbar() {
    const actions = {
      undo: () => this.step("undo"),
      redo: () => this.step("redo"),
      solo: () => this.toggleSolo(),
      empty: () => this.emptySelected(),
      clear: () => this.change((session) => session.clear()),
      overlays: () => this.toasts.report(this.overlays.openOverlays(this.session.wall?.id ?? "")),
      follow: () => this.toggleFollowing(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  }

  /** @param {string} role */
  setRole(role) {
    this.readOnly = !OPERATING.has(role);
    document.body.classList.toggle("read-only", this.readOnly);
    this.refresh();
  }

  /**
   * Makes a change to the wall that is shown and tells of its failure, as of a wall that is not there yet.
   * @template T
   * @param {(session: import("./session.js").WallSession) => Promise<T>} work
   * @returns {Promise<T | undefined>}
   */
  async change(work) {
    if (this.session.wall !== null || this.readOnly) return this.perform(work);
    this.toasts.show("info", this.i18n.t("hint.wait"));
    return undefined;
  }

  /**
   * Makes a change and tells of its failure.
   * @template T
   * @param {(session: import("./session.js").WallSession) => Promise<T>} work
   * @returns {Promise<T | undefined>}
   */
  async perform(work) {
    if (this.readOnly) {
      this.toasts.show("info", this.i18n.t("hint.watch"));
      return undefined;
    }
    byId("stage").classList.add("changing");
    const result = await this.toasts.report(work(this.session));
    byId("stage").classList.remove("changing");
    return result;
  }

  /**
   * Has the daemon open what a layout will need, which is about to be chosen.
   * @param {string} layout
   * @returns {Promise<import("./budget.js").Budget | null>} what it would come to
   */
  async prepare(layout) {
    if (this.readOnly) return null;
    return this.session.prepare(layout).catch((error) => {
      console.warn("not prepared", error);
      return null;
    });
  }

  /**
   * Has the daemon open what a scene will need, which is about to be taken.
   * @param {import("../scenes/programme.js").Programme} programme
   * @param {string} scene
   */
  prepareScene(programme, scene) {
    if (this.readOnly) return;
    programme.prepareScene(scene).catch((error) => console.warn("not prepared", error));
  }

  /** Puts a source into the selected cell. @param {string} source @param {boolean} next go on to the next cell */
  place(source, next) {
    if (this.following) return this.change((session) => session.enlarge(source));
    const cell = this.view.selected;
    if (cell === null || this.readOnly) return;
    this.change((session) => session.setCell(cell, source));
    if (next) this.view.selectNext();
  }

  emptySelected() {
    const cell = this.view.selected;
    const source = this.view.tile(cell)?.source ?? NONE;
    if (cell !== null && source !== NONE) this.change((session) => session.setCell(cell, NONE));
  }

  /** Goes a step back, or forward again. @param {"undo" | "redo"} way */
  async step(way) {
    this.tellMissing(await this.change((session) => session.step(way)));
  }

  /** Shows a scene. @param {string} scene id */
  async take(scene) {
    this.tellMissing(await this.perform((session) => session.take(scene)));
  }

  /** Says what could not be shown. @param {{missing: import("../scenes/programme.js").Missing[]} | undefined} shown */
  tellMissing(shown) {
    if (shown === undefined || shown.missing.length === 0) return;
    const detail = shown.missing.map((it) => missingText(this.i18n, it)).join("\n");
    this.toasts.show("warning", this.i18n.t("missing.title"), detail);
  }

  /** Lets the selected cell fill the wall, or goes back from there. */
  toggleSolo() {
    const cell = this.view.selected;
    if (this.isSolo) this.change((session) => session.leaveSolo());
    else if (cell !== null && this.canSolo) this.change((session) => session.solo(cell));
  }

  get isSolo() {
    return (this.session.wall?.full ?? "") !== "";
  }

  get canSolo() {
    const tile = this.view.tile(this.view.selected);
    const alone = this.session.wall?.tiles.length === 1;
    return !alone && tile !== undefined && (tile.source ?? NONE) !== NONE;
  }

  /** Brings what is in the selected cell into the biggest one. */
  enlargeSelected() {
    const source = this.view.tile(this.view.selected)?.source ?? NONE;
    if (source !== NONE) this.change((session) => session.enlarge(source));
  }

  /** @param {string} cell @param {import("./crop.js").Crop} crop the part of its picture to show */
  async show(cell, crop) {
    if (!this.readOnly) await this.change((session) => session.setView(cell, { crop }));
  }

  /** Shows the whole picture in the selected cell again. */
  showWhole() {
    const cell = this.view.selected;
    if (cell !== null) this.zoom.reset(cell);
  }

  toggleFollowing() {
    this.following = !this.following;
    this.refresh();
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (event.target instanceof Element && event.target.matches(".cell-zoom")) this.showWhole();
  }

  /** Fills the wall with an area's cameras; again, with those that follow. @param {string} area */
  async fill(area) {
    const cameras = this.store.camerasIn(area);
    const name = this.store.areaName(area);
    if (cameras.length === 0) return this.toasts.show("info", this.i18n.t("fill.none", { name }));
    const shown = await this.change((session) => session.fill(cameras));
    if (shown === undefined) return;
    const { first, count } = shown;
    const values = { name, first: first + 1, last: first + count, total: cameras.length };
    this.toasts.show(
      "info",
      this.i18n.t("fill.done", values),
      count < cameras.length ? this.i18n.t("fill.more") : "",
    );
  }

  /** @param {import("./arrangement.js").Direction} direction */
  move(direction) {
    const tiles = this.session.wall?.tiles ?? [];
    const from = this.view.selected ?? this.view.cellAt(document.activeElement);
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
    const items = cellItems(this, cell, camera).filter((item) => !this.readOnly || item.icon === "locate");
    const { t } = this.i18n;
    this.menu.open(
      event.clientX,
      event.clientY,
      items,
      t("cell.short", { cell }) + (tile?.name ? ` · ${tile.name}` : ""),
    );
  }

  /** Ends a camera's alarm, or asks what to raise one for. @param {import("../cameras/store.js").Camera | undefined} camera */
  toggleAlarm(camera) {
    if (camera === undefined) return;
    if (camera.alarm) this.overlays.clearAlarm(camera.id);
    else this.overlays.openAlarm(camera);
  }

  /** Brings buttons and the line about the selection up to date. */
  refresh() {
    const { t } = this.i18n;
    const tile = this.view.tile(this.view.selected);
    const back = this.isSolo;
    const { undo, redo } = this.session.steps;
    this.enable("undo", undo > 0, undo > 0 ? t("undo.title", { depth: undo }) : t("undo.none"));
    this.enable("redo", redo > 0, redo > 0 ? t("redo.title", { depth: redo }) : t("redo.none"));
    this.enable("solo", back || this.canSolo, t(back ? "solo.back" : "solo.enter"));
    byId("solo-text").textContent = t(back ? "solo.back" : "solo.enter");
    byId("solo").classList.toggle("on", back);
    this.enable("empty", tile !== undefined && (tile.source ?? NONE) !== NONE, t("cell.empty"));
    this.enable(
      "clear",
      this.session.wall?.tiles.some((it) => (it.source ?? NONE) !== NONE) ?? false,
      t("wall.clear"),
    );
    const there = this.session.wall !== null;
    this.enable("overlays", there, t("overlays.title"));
    this.enable("scene-save", there, t("scenes.save"));
    this.enable("tours", there, t("tours.hint"));
    this.enable("follow", true, t("follow.title"));
    byId("follow").classList.toggle("on", this.following);
    byId("follow").setAttribute("aria-pressed", String(this.following));
    const ready = (tile !== undefined || this.following) && !this.readOnly;
    byId("hint").textContent = this.hint(tile);
    byId("hint").classList.toggle("ready", ready);
    byId("selection").textContent =
      tile === undefined ? "" : `${t("cell.short", { cell: tile.cell })} · ${tile.name || t("tile.empty")}`;
  }

  /** @param {import("./arrangement.js").Tile | undefined} tile that is selected */
  hint(tile) {
    const { t } = this.i18n;
    if (this.readOnly) return t("hint.watch");
    if (this.following) return t("hint.follow");
    return tile === undefined ? t("hint.select") : t("hint.place", { cell: tile.cell });
  }

  /** @param {string} id @param {boolean} enabled @param {string} title */
  enable(id, enabled, title) {
    const button = /** @type {HTMLButtonElement} */ (byId(id));
    button.disabled = !enabled || this.readOnly;
    button.title = title;
  }
}
