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

/**
 * Shows which wall is worked on, and links to its heads.
 * @param {import("./arrangement.js").Wall} wall
 * @param {import("../base/i18n.js").I18n} i18n
 */
export function showWall(wall, i18n) {
  localStorage.setItem(REMEMBERED, wall.id);
  for (const button of byId("walls").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.wall === wall.id));
  }
  byId("wall-size").textContent = `${wall.size[0]}×${wall.size[1]} · ${wall.fps} fps`;
  const place = byId("heads");
  const links = wall.heads.map((head) => describeHead(wall.id, head, i18n));
  const shape = JSON.stringify(links);
  if (place.dataset.shown === shape) return;
  place.dataset.shown = shape;
  place.replaceChildren(...links.map(headLink));
}

/** @typedef {import("./arrangement.js").Head} Head */

/**
 * @param {string} wall
 * @param {Head} head
 * @param {import("../base/i18n.js").I18n} i18n
 */
function describeHead(wall, { id, rect: [x, y], size: [width, height], rotate, display }, i18n) {
  const href = `/head/${encodeURIComponent(wall)}/${encodeURIComponent(id)}`;
  const lines = [`${width}×${height} +${x} +${y}${rotate === 0 ? "" : ` ${rotate}°`}`];
  if (display !== null) lines.push(describeDisplay(display, i18n));
  return { id, href, title: lines.join("\n"), trouble: Boolean(display?.fault) };
}

/** @param {NonNullable<Head["display"]>} display @param {import("../base/i18n.js").I18n} i18n */
function describeDisplay({ monitor, mode, fault, fault_zh }, i18n) {
  if (fault !== "") return i18n.t("display.fault", { fault: i18n.language === "zh" ? fault_zh : fault });
  return i18n.t("display.shown", { monitor, width: mode[0], height: mode[1], rate: mode[2] });
}

/** @param {{id: string, href: string, title: string, trouble: boolean}} link */
function headLink({ id, href, title, trouble }) {
  return element(
    "a",
    { class: "head-link", href, target: "_blank", rel: "noopener", title, data: { trouble } },
    icon(trouble ? "warning" : "screen"),
    id,
  );
}
