/** What stands in the form of a data panel, as the daemon takes it: pure functions. */

/** Which fields a kind has, besides those that all have. @type {Record<string, string[]>} */
export const FIELDS = {
  text: ["stale_after_s"],
  gauge: ["unit", "min", "max", "decimals", "thresholds", "stale_after_s"],
  series: ["unit", "min", "max", "decimals", "thresholds", "window_s", "stale_after_s"],
  table: ["columns", "stale_after_s"],
  map: ["area", "stale_after_s"],
  clock: ["zone"],
  picture: ["stale_after_s"],
};
export const KINDS = Object.keys(FIELDS);
export const LEVELS = ["normal", "notice", "caution", "warning", "alarm"];
const NUMBERS = new Set(["min", "max", "decimals", "window_s", "stale_after_s"]);

/**
 * Returns the panel that the form describes. What is left empty is left out; a number that is none is
 * passed on as text, so that the daemon names the field.
 * @param {Record<string, string>} form
 * @returns {Record<string, any>}
 */
export function entryOf(form) {
  /** @type {Record<string, any>} */
  const entry = { id: form.id.trim(), name: form.name.trim(), kind: form.kind };
  for (const field of ["title", ...(FIELDS[form.kind] ?? [])]) {
    const text = (form[field] ?? "").trim();
    if (text === "") continue;
    if (field === "columns") entry.columns = listOf(text);
    else if (field === "thresholds") entry.thresholds = thresholdsOf(text);
    else entry[field] = NUMBERS.has(field) ? numberOf(text) : text;
  }
  return entry;
}

/**
 * Returns the form that describes a panel.
 * @param {Record<string, any>} entry
 * @returns {Record<string, string>}
 */
export function formOf(entry) {
  /** @type {Record<string, string>} */
  const form = {};
  for (const [field, value] of Object.entries(entry)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    if (field === "columns") form.columns = value.join(", ");
    else if (field === "thresholds") {
      form.thresholds = value.map((/** @type {any} */ it) => `${it.at} ${it.level}`).join(", ");
    } else form[field] = String(value);
  }
  return form;
}

/** @param {string} text */
function listOf(text) {
  return text.split(/[,，、]/).map((part) => part.trim()).filter(Boolean);
}

/** @param {string} text like `2.5 caution, 3.5 alarm` */
function thresholdsOf(text) {
  return listOf(text).map((part) => {
    const [at = "", level = ""] = part.split(/\s+/);
    return { at: numberOf(at), level };
  });
}

/** @param {string} text @returns {number | string} */
function numberOf(text) {
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : number;
}
