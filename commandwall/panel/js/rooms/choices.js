/** What of the centre can be content of a conference, as choices. */

import { NONE, dataSource, screenSource, sourceOf } from "../wall/arrangement.js";

/**
 * @typedef {import("./content.js").Choice} Choice
 * @typedef {object} Known
 * @property {import("../wall/arrangement.js").Tile | undefined} tile in the selected cell
 * @property {import("../wall/arrangement.js").Wall | null} wall
 * @property {import("../cameras/store.js").CameraStore} store
 * @property {import("../screens/store.js").ScreenStore} screens
 * @property {import("../data/store.js").PanelStore} panels
 * @property {import("../scenes/programme.js").Programme} programme
 */

/** Kinds of source that can be content as they are. */
const SHOWABLE = /^(camera|screen|data):/;

/**
 * Returns all choices: the selected cell first, then what is few, and the cameras last.
 * @param {Known} known
 * @param {import("../base/i18n.js").I18n} i18n
 * @returns {Choice[]}
 */
export function contentChoices({ tile, wall, store, screens, panels, programme }, { t }) {
  const selected = tile?.source ?? NONE;
  const heads = wall?.heads ?? [];
  return [
    ...(SHOWABLE.test(selected)
      ? [
          {
            source: selected,
            name: tile?.name ?? "",
            note: t("cell.short", { cell: tile?.cell ?? "" }),
            icon: "biggest",
          },
        ]
      : []),
    ...heads.map(({ id }) => ({
      source: `head:${wall?.id}/${id}`,
      name: `${wall?.name} ${id}`,
      note: t("content.head"),
      icon: "fill",
    })),
    ...[...screens.screens.values()].map(({ id, name }) => ({
      source: screenSource(id),
      name,
      note: t("screens.label"),
      icon: "screen",
    })),
    ...[...programme.scenes.values()].map(({ id, name }) => ({
      source: `scene:${id}`,
      name,
      note: t("scenes.label"),
      icon: "auto",
    })),
    ...[...panels.panels.values()].map(({ id, name }) => ({
      source: dataSource(id),
      name,
      note: t("data.label"),
      icon: "pattern",
    })),
    ...[...store.cameras.values()].map(({ id, name, area }) => ({
      source: sourceOf(id),
      name,
      note: store.areas.get(area)?.name ?? area,
      icon: "camera",
    })),
  ];
}
