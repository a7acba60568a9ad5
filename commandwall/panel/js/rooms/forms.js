/** The dialogs of conferences: a new one, an invitation, what is to be its content. */

import { element } from "../base/dom.js";
import { checkbox, dialogForm, field, textsOf } from "../widgets/form.js";

const ROLES = ["member", "site", "chair"];
const HOUR_S = 3600;
/** How long an invitation may be good, in hours. */
const VALID_H = [8, 24, 168];

/** @typedef {import("../cameras/store.js").AreaDocument} AreaDocument */

/**
 * @typedef {object} Parts
 * @property {import("../base/api.js").Api} api
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../widgets/dialog.js").Dialog} dialog
 */

export class ConferenceForms {
  /** @param {Parts} parts */
  constructor({ api, i18n, dialog }) {
    this.api = api;
    this.i18n = i18n;
    this.dialog = dialog;
    /** Walls that may react. @type {{id: string, name: string}[]} */
    this.walls = [];
    /** Areas, whose cameras follow who is of them. @type {AreaDocument[]} */
    this.areas = [];
  }

  /** Asks for a new conference. @param {(id: string) => void} then it is there */
  create(then) {
    const { t } = this.i18n;
    const walls = this.walls.map(({ id, name }) => element("option", { value: id }, name || id));
    const form = dialogForm(
      this.i18n,
      t("rooms.open"),
      [
        field(t("rooms.name"), element("input", { name: "name", required: true, maxlength: 100 }), true),
        field(t("rooms.starts"), element("input", { name: "starts_at", type: "datetime-local" })),
        field(t("rooms.ends"), element("input", { name: "ends_at", type: "datetime-local" })),
        field(
          t("rooms.wall"),
          element(
            "select",
            { name: "wall" },
            element("option", { value: "" }, t("rooms.wall.none")),
            ...walls,
          ),
        ),
        checkbox(t("rooms.lobby"), { name: "lobby" }),
      ],
      async (data) => {
        const body = newConference(textsOf(data), new Date());
        await this.api.post("/conferences", body);
        this.dialog.close();
        then(body.id);
      },
    );
    this.dialog.open(t("rooms.new"), form, element("p", { class: "dialog-text" }, t("rooms.now")));
  }

  /** Asks whom to invite, and shows the link. @param {import("../conference/state.js").Conference} conference */
  invite(conference) {
    const { t, term } = this.i18n;
    const roles = ROLES.map((role) => element("option", { value: role }, term("seat", role)));
    const areas = areaChoices(this.areas).map(({ value, label }) => element("option", { value }, label));
    const valid = VALID_H.map((hours) =>
      element("option", { value: hours * HOUR_S, selected: hours === 24 }, t("invite.hours", { hours })),
    );
    const form = dialogForm(
      this.i18n,
      t("invite.make"),
      [
        field(t("invite.name"), element("input", { name: "name", required: true, maxlength: 100 })),
        field(t("invite.role"), element("select", { name: "role" }, ...roles)),
        field(t("invite.site"), element("input", { name: "site", maxlength: 100, list: "site-areas" })),
        element("datalist", { id: "site-areas" }, ...areas),
        field(t("invite.valid"), element("select", { name: "expires_s" }, ...valid)),
      ],
      async (data) => {
        const { name, role, site, expires_s: expires } = textsOf(data);
        const body = { name: name.trim(), role, site: site.trim(), expires_s: Number(expires) };
        const member = await this.api.post(`/conferences/${encodeURIComponent(conference.id)}/members`, body);
        links.prepend(this.link(body.name, member));
        form.querySelector("input")?.select();
      },
    );
    const links = element("ul", { class: "dialog-list invitations" });
    this.dialog.open(t("invite.title", { name: conference.name }), form, links);
  }

  /** @param {string} name @param {{join_url: string, expires_at: string}} member */
  link(name, { join_url: path, expires_at: expiresAt }) {
    const { t, tag } = this.i18n;
    const url = new URL(path, location.origin).href;
    const until = new Intl.DateTimeFormat(tag, { dateStyle: "short", timeStyle: "short" }).format(
      new Date(expiresAt),
    );
    const shown = /** @type {HTMLInputElement} */ (
      element("input", { value: url, readonly: true, "aria-label": t("invite.link") })
    );
    const copy = element("button", { type: "button", class: "primary" }, t("invite.copy"));
    copy.addEventListener("click", async () => {
      shown.select();
      // Pages that are not secure have no clipboard; what is selected can be copied by hand.
      const copied = await navigator.clipboard?.writeText(url).then(
        () => true,
        () => false,
      );
      copy.textContent = t(copied ? "invite.copied" : "invite.selected");
    });
    return element(
      "li",
      {},
      element("div", {}, element("b", {}, name), element("p", {}, t("invite.until", { until })), shown),
      copy,
    );
  }
}

/**
 * Returns what may be written for each area: its name, which rosters show, or where others have that too its id.
 * The label tells those apart by what they lie in.
 * @param {AreaDocument[]} areas
 * @returns {{value: string, label: string}[]}
 */
export function areaChoices(areas) {
  const names = new Map(areas.map(({ id, name }) => [id, name]));
  return areas.map(({ id, name, parent }) => {
    const shared = areas.some((other) => other.id !== id && [other.id, other.name].includes(name));
    const outer = names.get(parent ?? "");
    return { value: shared ? id : name, label: outer === undefined ? name : `${name} · ${outer}` };
  });
}

/**
 * Returns the conference that a form describes, with an id of its own.
 * @param {Record<string, string>} data
 * @param {Date} now
 */
export function newConference(data, now) {
  const digits = now.toISOString().replace(/\D/g, "");
  /** @type {{id: string, name: string, lobby: boolean, starts_at?: string, ends_at?: string, wall?: string}} */
  const body = {
    id: `m-${digits.slice(0, 8)}-${digits.slice(8, 14)}`,
    name: data.name.trim(),
    lobby: data.lobby !== undefined,
  };
  for (const key of /** @type {const} */ (["starts_at", "ends_at"])) {
    if (data[key]) body[key] = new Date(data[key]).toISOString();
  }
  if (data.wall) body.wall = data.wall;
  return body;
}
