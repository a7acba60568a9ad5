/** The links of a conference to those of other levels: how they are, joining the one above, taking one down. */

import { element, fill, icon } from "../base/dom.js";
import { dialogForm, field, textsOf } from "../widgets/form.js";

/** The states of links as states that have a colour. @type {Record<string, string>} */
const LINK_STATES = { connected: "live", connecting: "connecting", lost: "lost", refused: "refused" };
/** How many single pictures a link may carry, and does unless another number is chosen. */
const MOST_FEEDS = 8;
const USUAL_FEEDS = 2;

/**
 * @typedef {import("../conference/state.js").Conference} Conference
 * @typedef {import("../conference/state.js").Link} Link
 * @typedef {object} Parts
 * @property {HTMLElement} node
 * @property {import("../base/api.js").Api} api
 * @property {import("../base/i18n.js").I18n} i18n
 * @property {import("../widgets/dialog.js").Dialog} dialog
 * @property {import("../widgets/toasts.js").Toasts} toasts
 */

export class LinkSection {
  /** @param {Parts} parts */
  constructor({ node, api, i18n, dialog, toasts }) {
    this.node = node;
    this.api = api;
    this.i18n = i18n;
    this.dialog = dialog;
    this.toasts = toasts;
  }

  /** @param {Conference} conference @param {boolean} mayChange */
  show({ id, links }, mayChange) {
    const { t, language } = this.i18n;
    this.node.hidden = links.length === 0 && !mayChange;
    fill(this.node, [id, links, mayChange, language], () => {
      const add = { type: "button", class: "quiet", id: "rooms-link", on: { click: () => this.ask(id) } };
      const joins = mayChange && !links.some(({ above }) => above);
      return [
        element("h3", {}, t("rooms.links")),
        ...links.map((link) => this.row(id, link, mayChange && link.ours)),
        ...(joins ? [element("button", add, icon("plus"), t("link.new"))] : []),
      ];
    });
  }

  /** @param {string} conference @param {Link} link @param {boolean} removable */
  row(conference, link, removable) {
    const { t, term, language } = this.i18n;
    const { name, node, above, state } = link;
    const why = language === "zh" ? link.reason_zh : link.reason;
    const figures = this.figures(link);
    const remove = {
      type: "button",
      class: "quiet",
      title: t("link.end"),
      "aria-label": t("link.end"),
      on: { click: () => this.remove(conference, link) },
    };
    return element(
      "div",
      { class: "rooms-link", title: [why, figures].filter(Boolean).join("\n"), data: { state: LINK_STATES[state] } },
      element("span", { class: "dot" }),
      icon("levels"),
      element("b", {}, name || node),
      element("span", {}, [t(above ? "link.above" : "link.below"), term("link", state)].join(" · ")),
      removable ? element("button", remove, icon("close")) : null,
    );
  }

  /** How good a link is, `""` while that is not known. @param {Link} link */
  figures({ rtt_ms: rttMs, loss_ratio: loss, bitrate_bps: bps, rejoins, feeds }) {
    if (loss === null || loss === undefined) return "";
    return this.i18n.t("link.figures", {
      rtt: rttMs === null ? "-" : Math.round(rttMs),
      loss: (loss * 100).toFixed(1),
      rate: (bps / 1e6).toFixed(1),
      feeds: feeds.length,
      rejoins,
    });
  }

  /** Asks which conference above to join. @param {string} conference */
  ask(conference) {
    const { t } = this.i18n;
    const number = { name: "feeds", type: "number", min: 0, max: MOST_FEEDS, value: USUAL_FEEDS, required: true };
    const form = dialogForm(
      this.i18n,
      t("link.join"),
      [
        field(
          t("link.url"),
          element("input", { name: "url", required: true, placeholder: "…/join/cwi_…" }),
          true,
        ),
        field(t("link.token"), element("input", { name: "token", type: "password", autocomplete: "off" })),
        field(t("link.conference"), element("input", { name: "conference", value: conference, required: true })),
        field(t("link.feeds"), element("input", number)),
      ],
      async (data) => {
        await this.api.post(`/conferences/${encodeURIComponent(conference)}/links`, newLink(textsOf(data)));
        this.dialog.close();
      },
    );
    this.dialog.open(t("link.new"), form, element("p", { class: "dialog-text" }, t("link.text")));
  }

  /** @param {string} conference @param {Link} link */
  remove(conference, { id, name, node }) {
    const { t } = this.i18n;
    const path = `/conferences/${encodeURIComponent(conference)}/links/${encodeURIComponent(id)}`;
    this.dialog.confirm(t("link.end"), t("link.end.sure", { name: name || node }), () =>
      this.toasts.report(this.api.remove(path)),
    );
  }
}

/**
 * Returns the link that a form describes; an invitation's address holds the daemon's own and the token.
 * @param {Record<string, string>} data
 */
function newLink(data) {
  const invited = /^(https?:\/\/[^/]+)\/join\/([^/?#]+)/.exec(data.url.trim());
  return {
    url: invited?.[1] ?? data.url.trim().replace(/\/+$/, ""),
    token: data.token.trim() || (invited?.[2] ?? ""),
    conference: data.conference.trim(),
    feeds: Number(data.feeds),
  };
}
