/** The dialog of the schedule: what happens when, and a new entry. */

import { element, icon } from "../base/dom.js";
import { DAYS, daysText } from "./days.js";

/** @typedef {import("../scenes/programme.js").EntryDocument} EntryDocument */

export class ScheduleEditor {
  /**
   * @param {object} parts
   * @param {import("../scenes/programme.js").Programme} parts.programme
   * @param {import("../widgets/dialog.js").Dialog} parts.dialog
   * @param {import("../widgets/toasts.js").Toasts} parts.toasts
   * @param {import("../base/i18n.js").I18n} parts.i18n
   */
  constructor({ programme, dialog, toasts, i18n }) {
    this.programme = programme;
    this.dialog = dialog;
    this.toasts = toasts;
    this.i18n = i18n;
    this.list = element("ul", { class: "dialog-list" });
    programme.addEventListener("schedule", () => this.refresh());
  }

  open() {
    this.refresh();
    this.dialog.open(this.i18n.t("schedule"), this.list, this.form());
  }

  refresh() {
    const entries = [...this.programme.entries.values()].sort((a, b) => a.entry.at.localeCompare(b.entry.at));
    const none = element("li", { class: "nothing" }, this.i18n.t("schedule.none"));
    this.list.replaceChildren(...(entries.length === 0 ? [none] : entries.map((it) => this.row(it))));
  }

  /** @param {EntryDocument} document */
  row({ entry, next_utc_s: next }) {
    const { t, term } = this.i18n;
    const name = this.programme.targetName(entry.action, entry.target);
    const toggle = () =>
      this.toasts.report(this.programme.changeEntry(entry.id, { enabled: !entry.enabled }));
    const remove = () => this.confirm(entry.id, `${entry.at.slice(0, 5)} ${term("action", entry.action)} ${name}`);
    return element(
      "li",
      { data: { entry: entry.id } },
      element("time", {}, entry.at.slice(0, 5)),
      element(
        "div",
        {},
        element("b", {}, `${term("action", entry.action)} ${name}`),
        element("p", {}, daysText(this.i18n, entry.days) + this.coming(next)),
        this.outcome(entry),
      ),
      element(
        "button",
        { type: "button", "aria-pressed": String(entry.enabled), on: { click: toggle } },
        t(entry.enabled ? "schedule.on" : "schedule.off"),
      ),
      element(
        "button",
        { type: "button", title: t("schedule.remove"), "aria-label": t("schedule.remove"), on: { click: remove } },
        icon("clear"),
      ),
    );
  }

  /** @param {string} id @param {string} name of the entry, in words */
  confirm(id, name) {
    const { t } = this.i18n;
    this.dialog.confirm(t("schedule.remove"), t("remove.sure", { name }), async () => {
      await this.toasts.report(this.programme.removeEntry(id));
      this.open();
    });
  }

  /** @param {number | null} next @returns {string} */
  coming(next) {
    return next === null ? "" : ` · ${this.i18n.t("schedule.next", { at: this.moment(next) })}`;
  }

  /** What came of it the last time. @param {import("../scenes/programme.js").Entry} entry */
  outcome(entry) {
    if (entry.outcome === "") return null;
    const detail = this.i18n.language === "zh" ? entry.detail_zh : entry.detail;
    const words = this.i18n.term("outcome", entry.outcome);
    const text = `${this.moment(entry.last_utc_s)} ${words}${detail ? ` · ${detail}` : ""}`;
    return element("p", { data: { outcome: entry.outcome } }, text);
  }

  /** @param {number} utcS @returns {string} */
  moment(utcS) {
    const format = new Intl.DateTimeFormat(this.i18n.tag, { dateStyle: "short", timeStyle: "short" });
    return format.format(utcS * 1000);
  }

  form() {
    const { t, term } = this.i18n;
    const days = DAYS.map((day) =>
      element(
        "label",
        { class: "day" },
        element("input", { type: "checkbox", name: "days", value: day, checked: true }),
        term("day", day),
      ),
    );
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.toasts.report(this.add(new FormData(/** @type {HTMLFormElement} */ (event.target))));
    };
    return element(
      "form",
      { class: "dialog-form", id: "schedule-form", on: { submit } },
      element("h3", {}, t("schedule.new")),
      element("label", {}, t("schedule.at"), element("input", { name: "at", type: "time", value: "20:00" })),
      element("label", {}, t("schedule.what"), element("select", { name: "what" }, ...this.choices())),
      element("fieldset", { class: "wide" }, ...days),
      element("button", { type: "submit", class: "primary" }, t("schedule.add")),
    );
  }

  /** What can be scheduled. */
  choices() {
    const { term } = this.i18n;
    const option = (/** @type {string} */ action, /** @type {{id: string, name: string}} */ { id, name }) =>
      element("option", { value: `${action} ${id}` }, `${term("action", action)} ${name}`);
    const tours = [...this.programme.tours.values()];
    return [
      ...[...this.programme.scenes.values()].map((scene) => option("take", scene)),
      ...tours.flatMap((tour) => [option("start", tour), option("stop", tour)]),
    ];
  }

  /** @param {FormData} data */
  async add(data) {
    const [action, target] = String(data.get("what") ?? "").split(" ");
    await this.programme.addEntry({ action, target, at: data.get("at"), days: data.getAll("days") });
  }
}
