/** What a wall shows, and how it is rearranged: pure functions. */

/**
 * @typedef {object} Tile
 * @property {string} cell
 * @property {string | null} source
 * @property {string} state live, late, frozen, lost, connecting or empty
 * @property {number | null} age_s
 * @property {boolean} damaged something of the picture was lost
 * @property {boolean} loss it was packets on their way
 * @property {number | null} fps
 * @property {string | null} stream
 * @property {string} decode off, key, nodeblock or full
 * @property {[number, number, number, number]} rect x, y, width, height in canvas pixels
 * @property {[number, number, number, number]} crop the part of the picture that is shown, 0 to 1
 * @property {string} aspect fit, fill or stretch
 * @property {number} z tiles with a greater one lie over others
 * @property {string} name
 * @property {boolean} pinned decoded in full before all others
 *
 * @typedef {object} Head
 * @property {string} id
 * @property {[number, number, number, number]} rect x, y, width, height in canvas pixels
 * @property {[number, number]} size of its picture
 * @property {number} rotate degrees clockwise
 * @property {boolean} test_pattern
 * @property {{monitor: string, mode: number[], fault: string, fault_zh: string} | null} display
 *
 * @typedef {object} Wall
 * @property {string} id
 * @property {string} name
 * @property {[number, number]} size
 * @property {number} fps
 * @property {number} revision
 * @property {string} layout
 * @property {string} full the cell that fills the wall, if one does: it is the only tile then
 * @property {Head[]} heads
 * @property {boolean} identifying
 * @property {boolean} test_pattern
 * @property {import("./budget.js").Budget} budget
 * @property {Tile[]} tiles
 *
 * @typedef {{layout: string, sources: string[]}} Arrangement
 * @typedef {"left" | "right" | "up" | "down"} Direction
 */

export const NONE = "none";
const CAMERA = "camera:";
const DATA = "data:";
const SCREEN = "screen:";
const CONFERENCE = "conference:";

/** @param {string} camera @returns {string} */
export function sourceOf(camera) {
  return CAMERA + camera;
}

/** @param {string | null} source @returns {string | null} the camera's id, if it is one */
export function cameraOf(source) {
  return source?.startsWith(CAMERA) ? source.slice(CAMERA.length) : null;
}

/** @param {string} panel @returns {string} */
export function dataSource(panel) {
  return DATA + panel;
}

/** @param {string | null} source @returns {boolean} whether it is a data panel */
export function isData(source) {
  return source?.startsWith(DATA) ?? false;
}

/** @param {string} screen @returns {string} */
export function screenSource(screen) {
  return SCREEN + screen;
}

/** @param {string} conference @param {string} participant or `picture`, `content` @returns {string} */
export function conferenceSource(conference, participant) {
  return `${CONFERENCE}${conference}/${participant}`;
}

/** @param {Wall} wall @returns {Arrangement} */
export function arrangementOf(wall) {
  return { layout: wall.layout, sources: wall.tiles.map((tile) => tile.source ?? NONE) };
}

/**
 * Returns the part of `all` that comes next when the wall is filled page by page: the first, or the
 * one after the page that is shown now; from the last it goes back to the first.
 * @param {string[]} all sources
 * @param {string[]} shown sources on the wall, in cell order
 * @param {number} size cells
 * @returns {{first: number, sources: string[]}} `first` counts from 0
 */
export function nextPage(all, shown, size) {
  const at = all.indexOf(shown[0]);
  const page = all.slice(at, at + size);
  const isPage = at >= 0 && at % size === 0 && page.every((source, i) => source === shown[i]);
  const first = isPage && at + size < all.length ? at + size : 0;
  return { first, sources: all.slice(first, first + size) };
}

/**
 * Returns the cell next to `from` in a direction: the nearest one whose centre lies that way, one in
 * the same row or column before others. Without any, `from` itself.
 * @param {Tile[]} tiles
 * @param {string} from
 * @param {Direction} direction
 */
export function neighbour(tiles, from, direction) {
  const start = tiles.find((tile) => tile.cell === from);
  if (start === undefined) return from;
  const [dx, dy] = DIRECTIONS[direction];
  const [x, y] = centre(start);
  let best = from;
  let bestCost = Infinity;
  for (const tile of tiles) {
    const [tx, ty] = centre(tile);
    const along = (tx - x) * dx + (ty - y) * dy;
    const across = Math.abs((tx - x) * dy) + Math.abs((ty - y) * dx);
    const cost = along + 3 * across;
    if (along > 0 && across <= along * 2 && cost < bestCost) [best, bestCost] = [tile.cell, cost];
  }
  return best;
}

/** @type {Record<Direction, [number, number]>} */
const DIRECTIONS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/** @param {Tile} tile @returns {[number, number]} */
function centre({ rect: [x, y, width, height] }) {
  return [x + width / 2, y + height / 2];
}
