/** The card that says all about the cell under the pointer. */

import { element } from "../base/dom.js";
import { age, decimal } from "../base/format.js";
import { mainTrouble } from "../cameras/store.js";
import { cameraOf, isData } from "./arrangement.js";
import { zoomOf } from "./crop.js";

const OFFSET_PX = 16;

export class HoverCard {
  /**
   * @param {HTMLElement} node
   * @param {import("./view.js").WallView} view
   * @param {import("../cameras/store.js").CameraStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(node, view, store, i18n) {
    this.node = node;
    this.view = view;
    this.store = store;
    this.i18n = i18n;
    /** @type {string | null} */
    this.cell = null;
    view.grid.addEventListener("pointermove", (event) => this.follow(event));
    view.grid.addEventListener("pointerleave", () => this.hide());
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const cell = event.buttons === 0 ? this.view.cellAt(event.target) : null;
    if (cell === null) return this.hide();
    if (cell !== this.cell) {
      this.cell = cell;
      this.refresh();
    }
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const right = event.clientX + OFFSET_PX + width <= innerWidth;
    const below = event.clientY + OFFSET_PX + height <= innerHeight;
    const x = right ? event.clientX + OFFSET_PX : event.clientX - OFFSET_PX - width;
    const y = below ? event.clientY + OFFSET_PX : event.clientY - OFFSET_PX - height;
    this.node.style.transform = `translate(${Math.max(0, x)}px, ${Math.max(0, y)}px)`;
  }

  hide() {
    this.cell = null;
    this.node.hidden = true;
  }

  /** Writes the card again, when the cell's state has changed. */
  refresh() {
    const tile = this.view.tile(this.cell);
    if (tile === undefined) return this.hide();
    const { t, term } = this.i18n;
    const camera = this.store.cameras.get(cameraOf(tile.source) ?? "");
    const state = term("tile", tile.state);
    const and = tile.loss ? "tile.and.loss" : "tile.and.damaged";
    const facts = [[t("fact.state"), tile.damaged ? t(and, { state }) : state]];
    if (camera !== undefined) {
      const reason = this.i18n.language === "zh" ? camera.reason_zh : camera.reason;
      if (camera.state !== "live") facts.push([t("fact.camera"), term("camera", camera.state)]);
      if (reason) facts.push([t("fact.reason"), reason]);
      const main = mainTrouble(camera, this.i18n);
      if (main) facts.push([t("fact.reason"), main]);
      facts.push([t("fact.area"), this.store.areaName(camera.area)], [t("fact.id"), camera.id]);
    }
    if (tile.state !== "empty" && !isData(tile.source)) {
      const level = term("decode", tile.decode);
      facts.push(
        [t("fact.stream"), tile.stream ? term("stream", tile.stream) : "–"],
        [t("fact.decode"), tile.pinned ? t("decode.pinned", { level }) : level],
        [t("fact.fps"), decimal(tile.fps, 1)],
        [t("fact.age"), age(tile.age_s)],
      );
      if (zoomOf(tile.crop) > 1) facts.push([t("fact.zoom"), `${decimal(zoomOf(tile.crop), 1)}×`]);
    }
    this.node.replaceChildren(
      element(
        "p",
        { class: "card-title" },
        element("b", {}, t("cell.short", { cell: tile.cell })),
        tile.name,
      ),
      element(
        "dl",
        {},
        ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
      ),
    );
    this.node.dataset.state = tile.state;
    this.node.hidden = false;
  }
}
