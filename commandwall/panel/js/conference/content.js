/** Choosing what of the centre is the content of a conference: a camera, a head, a screen, a panel, a scene. */

import { element, icon } from "../base/dom.js";

/** So many choices of what was searched for; who wants others writes more of the name. */
const MOST = 40;

/** @typedef {{source: string, name: string, note: string, icon: string}} Choice */

/** How what can be content is shown, by its kind: an icon, and words for what has no place of its own. */
/** @type {Record<string, {icon: string, words: string}>} */
const KINDS = {
  camera: { icon: "camera", words: "" },
  head: { icon: "fill", words: "content.head" },
  screen: { icon: "screen", words: "screens.label" },
  scene: { icon: "auto", words: "scenes.label" },
  data: { icon: "pattern", words: "data.label" },
};

export class ContentChooser {
  /**
   * @param {import("../widgets/dialog.js").Dialog} dialog
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(dialog, i18n) {
    this.dialog = dialog;
    this.i18n = i18n;
  }

  /** @param {Choice[]} all there are @param {(source: string) => void} then `""` for nothing */
  open(all, then) {
    const { t } = this.i18n;
    const list = element("ul", { class: "choices" });
    const choose = (/** @type {string} */ source) => {
      this.dialog.close();
      then(source);
    };
    const draw = (/** @type {string} */ text) => {
      const found = matching(all, text).slice(0, MOST);
      list.replaceChildren(...found.map((choice) => this.row(choice, choose)));
    };
    const search = element("input", {
      type: "search",
      placeholder: t("content.search"),
      "aria-label": t("content.search"),
    });
    search.addEventListener("input", () => draw(/** @type {HTMLInputElement} */ (search).value));
    const end = { type: "button", data: { source: "" }, on: { click: () => choose("") } };
    const none = element("button", end, t("content.none"));
    draw("");
    this.dialog.open(t("content.title"), element("div", { class: "content-search" }, search, none), list);
    search.focus();
  }

  /** @param {Choice} choice @param {(source: string) => void} choose */
  row({ source, name, note, icon: picture }, choose) {
    const button = { type: "button", data: { source }, on: { click: () => choose(source) } };
    return element(
      "li",
      {},
      element("button", button, icon(picture), element("b", {}, name), element("span", {}, note)),
    );
  }
}

/**
 * Returns the choices whose name, note or source has every word of `text`, in their order.
 * @param {Choice[]} choices
 * @param {string} text
 */
function matching(choices, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter(({ source, name, note }) => {
    const hay = `${source} ${name} ${note}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

/**
 * Returns something that can be content as a choice.
 * @param {{source: string, name: string, area: string}} one as the daemon tells of it
 * @param {import("../base/i18n.js").I18n} i18n
 * @returns {Choice}
 */
export function choiceOf({ source, name, area }, { t }) {
  const { icon: picture, words } = KINDS[source.slice(0, source.indexOf(":"))];
  return { source, name, note: words === "" ? area : t(words), icon: picture };
}
