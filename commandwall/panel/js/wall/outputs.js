/** Which wall is worked on, and where its heads are. */

import { byId, element, icon } from "../base/dom.js";

const REMEMBERED = "commandwall.wall";

/** @returns {string | null} the wall that was worked on in this browser before */
export function rememberedWall() {
  return localStorage.getItem(REMEMBERED);
}

/**
 * Offers the walls; one click changes over.
 * @param {{id: string, name: string}[]} walls
 * @param {(wall: string) => void} onPick
 */
export function offerWalls(walls, onPick) {
  const buttons = walls.map(({ id, name }) =>
    element(
      "button",
      { type: "button", title: id, data: { wall: id }, on: { click: () => onPick(id) } },
      name || id,
    ),
  );
  byId("walls").replaceChildren(...buttons);
}

/** Shows which wall is worked on, and links to its heads. @param {import("./arrangement.js").Wall} wall */
export function showWall(wall) {
  localStorage.setItem(REMEMBERED, wall.id);
  for (const button of byId("walls").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.wall === wall.id));
  }
  byId("wall-size").textContent = `${wall.size[0]}×${wall.size[1]} · ${wall.fps} fps`;
  const place = byId("heads");
  const shape = JSON.stringify([wall.id, wall.heads]);
  if (place.dataset.shown === shape) return;
  place.dataset.shown = shape;
  place.replaceChildren(...wall.heads.map((head) => headLink(wall.id, head)));
}

/** @param {string} wall @param {{id: string, rect: number[]}} head */
function headLink(wall, { id, rect: [x, y, width, height] }) {
  const href = `/head/${encodeURIComponent(wall)}/${encodeURIComponent(id)}`;
  const title = `${width}×${height} +${x} +${y}`;
  return element(
    "a",
    { class: "head-link", href, target: "_blank", rel: "noopener", title },
    icon("screen"),
    id,
  );
}
