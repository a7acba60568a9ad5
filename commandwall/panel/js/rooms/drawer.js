/** The operator's drawer of conferences: all of them, or one under the operator's hands. */

import { byId, element, fill, icon } from "../base/dom.js";
import { chip, chipsOf, contentOf } from "../conference/facts.js";
import { CONTENT, isRecorded, PICTURE } from "../conference/state.js";
import { Steering } from "../conference/steering.js";
import { conferenceSource } from "../wall/arrangement.js";
import { LinkSection } from "./links.js";
import { ConferenceList } from "./list.js";

/**
 * @typedef {import("../conference/state.js").Conference} Conference
 * @typedef {{source: string, words: string, name: string, picture: string, hint: string, cells: string}} PictureRow
 * @typedef {object} Parts
 * @property {import("../base/api.js").Api} api
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("../widgets/dialog.js").Dialog} dialog
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {import("./store.js").ConferenceStore} store
 * @property {import("./forms.js").ConferenceForms} forms
 * @property {import("./loudspeakers.js").RoomLoudspeakers} loudspeakers
 */

export class ConferenceDrawer {
  /** @param {Parts} parts */
  constructor({ api, i18n, menu, dialog, toasts, store, forms, loudspeakers }) {
    this.api = api;
    this.i18n = i18n;
    this.toasts = toasts;
    this.store = store;
    this.forms = forms;
    this.loudspeakers = loudspeakers;
    this.node = byId("rooms");
    /** The conference that is open in the drawer, `""` for the list of all. */
    this.shown = "";
    this.readOnly = true;
    /** Cells that show a source. @type {(source: string) => string[]} */
    this.cellsOf = () => [];
    const nodes = { roster: byId("rooms-roster"), roll: byId("rooms-roll"), chair: byId("rooms-chair") };
    this.steering = new Steering({ api, i18n, menu, dialog, toasts, nodes });
    this.links = new LinkSection({ node: byId("rooms-links"), api, i18n, dialog, toasts });
    this.list = new ConferenceList(byId("rooms-list"), store, i18n, (id) => this.open(id));
    byId("rooms-toggle").addEventListener("click", () => this.toggle());
    byId("rooms-close").addEventListener("click", () => this.toggle());
    byId("rooms-back").addEventListener("click", () => this.open(""));
    byId("rooms-new").addEventListener("click", () => forms.create((id) => this.open(id)));
    byId("rooms-invite").addEventListener("click", () =>
      this.withShown((conference) => forms.invite(conference)),
    );
    byId("rooms-join").addEventListener("click", () => this.withShown((conference) => this.join(conference)));
    store.addEventListener("change", () => this.refresh());
    loudspeakers.store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  toggle() {
    this.node.hidden = !this.node.hidden;
    byId("rooms-toggle").setAttribute("aria-pressed", String(!this.node.hidden));
    this.refresh();
  }

  /** @param {boolean} readOnly whether this user only watches */
  setRole(readOnly) {
    this.readOnly = readOnly;
    byId("rooms-recordings").hidden = readOnly;
    this.refresh();
  }

  /** @param {string} id `""` for the list of all */
  open(id) {
    this.shown = id;
    this.refresh();
  }

  /** @param {(conference: Conference) => void} work */
  withShown(work) {
    const conference = this.store.conferences.get(this.shown);
    if (conference !== undefined) work(conference);
  }

  /** Joins by account, on a page of its own. @param {Conference} conference */
  async join({ id }) {
    const tab = window.open("about:blank"); // Later, browsers would take it for something nobody asked for.
    const place = await this.toasts.report(this.api.post(`/conferences/${encodeURIComponent(id)}/join`));
    if (place === undefined) tab?.close();
    else if (tab !== null) tab.location.replace(place.join_url);
  }

  refresh() {
    const open = [...this.store.conferences.values()].filter(({ state }) => state === "open");
    byId("rooms-count").textContent = open.length === 0 ? "" : String(open.length);
    byId("rooms-toggle").classList.toggle("recording", open.some(isRecorded));
    if (this.node.hidden) return;
    const conference = this.store.conferences.get(this.shown);
    this.node.dataset.view = conference === undefined ? "all" : "one";
    byId("rooms-title").textContent = conference?.name ?? this.i18n.t("rooms.label");
    if (conference === undefined) this.list.refresh();
    else this.show(conference);
  }

  /** @param {Conference} conference */
  show(conference) {
    const chips = chipsOf(conference, this.i18n);
    fill(byId("rooms-chips"), chips, () => chips.map(chip));
    this.steering.show(conference, !this.readOnly);
    const pictures = [PICTURE, CONTENT].map((which) => this.picture(conference, which));
    fill(byId("rooms-pictures"), [conference.id, pictures], () => pictures.map(pictureRow));
    this.loudspeakers.show(conference, this.readOnly);
    this.links.show(conference, !this.readOnly);
  }

  /** @param {Conference} conference */
  contentText(conference) {
    const { t } = this.i18n;
    if (conference.content_holder === "") return t("rooms.content.none");
    return t("join.content", { name: contentOf(conference) });
  }

  /** @param {Conference} conference @param {string} which @returns {PictureRow} */
  picture(conference, which) {
    const { t } = this.i18n;
    const source = conferenceSource(conference.id, which);
    const words = which === PICTURE ? t("rooms.picture") : this.contentText(conference);
    return {
      source,
      words,
      name: `${conference.name} · ${words}`,
      picture: which === PICTURE ? "fill" : "screen",
      hint: t("rooms.drag"),
      cells: this.cellsOf(source).join(" "),
    };
  }

  /** What lies under the pointer, to be dragged onto a wall. @param {EventTarget | null} target */
  sourceAt(target) {
    const row = target instanceof Element ? target.closest(".rooms-picture") : null;
    if (row instanceof HTMLElement) return { source: row.dataset.source ?? "", name: row.dataset.name ?? "" };
    if (target instanceof Element && target.closest("button") !== null) return null;
    const participant = this.steering.roster.participantAt(target);
    return participant === null
      ? null
      : { source: conferenceSource(this.shown, participant.id), name: participant.name };
  }
}

/** A row that can be dragged onto a wall. @param {PictureRow} row */
function pictureRow({ source, words, name, picture, hint, cells }) {
  return element(
    "div",
    { class: "rooms-picture", title: hint, data: { source, name } },
    icon(picture),
    element("span", {}, words),
    element("span", { class: "row-cells" }, cells),
  );
}
