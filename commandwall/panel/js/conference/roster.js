/** The list of who is in a conference, as chairs, operators and everybody else see it. */

import { element, fill, icon } from "../base/dom.js";
import { decimal, percent } from "../base/format.js";
import { share } from "./level.js";
import { isRemote, qualityOf, rosterOrder } from "./state.js";

/**
 * @typedef {import("./state.js").Participant} Participant
 * @typedef {object} Listener
 * @property {(participant: Participant, verb: string) => void} onVerb a verb was chosen on a row
 * @property {(participant: Participant, x: number, y: number) => void} onMenu all verbs are asked for
 */

/** Verbs that stand on a row itself, by what asks for them. */
const HAND_VERB = "grant";
const LOBBY_VERB = "admit";

export class Roster {
  /**
   * @param {HTMLElement} node
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {Listener} listener
   */
  constructor(node, i18n, listener) {
    this.node = node;
    this.i18n = i18n;
    this.listener = listener;
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    /** @type {import("./state.js").Conference | null} */
    this.shown = null;
    /** Whether whoever looks may use verbs. */
    this.chairing = false;
    /** The participant who looks. */
    this.self = "";
    node.classList.add("roster");
    node.setAttribute("role", "list");
    node.addEventListener("click", (event) => this.click(event));
    node.addEventListener("contextmenu", (event) => this.contextMenu(event));
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {import("./state.js").Conference} conference @param {boolean} chairing @param {string} [self] */
  show(conference, chairing, self = "") {
    this.shown = conference;
    this.chairing = chairing;
    this.self = self;
    this.refresh();
  }

  /** Writes the rows in place: levels come five times a second. */
  refresh() {
    if (this.shown === null) return;
    const wanted = rosterOrder(this.shown.participants).map((participant) => {
      const row = this.rows.get(participant.id) ?? this.create(participant.id);
      this.write(row, participant);
      return row;
    });
    const same =
      wanted.length === this.node.children.length && wanted.every((row, i) => row === this.node.children[i]);
    if (!same) this.node.replaceChildren(...wanted);
    this.rows = new Map(wanted.map((row) => [row.dataset.participant ?? "", row]));
  }

  /** @param {string} id */
  create(id) {
    return element(
      "div",
      { class: "person", role: "listitem", data: { participant: id } },
      element("span", { class: "person-mark", "aria-hidden": "true" }, element("i"), element("b")),
      element("div", { class: "person-who" }, element("b"), element("p")),
      element("span", { class: "person-signs" }),
      element("span", { class: "bars", role: "img" }, element("i"), element("i"), element("i")),
      element("button", { type: "button", class: "person-verb", hidden: true }),
      element("button", { type: "button", class: "quiet person-more", hidden: true }, icon("more")),
    );
  }

  /** @param {HTMLElement} row @param {Participant} participant */
  write(row, participant) {
    const { t, term } = this.i18n;
    const [mark, who, signs, bars, verb, more] = /** @type {HTMLElement[]} */ ([...row.children]);
    const here = participant.state === "connected";
    Object.assign(row.dataset, { presence: participant.state, speaking: String(participant.speaking) });
    row.classList.toggle("floor", this.shown?.floor === participant.id);
    const level =
      here && !participant.muted && participant.level_db !== null ? share(participant.level_db) : 0;
    mark.style.setProperty("--level", level.toFixed(2));
    mark.children[1].textContent = [...participant.name][0] ?? "";
    who.children[0].textContent = participant.name + (participant.id === this.self ? t("roster.you") : "");
    who.children[1].textContent = /** @type {HTMLElement} */ (who.children[1]).title = this.facts(participant);
    row.classList.toggle("faulty", participant.reason !== "");
    this.fillSigns(signs, participant);
    bars.dataset.quality = here ? qualityOf(participant) : "unknown";
    const figures = { rtt: decimal(participant.rtt_ms, 0, " ms"), loss: percent(participant.loss_ratio) };
    bars.title = t("roster.figures", figures);
    bars.setAttribute("aria-label", bars.title);
    this.fillVerb(verb, participant);
    more.hidden = !this.chairing;
    more.title = t("roster.more", { name: participant.name });
    more.setAttribute("aria-label", more.title);
    row.title = term("presence", participant.state);
  }

  /** @param {Participant} participant */
  facts(participant) {
    const { language, term } = this.i18n;
    const reason = language === "zh" ? participant.reason_zh : participant.reason;
    const parts = reason === "" ? [] : [reason];
    if (participant.role !== "member") parts.push(term("seat", participant.role));
    if (participant.site !== "" && participant.site !== participant.name) parts.push(participant.site);
    if (this.chairing && participant.device !== "") parts.push(participant.device);
    if (isRemote(participant)) parts.push(participant.path.slice(1).join(" › "));
    if (participant.state !== "connected") parts.push(term("presence", participant.state));
    return parts.join(" · ");
  }

  /** @param {HTMLElement} node @param {Participant} participant */
  fillSigns(node, participant) {
    const { t } = this.i18n;
    const here = participant.state === "connected";
    const signs = [
      here && participant.hand_at_s !== null ? ["hand", t("sign.hand")] : null,
      this.shown?.content_holder === participant.id ? ["screen", t("sign.content")] : null,
      here && !participant.people ? ["camera_off", t("sign.nothing")] : null,
      here && participant.muted_by_chair ? ["mic_shut", t("sign.muted.chair")] : null,
      here && participant.muted && !participant.muted_by_chair ? ["mic_off", t("sign.muted")] : null,
    ].filter((sign) => sign !== null);
    fill(node, signs, () =>
      signs.map(([name, title]) =>
        element("span", { class: `sign ${name}`, title, role: "img", "aria-label": title }, icon(name)),
      ),
    );
  }

  /** @param {HTMLElement} button @param {Participant} participant */
  fillVerb(button, participant) {
    const verb = participant.state === "lobby" ? LOBBY_VERB : participant.hand_at_s !== null ? HAND_VERB : "";
    button.hidden = !this.chairing || verb === "";
    button.dataset.verb = verb;
    if (verb !== "") button.textContent = this.i18n.term("verb", verb);
  }

  /** @param {EventTarget | null} target @returns {Participant | null} */
  participantAt(target) {
    const row = target instanceof Element ? target.closest(".person") : null;
    const id = row instanceof HTMLElement ? row.dataset.participant : undefined;
    return this.shown?.participants.find((participant) => participant.id === id) ?? null;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const participant = this.participantAt(event.target);
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (participant === null || button === null) return;
    const { verb } = button.dataset;
    const { left, bottom } = button.getBoundingClientRect();
    if (verb) this.listener.onVerb(participant, verb);
    else this.listener.onMenu(participant, left, bottom);
  }

  /** @param {MouseEvent} event */
  contextMenu(event) {
    const participant = this.participantAt(event.target);
    if (participant === null || !this.chairing) return;
    event.preventDefault();
    this.listener.onMenu(participant, event.clientX, event.clientY);
  }
}
