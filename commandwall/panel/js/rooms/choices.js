/** What is in the selected cell, as content of a conference. */

import { NONE } from "../wall/arrangement.js";

/** Kinds of source that can be content as they are. */
const SHOWABLE = /^(camera|screen|data):/;

/**
 * Returns it as a choice, nothing where it cannot be content.
 * @param {import("../wall/arrangement.js").Tile | undefined} tile
 * @param {import("../base/i18n.js").I18n} i18n
 * @returns {import("../conference/content.js").Choice[]}
 */
export function selectedContent(tile, { t }) {
  const source = tile?.source ?? NONE;
  if (tile === undefined || !SHOWABLE.test(source)) return [];
  return [{ source, name: tile.name, note: t("cell.short", { cell: tile.cell }), icon: "biggest" }];
}
