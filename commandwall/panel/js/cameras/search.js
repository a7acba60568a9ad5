/** Finding cameras by words. */

/**
 * Returns `text` as it is compared: full-width and upper-case letters become plain ones.
 * @param {string} text
 */
function plain(text) {
  return text.normalize("NFKC").toLowerCase();
}

/** @param {string} text what somebody typed @returns {string[]} the words that all must be found */
export function searchTerms(text) {
  return plain(text).split(/\s+/).filter(Boolean);
}

/** @param {...string} parts names and ids @returns {string} what `matches` looks in */
export function searchText(...parts) {
  return plain(parts.join("\n"));
}

/** @param {string} text from `searchText` @param {string[]} terms from `searchTerms` */
export function matches(text, terms) {
  return terms.every((term) => text.includes(term));
}
