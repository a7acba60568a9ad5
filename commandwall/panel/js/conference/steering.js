/** One conference under somebody's hands: roster, roll and the chair's instruments, and what they order. */

import { element } from "../base/dom.js";
import { ChairPanel } from "./chair.js";
import { ContentChooser, choiceOf } from "./content.js";
import { PICTURE } from "./state.js";
import { RollCall } from "./rollcall.js";
import { Roster } from "./roster.js";
import { verbsOn } from "./verbs.js";

/** What somebody may be called as. */
const ROLES = ["member", "site", "chair"];

/**
 * @typedef {import("./state.js").Conference} Conference
 * @typedef {import("./state.js").Participant} Participant
 *
 * @typedef {object} Parts
 * @property {import("../base/api.js").Api} api
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("../widgets/dialog.js").Dialog} dialog
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {{roster: HTMLElement, roll: HTMLElement, chair: HTMLElement}} nodes
 */

export class Steering {
  /** @param {Parts} parts */
  constructor({ api, i18n, menu, dialog, toasts, nodes }) {
    this.api = api;
    this.i18n = i18n;
    this.menu = menu;
    this.dialog = dialog;
    this.toasts = toasts;
    /** @type {Conference | null} */
    this.conference = null;
    /** What of the page itself is offered as content. @type {() => import("./content.js").Choice[]} */
    this.atHand = () => [];
    this.chooser = new ContentChooser(dialog, i18n);
    this.roster = new Roster(nodes.roster, i18n, {
      onVerb: (participant, verb) => this.order({ verb, target: participant.id }),
      onMenu: (participant, x, y) => this.openMenu(participant, x, y),
    });
    this.roll = new RollCall(nodes.roll, i18n, (verb, target) => this.order({ verb, target }));
    this.chair = new ChairPanel(nodes.chair, i18n, {
      onOrder: (order) => this.order(order),
      onEnd: () => this.end(),
      onCall: () => this.toasts.report(this.chooseCallee()),
      onContent: () => this.toasts.report(this.chooseContent()),
    });
    this.roll.node.hidden = true;
  }

  /** @param {Conference} conference @param {boolean} chairing @param {string} [self] the participant who looks */
  show(conference, chairing, self = "") {
    this.conference = conference;
    this.roster.show(conference, chairing, self);
    this.roll.show(conference, chairing);
    this.chair.show(conference, chairing, self);
  }

  get path() {
    return `/conferences/${encodeURIComponent(this.conference?.id ?? "")}`;
  }

  /** @param {import("./chair.js").Order} order */
  order(order) {
    return this.toasts.report(this.api.post(`${this.path}/chair`, order));
  }

  /** @param {Participant} participant @param {number} x @param {number} y */
  openMenu(participant, x, y) {
    if (this.conference === null) return;
    const { term } = this.i18n;
    const items = verbsOn(this.conference, participant).map(({ verb, icon, sure = false }) => ({
      label: term("verb", verb),
      icon,
      action: () => (sure ? this.confirm(verb, participant) : this.use(verb, participant)),
    }));
    this.menu.open(x, y, items, participant.name);
  }

  /** @param {string} verb @param {Participant} participant */
  use(verb, participant) {
    if (verb === "watch") return this.chooseView(participant);
    return this.order({ verb, target: participant.id });
  }

  /** @param {string} verb @param {Participant} participant */
  confirm(verb, { id, name }) {
    const { t, term } = this.i18n;
    this.dialog.confirm(term("verb", verb), t("chair.remove.sure", { name }), () =>
      this.order({ verb, target: id }),
    );
  }

  /** Asks whose picture somebody is to see. @param {Participant} viewer */
  chooseView(viewer) {
    const { t } = this.i18n;
    const { participants } = /** @type {Conference} */ (this.conference);
    const seen = participants.filter(({ id, people }) => people && id !== viewer.id);
    const choices = [{ id: PICTURE, name: t("watch.picture") }, ...seen];
    const buttons = choices.map(({ id, name }) => {
      const choose = () => {
        this.dialog.close();
        this.order({ verb: "watch", viewer: viewer.id, target: id });
      };
      const now = (viewer.watches || PICTURE) === id;
      return element(
        "li",
        {},
        element("button", { type: "button", "aria-pressed": String(now), on: { click: choose } }, name),
      );
    });
    this.dialog.open(
      t("watch.title", { name: viewer.name }),
      element("ul", { class: "choices" }, ...buttons),
    );
  }

  /** Asks what of the centre is to be the content, if any. */
  async chooseContent() {
    const found = /** @type {{source: string, name: string, area: string}[]} */ (
      await this.api.list(`${this.path}/content`)
    );
    const choices = [...this.atHand(), ...found.map((one) => choiceOf(one, this.i18n))];
    this.chooser.open(choices, (source) => this.order({ verb: "present", target: source }));
  }

  /** Asks who is to be called, of those whose pages would ring. */
  async chooseCallee() {
    const { t, term } = this.i18n;
    const { name } = /** @type {Conference} */ (this.conference);
    const callees = /** @type {{user: string}[]} */ (await this.api.list(`${this.path}/call`));
    const roles = ROLES.map((role) => element("option", { value: role }, term("seat", role)));
    const role = /** @type {HTMLSelectElement} */ (element("select", {}, ...roles));
    const buttons = callees.map(({ user }) => {
      const choose = () => this.call(user, role.value);
      return element("li", {}, element("button", { type: "button", on: { click: choose } }, user));
    });
    const nobody = element("p", { class: "dialog-text" }, t("call.nobody"));
    this.dialog.open(
      t("call.title", { name }),
      callees.length === 0 ? nobody : element("label", {}, t("call.role"), role),
      element("ul", { class: "choices" }, ...buttons),
    );
  }

  /** @param {string} user @param {string} role */
  async call(user, role) {
    this.dialog.close();
    const called = await this.toasts.report(this.api.post(`${this.path}/call`, { user, role }));
    if (called !== undefined) this.toasts.show("info", this.i18n.t("call.rings", { name: user }));
  }

  end() {
    const { t } = this.i18n;
    this.dialog.confirm(t("chair.end"), t("chair.end.sure"), () => this.order({ verb: "end" }));
  }
}
