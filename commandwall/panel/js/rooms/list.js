/** The conferences of this centre: those that go on, then those to come. */

import { element, icon } from "../base/dom.js";
import { chipsOf, momentText } from "../conference/facts.js";

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
    const none = element("p", { class: "nothing" }, this.i18n.t("rooms.none"));
    this.node.replaceChildren(...(all.length === 0 ? [none] : all.map((conference) => this.row(conference))));
  }

  /** @param {Conference} conference */
  row(conference) {
    const { id, name, state, participants } = conference;
    const waiting = participants.some((one) => one.state === "lobby" || one.hand_at_s !== null);
    return element(
      "button",
      {
        type: "button",
        class: "conference-row",
        data: { conference: id, state: ROOM_STATES[state] },
        on: { click: () => this.onOpen(id) },
      },
      element("span", { class: "dot" }),
      element("span", {}, element("b", {}, name), element("em", {}, this.facts(conference))),
      conference.recording ? icon("record") : null,
      waiting ? icon("hand") : null,
      icon("chevron"),
    );
  }

  /** @param {Conference} conference */
  facts(conference) {
    const { t } = this.i18n;
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
