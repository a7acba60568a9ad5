/** A scene, drawn small: its layouts, with the cells that show something filled. */

import { NONE } from "../wall/arrangement.js";
import { layoutPaths } from "../layouts/thumbnail.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 36;
const GAP = 4;

/**
 * @typedef {import("../layouts/groups.js").Layout} Layout
 * @typedef {{id: string, size: [number, number]}} WallSize
 */

/**
 * Returns the part of `layout` whose cells show something, or nothing.
 * @param {Layout} layout
 * @param {string[]} sources in the order of its cells
 * @param {boolean} filled
 * @returns {Layout}
 */
function cellsWith(layout, sources, filled) {
  const cells = layout.cells.filter((_, index) => ((sources[index] ?? NONE) !== NONE) === filled);
  return { ...layout, cells };
}

/**
 * @param {import("./programme.js").Scene} scene
 * @param {Map<string, Layout>} layouts by id
 * @param {Map<string, WallSize>} walls by id
 * @returns {SVGSVGElement}
 */
export function scenePicture(scene, layouts, walls) {
  const svg = document.createElementNS(SVG, "svg");
  let x = 0;
  for (const part of scene.walls) {
    const [width, height] = walls.get(part.wall)?.size ?? [16, 9];
    const drawn = Math.round(HEIGHT * Math.min(width / height, 3));
    svg.append(...wallPicture(part, layouts.get(part.layout), x, drawn));
    x += drawn + GAP;
  }
  svg.setAttribute("viewBox", `0 0 ${x - GAP} ${HEIGHT}`);
  svg.setAttribute("class", "thumbnail");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

/**
 * @param {import("./programme.js").WallPart} part
 * @param {Layout | undefined} layout
 * @param {number} x
 * @param {number} width
 * @returns {SVGPathElement[]}
 */
function wallPicture(part, layout, x, width) {
  if (layout === undefined) return [];
  return [true, false].flatMap((filled) =>
    layoutPaths(cellsWith(layout, part.sources, filled), width, HEIGHT).map((cells) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", cells);
      path.setAttribute("class", filled ? "filled" : "vacant");
      path.setAttribute("transform", `translate(${x})`);
      return path;
    }),
  );
}
