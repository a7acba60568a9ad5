/** The dialog of tours: those there are, and a new one. */

import { element, icon } from "../base/dom.js";

/** @typedef {import("../scenes/programme.js").Tour} Tour */

/**
 * Reads cells as people list them: `4`, `4, 5` or `4 5`.
 * @param {string} text
 * @returns {string[]}
 */
function cellsIn(text) {
  return text.split(/[\s,，、;；]+/).filter((cell) => cell !== "");
}

export class TourEditor {
  /**
   * @param {object} parts
   * @param {import("../scenes/programme.js").Programme} parts.programme
   * @param {import("../wall/view.js").WallView} parts.view
   * @param {import("../cameras/store.js").CameraStore} parts.store
   * @param {import("./marks.js").TourMarks} parts.tours
   * @param {import("../widgets/dialog.js").Dialog} parts.dialog
   * @param {import("../widgets/toasts.js").Toasts} parts.toasts
   * @param {import("../base/i18n.js").I18n} parts.i18n
   */
  constructor({ programme, view, store, tours, dialog, toasts, i18n }) {
    this.programme = programme;
    this.view = view;
    this.store = store;
    this.marks = tours;
    this.dialog = dialog;
    this.toasts = toasts;
    this.i18n = i18n;
    this.list = element("ul", { class: "dialog-list" });
    this.shown = "";
    programme.addEventListener("tours", () => this.refresh());
  }

  open() {
    this.refresh();
    this.dialog.open(this.i18n.t("tours"), this.list, this.form());
  }

  /** Writes the list anew, if anything in it is new: a turn must not take the focus away. */
  refresh() {
    const tours = [...this.programme.tours.values()];
    const shown = JSON.stringify([tours, this.i18n.language]);
    if (shown === this.shown) return;
    this.shown = shown;
    const none = element("li", { class: "nothing" }, this.i18n.t("tours.none"));
    this.list.replaceChildren(...(tours.length === 0 ? [none] : tours.map((tour) => this.row(tour))));
  }

  /** @param {Tour} tour */
  row(tour) {
    const { t } = this.i18n;
    const what = tour.area === "" ? t("tour.list") : this.store.areaName(tour.area);
    const facts = t("tour.facts", { wall: tour.wall, cells: tour.cells.join(", "), seconds: tour.dwell_s, what });
    /** @type {[string, "start" | "stop" | "pause" | "resume"][]} */
    const verbs = tour.state === "running" ? [["pause", "pause"], ["stop", "stop"]] : [["play", "start"]];
    if (tour.state === "paused") verbs.splice(0, 1, ["play", "resume"], ["stop", "stop"]);
    return element(
      "li",
      { data: { tour: tour.id } },
      element(
        "div",
        {},
        element("b", {}, tour.name),
        element("em", { data: { tourstate: tour.state } }, this.marks.state(tour)),
        element("p", {}, `${facts} · ${t("tour.live", tour)}`),
      ),
      ...verbs.map(([name, verb]) =>
        this.button(name, `tour.${verb}.short`, () => this.toasts.report(this.programme.tellTour(tour.id, verb))),
      ),
      this.button("clear", "tour.remove", () => this.confirm(tour)),
    );
  }

  /** @param {Tour} tour */
  confirm({ id, name }) {
    const { t } = this.i18n;
    this.dialog.confirm(t("tour.remove"), t("remove.sure", { name }), async () => {
      await this.toasts.report(this.programme.removeTour(id));
      this.open();
    });
  }

  /** @param {string} picture @param {string} words @param {() => void} click */
  button(picture, words, click) {
    const title = this.i18n.t(words);
    return element("button", { type: "button", title, "aria-label": title, on: { click } }, icon(picture));
  }

  form() {
    const { t } = this.i18n;
    const wall = this.view.wall;
    const name = element("input", { name: "name", maxlength: 64, required: true, autofocus: true });
    const cells = element("input", { name: "cells", value: this.view.selected ?? "", required: true });
    const dwell = element("input", { name: "dwell", type: "number", min: 2, max: 3600, step: 1, value: 10 });
    const area = element("select", { name: "area" }, ...this.areas());
    const cameras = element("select", { name: "cameras", multiple: true, size: 7 }, ...this.cameras());
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const data = new FormData(/** @type {HTMLFormElement} */ (event.target));
      if (wall !== null) this.toasts.report(this.add(wall.id, data));
    };
    return element(
      "form",
      { class: "dialog-form", id: "tour-form", on: { submit } },
      element("h3", {}, t("tours.new")),
      element("label", {}, t("tour.name"), name),
      element("label", {}, t("tour.cells"), cells),
      element("label", {}, t("tour.dwell"), dwell),
      element("label", {}, t("tour.area"), area),
      element("label", { class: "wide" }, t("tour.cameras"), cameras),
      element("button", { type: "submit", class: "primary" }, t("tour.begin")),
    );
  }

  areas() {
    const areas = [...this.store.areas.values()];
    return [
      element("option", { value: "" }, this.i18n.t("tour.list")),
      ...areas.map(({ id, name }) => element("option", { value: id }, name)),
    ];
  }

  cameras() {
    const cameras = [...this.store.cameras.values()];
    return cameras.map(({ id, name }) => element("option", { value: `camera:${id}` }, `${name} · ${id}`));
  }

  /** Makes a tour and lets it begin. @param {string} wall @param {FormData} data */
  async add(wall, data) {
    const area = String(data.get("area"));
    const tour = await this.programme.addTour({
      name: String(data.get("name")).trim(),
      wall,
      cells: cellsIn(String(data.get("cells"))),
      dwell_s: Number(data.get("dwell")),
      area,
      sources: area === "" ? data.getAll("cameras") : [],
    });
    await this.programme.tellTour(tour.id, "start");
    this.dialog.close();
  }
}
