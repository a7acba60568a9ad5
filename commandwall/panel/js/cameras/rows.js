/** The camera tree as the list of rows that are visible in it. */

import { matches } from "./search.js";
import { TROUBLE } from "./store.js";

/**
 * @typedef {import("./store.js").Area} Area
 * @typedef {import("./store.js").Camera} Camera
 * @typedef {{kind: "area", area: Area, depth: number, open: boolean}} AreaRow
 * @typedef {{kind: "camera", camera: Camera, depth: number}} CameraRow
 * @typedef {AreaRow | CameraRow} Row
 *
 * @typedef {object} View
 * @property {Set<string>} closed ids of areas that are folded up
 * @property {string[]} terms what is searched for; while there is any, nothing is folded up
 * @property {"all" | "live" | "trouble"} filter
 */

/** @type {Record<View["filter"], (camera: Camera) => boolean>} */
const FILTERS = {
  all: () => true,
  live: (camera) => camera.state === "live",
  trouble: (camera) => TROUBLE.has(camera.state),
};

/**
 * Returns the rows from top to bottom. An area without cameras to show is left out, unless all are
 * asked for.
 * @param {import("./store.js").CameraStore} store
 * @param {View} view
 * @returns {Row[]}
 */
export function treeRows(store, view) {
  store.count();
  const everything = view.terms.length === 0 && view.filter === "all";
  const wanted = FILTERS[view.filter];
  /** @param {Area} area @param {number} depth @returns {Row[]} */
  const rowsOf = (area, depth) => {
    const open = view.terms.length > 0 || !view.closed.has(area.id);
    if (everything && !open) return [{ kind: "area", area, depth, open }];
    const below = area.areas.flatMap((child) => rowsOf(child, depth + 1));
    for (const id of area.cameras) {
      const camera = /** @type {Camera} */ (store.cameras.get(id));
      if (!wanted(camera) || !matches(store.texts.get(id) ?? "", view.terms)) continue;
      below.push({ kind: "camera", camera, depth: depth + 1 });
    }
    if (below.length === 0 && !everything) return [];
    return [{ kind: "area", area, depth, open }, ...(open ? below : [])];
  };
  return store.roots.flatMap((area) => rowsOf(area, 0));
}
