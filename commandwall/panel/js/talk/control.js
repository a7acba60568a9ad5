/** Talking to the camera whose facts are shown: one button, and what is said there now. */

import { byId } from "../base/dom.js";
import { talkText } from "./talking.js";

/**
 * @typedef {object} Parts
 * @property {import("./talking.js").Talking} talking
 * @property {import("./store.js").TalkStore} store
 * @property {import("../rooms/store.js").ConferenceStore} conferences
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("../base/i18n.js").I18n} i18n
 */

export class TalkControl {
  /** @param {Parts} parts */
  constructor({ talking, store, conferences, menu, i18n }) {
    this.talking = talking;
    this.store = store;
    this.conferences = conferences;
    this.menu = menu;
    this.i18n = i18n;
    /** `camera:ID`, `""` for none. */
    this.loudspeaker = "";
    this.readOnly = true;
    this.button = /** @type {HTMLButtonElement} */ (byId("talk-button"));
    this.button.addEventListener("click", () => this.press());
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {string | null} camera */
  show(camera) {
    this.loudspeaker = camera === null ? "" : `camera:${camera}`;
    this.refresh();
  }

  /** @param {boolean} readOnly whether this user only watches */
  setRole(readOnly) {
    this.readOnly = readOnly;
    this.refresh();
  }

  press() {
    if (this.store.of(this.loudspeaker) !== null) return this.talking.end(this.loudspeaker);
    const { left, top } = this.button.getBoundingClientRect();
    this.menu.open(left, top, this.choices(this.loudspeaker), this.i18n.t("talk.begin"));
  }

  /** @param {string} loudspeaker @returns {import("../widgets/menu.js").Item[]} */
  choices(loudspeaker) {
    const { t } = this.i18n;
    const microphone = {
      label: t(this.talking.canSpeak ? "talk.microphone" : "talk.insecure"),
      icon: "mic",
      disabled: !this.talking.canSpeak,
      action: () => this.talking.speak(loudspeaker),
    };
    const open = [...this.conferences.conferences.values()].filter(({ state }) => state === "open");
    return [
      microphone,
      ...open.map(({ id, name }) => ({
        label: t("talk.conference", { name }),
        icon: "phone",
        action: () => this.talking.play(loudspeaker, id),
      })),
    ];
  }

  refresh() {
    const { t } = this.i18n;
    const talk = this.store.of(this.loudspeaker);
    const cannot = this.store.talks.get(this.loudspeaker)?.can_talk === false;
    byId("talk").hidden = this.loudspeaker === "" || (this.readOnly && talk === null);
    this.button.hidden = this.readOnly;
    this.button.classList.toggle("on", talk !== null);
    byId("talk-text").textContent = t(talk === null ? "talk.begin" : "talk.end");
    const name = this.conferences.conferences.get(talk?.conference ?? "")?.name ?? "";
    byId("talk").dataset.state = talk?.state ?? "idle";
    byId("talk-state").textContent =
      talk === null ? (cannot ? t("talk.none") : "") : talkText(this.i18n, talk, name);
  }
}
