/** What the menu of a cell offers. */

import { NONE } from "./arrangement.js";
import { zoomOf } from "./crop.js";

/** @typedef {import("../widgets/menu.js").Item} Item */

/**
 * @param {import("./desk.js").Desk} desk
 * @param {string} cell
 * @param {import("../cameras/store.js").Camera | undefined} camera in the cell
 * @returns {Item[]}
 */
export function cellItems(desk, cell, camera) {
  const { t } = desk.i18n;
  const none = camera === undefined;
  const pinned = desk.view.tile(cell)?.pinned ?? false;
  const empty = (desk.view.tile(cell)?.source ?? NONE) === NONE;
  return [
    {
      label: t(desk.isSolo ? "solo.back" : "solo.enter"),
      icon: desk.isSolo ? "back" : "expand",
      keys: "Enter",
      disabled: !desk.isSolo && !desk.canSolo,
      action: () => desk.toggleSolo(),
    },
    {
      label: t("cell.enlarge"),
      icon: "biggest",
      keys: "B",
      disabled: empty || desk.isSolo,
      action: () => desk.enlargeSelected(),
    },
    {
      label: t("zoom.whole"),
      icon: "whole",
      keys: "0",
      disabled: empty || zoomOf(desk.zoom.crop(cell)) <= 1,
      action: () => desk.showWhole(),
    },
    ...aspectItems(desk, cell, empty),
    {
      label: t("cell.locate"),
      icon: "locate",
      disabled: none,
      action: () => desk.tree.reveal(camera?.id ?? ""),
    },
    { label: t("cell.fill"), icon: "fill", disabled: none, action: () => desk.fill(camera?.area ?? "") },
    {
      label: t(camera?.alarm ? "alarm.clear" : "alarm.set"),
      icon: "warning",
      disabled: none,
      action: () => desk.toggleAlarm(camera),
    },
    {
      label: t(pinned ? "cell.unpin" : "cell.pin"),
      icon: "pin",
      disabled: none,
      action: () => desk.change((session) => session.pin(cell, !pinned)),
    },
    {
      label: t("cell.empty"),
      icon: "empty",
      keys: "Del",
      disabled: empty,
      action: () => desk.emptySelected(),
    },
    {
      label: t("undo"),
      icon: "undo",
      keys: "Ctrl Z",
      disabled: desk.session.steps.undo === 0,
      action: () => desk.step("undo"),
    },
    ...desk.tours.items(cell),
  ];
}

/** @param {import("./desk.js").Desk} desk @param {string} cell @param {boolean} empty @returns {Item[]} */
function aspectItems(desk, cell, empty) {
  const now = desk.view.tile(cell)?.aspect;
  return ["fit", "fill", "stretch"].map((aspect) => ({
    label: desk.i18n.term("aspect", aspect),
    icon: `aspect_${aspect}`,
    disabled: empty || aspect === now,
    action: () => desk.change((session) => session.setView(cell, { aspect })),
  }));
}
