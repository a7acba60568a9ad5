/** Which feeds the table shows, and in which order. */

import { matches, searchText } from "../cameras/search.js";
import { columnOf, reasonOf } from "./columns.js";

/**
 * @typedef {import("../cameras/store.js").Camera} Camera
 * @typedef {object} Query
 * @property {string} column
 * @property {1 | -1} direction
 * @property {Set<string>} states empty: all
 * @property {Set<string> | null} cameras ids in the chosen area, or all
 * @property {string[]} terms
 */

/**
 * @param {import("../cameras/store.js").CameraStore} store
 * @param {Query} query
 * @param {import("./columns.js").Context} context
 * @returns {string[]} camera ids
 */
export function orderedFeeds(store, query, context) {
  const { key } = columnOf(query.column);
  const collator = new Intl.Collator(context.i18n.tag, { numeric: true });
  return [...store.cameras.values()]
    .filter((camera) => isWanted(store, camera, query, context))
    .map((camera) => ({ id: camera.id, key: key(camera, context) }))
    .sort((a, b) => compare(a.key, b.key, query.direction, collator) || collator.compare(a.id, b.id))
    .map(({ id }) => id);
}

/**
 * @param {import("../cameras/store.js").CameraStore} store
 * @param {Camera} camera
 * @param {Query} query
 * @param {import("./columns.js").Context} context
 */
function isWanted(store, camera, { states, cameras, terms }, context) {
  if (states.size > 0 && !states.has(camera.state)) return false;
  if (cameras !== null && !cameras.has(camera.id)) return false;
  if (terms.length === 0) return true;
  return matches(`${store.texts.get(camera.id)}\n${searchText(reasonOf(camera, context))}`, terms);
}

/**
 * Compares two sort keys; what is not known comes last in both directions.
 * @param {string | number | null} a
 * @param {string | number | null} b
 * @param {1 | -1} direction
 * @param {Intl.Collator} collator
 */
function compare(a, b, direction, collator) {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return (a - b) * direction;
  return collator.compare(String(a), String(b)) * direction;
}
