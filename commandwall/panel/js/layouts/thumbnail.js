/** A layout, drawn small. */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 36;

/**
 * Returns the path of a layout's cells on a picture of `width` x `height`, with a gap between them.
 * @param {import("./groups.js").Layout} layout
 * @param {number} width
 * @param {number} height
 */
export function layoutPath(layout, width, height) {
  const [unitX, unitY] = [width / layout.columns, height / layout.rows];
  const gap = Math.min(1.5, unitX * 0.3, unitY * 0.3);
  const number = (/** @type {number} */ value) => Number(value.toFixed(2));
  const parts = layout.cells.map((cell) => {
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
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", layoutPath(layout, width, HEIGHT));
  svg.append(path);
  return svg;
}
