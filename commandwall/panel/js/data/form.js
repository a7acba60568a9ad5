/** The form in which a data panel is made, changed, and given its words or its picture. */

import { Problem } from "../base/api.js";
import { byId, element } from "../base/dom.js";
import { FIELDS, KINDS, LEVELS, entryOf, formOf } from "./entry.js";

const ALL = ["id", "kind", "name", "title", ...new Set(Object.values(FIELDS).flat())];

export class PanelForm {
  /**
   * @param {import("../base/api.js").Api} api
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(api, i18n) {
    this.api = api;
    this.i18n = i18n;
    this.dialog = /** @type {HTMLDialogElement} */ (byId("data-form"));
    /** The panel that is changed, `null` for a new one. @type {import("./store.js").Panel | null} */
    this.panel = null;
    /** Counts what was asked for, so that an answer to something older is known for one. */
    this.asked = 0;
    /** @type {{id: string, name: string}[]} */
    this.areas = [];
    // What is typed here is no shortcut of the page.
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
  }

  /** @param {import("./store.js").Panel | null} panel `null`: a new one */
  async open(panel) {
    const asked = ++this.asked;
    const settings = panel === null ? null : await this.api.get(`${pathOf(panel.id)}/settings`);
    if (asked !== this.asked) return;
    this.panel = panel;
    this.build(settings === null ? { kind: "text" } : formOf(settings.panel), settings?.configured ?? false);
    this.dialog.showModal();
  }

  get title() {
    const { t } = this.i18n;
    return this.panel === null ? t("data.new") : t("data.edit", { name: this.panel.name });
  }

  /** @param {Record<string, string>} values @param {boolean} configured */
  build(values, configured) {
    const form = element("form", { method: "dialog", on: { submit: (/** @type {Event} */ e) => this.submit(e) } });
    this.form = /** @type {HTMLFormElement} */ (form);
    form.append(element("h2", {}, this.title));
    if (configured) form.append(element("p", { class: "form-note" }, this.i18n.t("data.configured")));
    const fields = element("fieldset", { disabled: configured });
    fields.append(...ALL.map((name) => this.field(name, values[name] ?? "")));
    form.append(fields, this.valueField(), element("p", { class: "form-fault", role: "alert", hidden: true }));
    form.append(this.buttons(configured));
    form.addEventListener("change", () => this.adapt());
    this.dialog.replaceChildren(form);
    this.adapt();
  }

  /** @param {string} name @param {string} value */
  field(name, value) {
    const { t } = this.i18n;
    const input = this.input(name, value);
    if (name === "id" && this.panel !== null) input.toggleAttribute("readonly", true);
    const words = t(`data.field.${name}`);
    return element("label", { data: { field: name } }, element("span", {}, words), input);
  }

  /** @param {string} name @param {string} value */
  input(name, value) {
    const { t, term } = this.i18n;
    if (name === "kind") return choice(name, value, KINDS.map((kind) => [kind, term("data.kind", kind)]));
    if (name === "area") {
      const areas = this.areas.map((area) => /** @type {[string, string]} */ ([area.id, area.name]));
      return choice(name, value, [["", t("data.everywhere")], ...areas]);
    }
    const required = name === "id" || name === "name";
    const hints = ["thresholds", "columns", "zone"];
    const placeholder = hints.includes(name) ? t(`data.hint.${name}`) : null;
    return element("input", { name, value, required, placeholder, autocomplete: "off" });
  }

  /** What a panel of words or a picture is to show from now on. */
  valueField() {
    const { t, term } = this.i18n;
    const text = typeof this.panel?.value === "string" ? this.panel.value : "";
    const levels = LEVELS.map((level) => /** @type {[string, string]} */ ([level, term("data.level", level)]));
    return element(
      "fieldset",
      {},
      element(
        "label",
        { class: "wide", data: { for: "text" } },
        element("span", {}, t("data.words")),
        element("textarea", { name: "words", rows: 3, maxlength: 2000 }, text),
      ),
      element(
        "label",
        { data: { for: "text" } },
        element("span", {}, t("data.level")),
        choice("level", this.panel?.level ?? "normal", levels),
      ),
      element(
        "label",
        { class: "wide", data: { for: "picture" } },
        element("span", {}, t("data.picture")),
        element("input", { name: "picture", type: "file", accept: "image/png,image/jpeg" }),
      ),
    );
  }

  /** @param {boolean} configured */
  buttons(configured) {
    const { t } = this.i18n;
    const remove = element(
      "button",
      { type: "button", class: "quiet", hidden: configured || this.panel === null, on: { click: () => this.remove() } },
      t("data.remove"),
    );
    const cancel = element("button", { type: "button", on: { click: () => this.dialog.close() } }, t("close"));
    const save = element("button", { type: "submit", class: "primary" }, t("data.save"));
    return element("footer", {}, remove, cancel, save);
  }

  /** Shows the fields that the chosen kind has. */
  adapt() {
    const kind = this.value("kind");
    for (const label of this.form?.querySelectorAll("label") ?? []) {
      const { field, for: wanted } = label.dataset;
      const always = field !== undefined && !Object.values(FIELDS).flat().includes(field);
      label.hidden = field === undefined ? wanted !== kind : !always && !FIELDS[kind].includes(field);
    }
    // Of a configured panel only words and pictures can be changed here.
    const fixed = this.form?.querySelector("fieldset")?.disabled ?? false;
    const save = /** @type {HTMLElement} */ (this.form?.querySelector(".primary"));
    save.hidden = fixed && kind !== "text" && kind !== "picture";
  }

  /** @param {string} name */
  value(name) {
    return /** @type {HTMLInputElement | undefined} */ (this.form?.elements.namedItem(name))?.value ?? "";
  }

  /** @param {Event} event */
  async submit(event) {
    event.preventDefault();
    await this.attempt(async () => {
      const entry = entryOf(Object.fromEntries(ALL.map((name) => [name, this.value(name)])));
      if (this.panel === null) this.made(await this.api.post("/data", entry));
      else if (!this.panel.configured) await this.api.call("PUT", pathOf(this.panel.id), { body: entry });
      await this.sendValue(entry.id, entry.kind);
    });
  }

  /**
   * Changes from now on what was new until now: its value may still be refused.
   * @param {import("./store.js").Panel} panel
   */
  made(panel) {
    this.panel = panel;
    /** @type {HTMLInputElement} */ (this.form?.elements.namedItem("id")).readOnly = true;
    /** @type {HTMLElement} */ (this.form?.querySelector("h2")).textContent = this.title;
  }

  /** @param {string} id @param {string} kind */
  async sendValue(id, kind) {
    const words = this.value("words");
    const level = this.value("level");
    const changed = words !== (this.panel?.value ?? "") || level !== (this.panel?.level ?? "normal");
    if (kind === "text" && words !== "" && changed) {
      await this.api.call("PUT", `${pathOf(id)}/value`, { body: { text: words, level } });
    }
    const file = /** @type {HTMLInputElement | null} */ (this.form?.elements.namedItem("picture"))?.files?.[0];
    if (kind === "picture" && file !== undefined) await this.api.upload(`${pathOf(id)}/value`, file);
  }

  async remove() {
    const panel = this.panel;
    if (panel !== null) await this.attempt(() => this.api.call("DELETE", pathOf(panel.id)));
  }

  /** Closes the form if `work` can be done, else says in it why not. @param {() => Promise<void>} work */
  async attempt(work) {
    try {
      await work();
      this.dialog.close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { title, detail } = this.i18n.problem(error);
      const fault = /** @type {HTMLElement} */ (this.dialog.querySelector(".form-fault"));
      fault.textContent = detail || title;
      fault.hidden = false;
    }
  }
}

/** @param {string} name @param {string} value @param {[string, string][]} options value and words */
function choice(name, value, options) {
  const select = element("select", { name });
  select.append(
    ...options.map(([option, words]) => element("option", { value: option, selected: option === value }, words)),
  );
  return select;
}

/** @param {string} id */
function pathOf(id) {
  return `/data/${encodeURIComponent(id)}`;
}
