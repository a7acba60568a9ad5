/** The line over a call: which conference it is, how it is directed, how long it goes on. */

import { byId, fill } from "../base/dom.js";
import { chip, chipsOf, momentText } from "../conference/facts.js";

export class Head {
  /** @param {import("../base/i18n.js").I18n} i18n */
  constructor(i18n) {
    this.i18n = i18n;
    /** @type {import("../conference/state.js").Conference | null} */
    this.conference = null;
    this.site = "";
    i18n.addEventListener("change", () => this.refresh());
    setInterval(() => this.tick(), 1000);
    this.tick();
  }

  /** @param {import("../conference/state.js").Conference} conference */
  show(conference) {
    this.conference = conference;
    this.refresh();
  }

  refresh() {
    const { t } = this.i18n;
    const { conference } = this;
    document.title = conference === null ? t("title.join") : `${conference.name} · ${t("title.join")}`;
    if (conference === null) return;
    byId("conference-name").textContent = conference.name;
    const { starts_at: from, ends_at: to } = conference;
    const times = [from, to].map((at) => (at === null ? "" : momentText(this.i18n, at)));
    byId("conference-facts").textContent = times.join("") === "" ? "" : times.join(" – ");
    const inCall = document.body.dataset.step === "call";
    const chips = inCall ? chipsOf(conference, this.i18n) : [];
    fill(byId("chips"), chips, () => chips.map(chip));
  }

  tick() {
    const format = new Intl.DateTimeFormat(this.i18n.tag, { timeStyle: "short", hourCycle: "h23" });
    byId("clock").textContent = format.format(new Date());
  }
}
