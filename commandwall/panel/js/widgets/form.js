/** Forms in dialogs: labelled fields, a button, and what the daemon did not like about them. */

import { Problem } from "../base/api.js";
import { element } from "../base/dom.js";

/**
 * Returns a form that stays until its work is done; a problem with it is said in the form.
 * @param {import("../base/i18n.js").I18n} i18n
 * @param {string} submit words of its button
 * @param {(HTMLElement | null)[]} fields
 * @param {(data: FormData) => Promise<void>} work
 */
export function dialogForm(i18n, submit, fields, work) {
  const fault = element("p", { class: "form-fault wide", role: "alert", hidden: true });
  const onSubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      await work(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { title, detail } = i18n.problem(error);
      fault.textContent = detail || title;
      fault.hidden = false;
    }
  };
  const button = element("button", { type: "submit", class: "primary" }, submit);
  return element("form", { class: "dialog-form", on: { submit: onSubmit } }, ...fields, fault, button);
}

/** @param {string} words @param {HTMLElement} input @param {boolean} [wide] */
export function field(words, input, wide = false) {
  return element("label", { class: wide ? "wide" : null }, words, input);
}

/** @param {string} words @param {Record<string, unknown>} attributes of its input */
export function checkbox(words, attributes) {
  return element("label", { class: "day" }, element("input", { type: "checkbox", ...attributes }), words);
}

/**
 * Returns what a form says, a text for every field.
 * @param {FormData} data
 * @returns {Record<string, string>}
 */
export function textsOf(data) {
  return /** @type {Record<string, string>} */ (Object.fromEntries(data));
}
