/** The interface's words in the language of whoever sits in front of it. */

import { en } from "../words/en.js";
import { zh } from "../words/zh.js";

/** @type {Record<string, Record<string, string>>} */
const DICTIONARIES = { zh, en };
const REMEMBERED = "commandwall.language";

/** Dispatches `change` when the language is switched. */
export class I18n extends EventTarget {
  /** @param {Pick<Storage, "getItem" | "setItem">} storage @param {string} preferred a BCP 47 tag */
  constructor(storage = localStorage, preferred = navigator.language) {
    super();
    this.storage = storage;
    const remembered = storage.getItem(REMEMBERED) ?? "";
    const wanted = remembered in DICTIONARIES ? remembered : preferred.slice(0, 2).toLowerCase();
    this.language = wanted in DICTIONARIES ? wanted : "en";
    this.t = this.t.bind(this);
    this.term = this.term.bind(this);
  }

  /** @param {string} language `zh` or `en`; it is remembered in this browser */
  use(language) {
    this.language = language;
    this.storage.setItem(REMEMBERED, language);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** The language as a BCP 47 tag, for dates, numbers and fonts. */
  get tag() {
    return this.language === "zh" ? "zh-CN" : "en-GB";
  }

  /**
   * Returns the words for `key`, with `{name}` replaced from `values`.
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  t(key, values = {}) {
    const words = DICTIONARIES[this.language][key];
    if (words === undefined) throw new Error(`no words for ${key}`);
    return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  /**
   * Returns the words for one of the daemon's terms (a state, a role), or the term itself if it is new.
   * @param {string} group
   * @param {string} term
   */
  term(group, term) {
    return DICTIONARIES[this.language][`${group}.${term}`] ?? term;
  }

  /**
   * Writes the words that elements under `root` ask for: `data-text` (content), `data-label`
   * (aria-label), `data-hint` (title) and `data-placeholder`.
   * @param {HTMLElement} root
   */
  translate(root) {
    if (root === document.documentElement) root.lang = this.tag;
    for (const node of root.querySelectorAll("[data-text]")) {
      node.textContent = this.t(/** @type {HTMLElement} */ (node).dataset.text ?? "");
    }
    for (const [data, attribute] of ATTRIBUTES) {
      for (const node of root.querySelectorAll(`[data-${data}]`)) {
        node.setAttribute(attribute, this.t(/** @type {HTMLElement} */ (node).dataset[data] ?? ""));
      }
    }
  }

  /** Translates the whole page now and at every switch. @param {() => void} [then] */
  follow(then = () => {}) {
    const apply = () => {
      this.translate(document.documentElement);
      then();
    };
    this.addEventListener("change", apply);
    apply();
  }

  /** The words of a problem document: a title in the interface's language, and what the daemon says.
   * @param {import("./api.js").Problem} problem
   */
  problem(problem) {
    const known = `problem.${problem.status}`;
    const title = this.t(known in DICTIONARIES.en ? known : "problem.other", { status: problem.status });
    const detail = (this.language === "zh" && problem.detailZh) || problem.detail;
    return { title, detail };
  }
}

const ATTRIBUTES = [
  ["label", "aria-label"],
  ["hint", "title"],
  ["placeholder", "placeholder"],
];
