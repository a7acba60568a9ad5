/** The recordings of conferences: to be downloaded, or deleted. */

import { byId, element, icon } from "../base/dom.js";
import { momentText } from "../conference/facts.js";

const MEGABYTE = 1e6;

/**
 * @typedef {{id: string, name: string, started_at: string, ended_at: string | null, size: number, fault: string,
 *   fault_zh: string}} Recording
 * @typedef {object} Parts
 * @property {import("../base/api.js").Api} api
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../widgets/dialog.js").Dialog} dialog
 * @property {import("../widgets/toasts.js").Toasts} toasts
 */

export class RecordingList {
  /** @param {Parts} parts */
  constructor({ api, i18n, dialog, toasts }) {
    this.api = api;
    this.i18n = i18n;
    this.dialog = dialog;
    this.toasts = toasts;
    byId("rooms-recordings").addEventListener("click", () => this.open());
  }

  async open() {
    const recordings = /** @type {Recording[] | undefined} */ (
      await this.toasts.report(this.api.list("/recordings"))
    );
    if (recordings === undefined) return;
    const { t } = this.i18n;
    const rows = recordings.map((recording) => this.row(recording));
    const none = element("p", { class: "dialog-text" }, t("recordings.none"));
    const list = element("ul", { class: "dialog-list recordings" }, ...rows);
    this.dialog.open(t("recordings.title"), rows.length === 0 ? none : list);
  }

  /** @param {Recording} recording */
  row(recording) {
    const { t, language } = this.i18n;
    const { id, name, ended_at: endedAt, size } = recording;
    const fault = language === "zh" ? recording.fault_zh : recording.fault;
    const facts = [
      momentText(this.i18n, recording.started_at),
      endedAt === null ? t("recordings.running") : `${(size / MEGABYTE).toFixed(0)} MB`,
      fault,
    ];
    const file = { href: `/api/v1${pathOf(id)}`, download: "", "aria-label": t("recordings.download") };
    const remove = { type: "button", class: "quiet danger", disabled: endedAt === null };
    return element(
      "li",
      { data: { recording: id } },
      element("div", {}, element("b", {}, name), element("p", {}, facts.filter(Boolean).join(" · "))),
      element("a", { ...file, title: t("recordings.download") }, icon("save")),
      element("button", { ...remove, on: { click: () => this.confirm(recording) } }, t("recordings.delete")),
    );
  }

  /** @param {Recording} recording */
  confirm({ id, name }) {
    const { t } = this.i18n;
    this.dialog.confirm(t("recordings.delete"), t("recordings.sure", { name }), async () => {
      await this.toasts.report(this.api.remove(pathOf(id)));
      await this.open();
    });
  }
}

/** @param {string} id */
function pathOf(id) {
  return `/recordings/${encodeURIComponent(id)}`;
}
