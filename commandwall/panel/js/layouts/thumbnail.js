/** A layout, drawn small. */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 36;

/**
 * Returns the paths of a layout's cells on a picture of `width` x `height`, with a gap between them: one
 * path for each z, the lowest first.
 * @param {import("./groups.js").Layout} layout
 * @param {number} width
 * @param {number} height
 * @returns {string[]}
 */
export function layoutPaths(layout, width, height) {
  const levels = [...new Set(layout.cells.map((cell) => cell.z))].sort((a, b) => a - b);
  return levels.map((z) => cellsPath(layout, z, width, height));
}

/**
 * @param {import("./groups.js").Layout} layout
 * @param {number} z
 * @param {number} width
 * @param {number} height
 */
function cellsPath(layout, z, width, height) {
  const [unitX, unitY] = [width / layout.columns, height / layout.rows];
  const least = Math.min(...layout.cells.map((cell) => Math.min(cell.columns * unitX, cell.rows * unitY)));
  const gap = Math.min(1.5, least * 0.3);
  const number = (/** @type {number} */ value) => Number(value.toFixed(2));
  const cells = layout.cells.filter((cell) => cell.z === z);
  const parts = cells.map((cell) => {
    const [x, y] = [number(cell.column * unitX + gap / 2), number(cell.row * unitY + gap / 2)];
    const [w, h] = [number(cell.columns * unitX - gap), number(cell.rows * unitY - gap)];
    return `M${x} ${y}h${w}v${h}h${-w}z`;
  });
  return parts.join("");
}

/**
 * @param {import("./groups.js").Layout} layout
 * @param {number} aspect of the wall, width by height
 * @returns {SVGSVGElement}
 */
export function thumbnail(layout, aspect) {
  const width = Math.round(HEIGHT * Math.min(aspect, 3));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.setAttribute("class", "thumbnail");
  svg.setAttribute("aria-hidden", "true");
  for (const cells of layoutPaths(layout, width, HEIGHT)) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", cells);
    svg.append(path);
  }
  return svg;
}
