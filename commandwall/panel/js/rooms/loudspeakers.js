/** Where in the street the conference in the drawer is heard. */

import { byId, element, fill, icon } from "../base/dom.js";
import { loudspeakerName, talkText } from "../talk/talking.js";

/** @typedef {import("../conference/state.js").Conference} Conference */

export class RoomLoudspeakers {
  /**
   * @param {import("../talk/talking.js").Talking} talking
   * @param {import("../talk/store.js").TalkStore} store
   * @param {import("../cameras/store.js").CameraStore} cameras
   * @param {import("../widgets/menu.js").Menu} menu
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(talking, store, cameras, menu, i18n) {
    this.talking = talking;
    this.store = store;
    this.cameras = cameras;
    this.menu = menu;
    this.i18n = i18n;
    this.node = byId("rooms-loudspeakers");
    /** The camera in the selected cell. @type {() => string | null} */
    this.selected = () => null;
  }

  /** @param {Conference} conference @param {boolean} readOnly whether this user only watches */
  show(conference, readOnly) {
    const talks = this.store.ofConference(conference.id);
    this.node.hidden = talks.length === 0 && readOnly;
    const shown = [conference.id, conference.name, talks, readOnly, this.i18n.language];
    fill(this.node, shown, () => [
      element("h3", {}, this.i18n.t("rooms.loudspeakers")),
      ...talks.map((talk) => this.row(conference, talk, readOnly)),
      ...(readOnly ? [] : [this.adder(conference)]),
    ]);
  }

  /** @param {Conference} conference @param {import("../talk/store.js").Talk} talk @param {boolean} readOnly */
  row(conference, talk, readOnly) {
    const end = element(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": this.i18n.t("talk.end"),
        on: { click: () => this.talking.end(talk.loudspeaker) },
      },
      icon("close"),
    );
    const words = talkText(this.i18n, talk, conference.name);
    return element(
      "div",
      { class: "rooms-loudspeaker", title: words, data: { state: TALK_STATES[talk.state] } },
      element("span", { class: "dot" }),
      icon("sound"),
      element("b", {}, this.nameOf(talk.loudspeaker)),
      element("span", {}, this.i18n.term("talkstate", talk.state)),
      readOnly ? null : end,
    );
  }

  /** @param {Conference} conference */
  adder({ id }) {
    const add = (/** @type {MouseEvent} */ { currentTarget }) => {
      const { left, top } = /** @type {Element} */ (currentTarget).getBoundingClientRect();
      this.menu.open(left, top, this.choices(id), this.i18n.t("rooms.loudspeakers"));
    };
    const label = element("span", {}, this.i18n.t("rooms.loudspeakers.add"));
    return element("button", { type: "button", on: { click: add } }, icon("plus"), label);
  }

  /** The camera in the selected cell, and what announced itself. @param {string} conference */
  choices(conference) {
    const camera = this.selected();
    const cameras = camera === null ? [] : [`camera:${camera}`];
    const all = [...cameras, ...this.store.speakers.map(({ id }) => `speaker:${id}`)];
    if (all.length === 0) {
      const none = this.i18n.t("rooms.loudspeakers.none");
      return [{ label: none, icon: "info", disabled: true, action: () => {} }];
    }
    return all.map((loudspeaker) => ({
      label: this.nameOf(loudspeaker),
      icon: "sound",
      disabled: this.store.of(loudspeaker)?.conference === conference,
      action: () => this.talking.play(loudspeaker, conference),
    }));
  }

  /** @param {string} loudspeaker */
  nameOf(loudspeaker) {
    return loudspeakerName(loudspeaker, this.cameras, this.store);
  }
}

/** The states of what is said as states that have a colour. @type {Record<string, string>} */
const TALK_STATES = { opening: "connecting", talking: "live", lost: "lost", refused: "refused" };
