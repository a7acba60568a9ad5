/** The conferences of this centre: those that go on, then those to come. */

import { element, fill, icon } from "../base/dom.js";
import { chipsOf, momentText } from "../conference/facts.js";
import { isRecorded } from "../conference/state.js";

/** @typedef {import("../conference/state.js").Conference} Conference */

export class ConferenceList {
  /**
   * @param {HTMLElement} node
   * @param {import("./store.js").ConferenceStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {(conference: string) => void} onOpen
   */
  constructor(node, store, i18n, onOpen) {
    this.node = node;
    this.store = store;
    this.i18n = i18n;
    this.onOpen = onOpen;
    node.classList.add("conferences");
  }

  refresh() {
    const all = [...this.store.conferences.values()].sort(
      (a, b) => a.state.localeCompare(b.state) || (a.starts_at ?? "").localeCompare(b.starts_at ?? ""),
    );
    const rows = all.map((conference) => this.facts(conference));
    fill(this.node, [rows, this.i18n.language], () =>
      rows.length === 0
        ? [element("p", { class: "nothing" }, this.i18n.t("rooms.none"))]
        : rows.map((row) => this.row(row)),
    );
  }

  /** What a row says. @param {Conference} conference */
  facts(conference) {
    const { id, name, participants } = conference;
    const state = conference.reason === "" ? ROOM_STATES[conference.state] : "lost";
    const waiting = participants.some((one) => one.state === "lobby" || one.hand_at_s !== null);
    return { id, name, state, recorded: isRecorded(conference), waiting, words: this.words(conference) };
  }

  /** @param {ReturnType<ConferenceList["facts"]>} facts */
  row({ id, name, state, recorded, waiting, words }) {
    return element(
      "button",
      {
        type: "button",
        class: "conference-row",
        data: { conference: id, state },
        on: { click: () => this.onOpen(id) },
      },
      element("span", { class: "dot" }),
      element("span", {}, element("b", {}, name), element("em", {}, words)),
      recorded ? icon("record") : null,
      waiting ? icon("hand") : null,
      icon("chevron"),
    );
  }

  /** @param {Conference} conference */
  words(conference) {
    const { t, language } = this.i18n;
    if (conference.reason !== "") return language === "zh" ? conference.reason_zh : conference.reason;
    if (conference.state === "scheduled") {
      return t("rooms.at", { at: momentText(this.i18n, conference.starts_at ?? "") });
    }
    const count = conference.participants.filter(({ state }) => state === "connected").length;
    const mode = chipsOf(conference, this.i18n).find(({ kind }) => kind === conference.mode);
    return `${t("rooms.count", { count })} · ${mode?.text ?? ""}`;
  }
}

/** The states of conferences as states that have a colour. @type {Record<string, string>} */
const ROOM_STATES = { open: "live", scheduled: "connecting" };
