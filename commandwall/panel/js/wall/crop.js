/** Parts of a picture that a tile shows: pure functions. */

/** @typedef {[number, number, number, number]} Crop x, y, width, height in parts of the picture, 0 to 1 */

/** @type {Crop} */
export const WHOLE = [0, 0, 1, 1];
const MOST_ZOOM = 16;

/** @param {Crop} crop @returns {number} how many times larger it is shown than the whole */
export function zoomOf([, , width, height]) {
  return 1 / Math.max(width, height);
}

/**
 * Enlarges by `factor` so that the point of the picture at (`x`, `y`) of the tile stays where it is.
 * @param {Crop} crop
 * @param {number} factor
 * @param {number} x from 0 to 1
 * @param {number} y from 0 to 1
 * @returns {Crop}
 */
export function zoomed([left, top, width, height], factor, x, y) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, zoomOf([left, top, width, height]) * factor));
  const scale = 1 / zoom / Math.max(width, height);
  const [wide, high] = [Math.min(1, width * scale), Math.min(1, height * scale)];
  return inside([left + x * (width - wide), top + y * (height - high), wide, high]);
}

/**
 * Moves the picture by (`dx`, `dy`) of the tile.
 * @param {Crop} crop
 * @param {number} dx
 * @param {number} dy
 * @returns {Crop}
 */
export function moved([left, top, width, height], dx, dy) {
  return inside([left - dx * width, top - dy * height, width, height]);
}

/** @param {Crop} crop @returns {Crop} moved into the picture, and rounded as it is sent */
function inside([left, top, width, height]) {
  const [wide, high] = [round(width), round(height)];
  const x = Math.min(Math.max(0, left), 1 - wide);
  const y = Math.min(Math.max(0, top), 1 - high);
  return [round(x), round(y), wide, high];
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 1e4) / 1e4;
}
