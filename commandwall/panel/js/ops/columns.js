/** The columns of the feed table: what they show and how they are sorted. */

import { age, bitrate, codec, decimal, drift, percent, size, skew } from "../base/format.js";
import { mainTrouble } from "../cameras/store.js";

/**
 * @typedef {import("../cameras/store.js").Camera} Camera
 * @typedef {object} Context what a column needs besides the camera
 * @property {(id: string) => string} areaName
 * @property {import("../base/i18n.js").I18n} i18n
 *
 * @typedef {object} Column
 * @property {string} id
 * @property {boolean} [figure] is a number, aligned to the right
 * @property {(camera: Camera, context: Context) => string} text
 * @property {(camera: Camera, context: Context) => string | number | null} key `null` is sorted last
 */

/** @param {Camera} camera @param {Context} context */
export function reasonOf(camera, { i18n }) {
  const own = i18n.language === "zh" ? camera.reason_zh : camera.reason;
  return [own, mainTrouble(camera, i18n)].filter(Boolean).join(" · ");
}

/** Trouble first: the state that needs somebody most is the smallest. */
const URGENCY = ["lost", "refused", "stalled", "connecting", "live", "disabled"];

/** @type {Column[]} */
export const COLUMNS = [
  {
    id: "state",
    text: (it, { i18n }) => i18n.term("camera", it.state),
    key: (it) => URGENCY.indexOf(it.state),
  },
  { id: "name", text: (it) => it.name, key: (it) => it.name },
  { id: "id", text: (it) => it.id, key: (it) => it.id },
  { id: "area", text: (it, { areaName }) => areaName(it.area), key: (it, { areaName }) => areaName(it.area) },
  { id: "codec", text: (it) => codec(it.codec), key: (it) => it.codec },
  { id: "size", figure: true, text: size, key: (it) => (it.width ?? 0) * (it.height ?? 0) || null },
  { id: "fps", figure: true, text: (it) => decimal(it.fps, 1), key: (it) => it.fps },
  { id: "bitrate", figure: true, text: (it) => bitrate(it.bitrate_bps), key: (it) => it.bitrate_bps },
  {
    id: "keyframe",
    figure: true,
    text: (it) => decimal(it.keyframe_interval_s || null, 1, " s"),
    key: (it) => it.keyframe_interval_s || null,
  },
  {
    id: "age",
    figure: true,
    text: (it) => age(it.last_frame_age_s),
    key: (it) => known(it.last_frame_age_s),
  },
  { id: "reconnects", figure: true, text: (it) => decimal(it.reconnects, 0), key: (it) => it.reconnects },
  { id: "loss", figure: true, text: (it) => percent(it.loss_ratio), key: (it) => it.loss_ratio },
  { id: "skew", figure: true, text: (it) => skew(it.clock_skew_ms), key: (it) => it.clock_skew_ms },
  { id: "drift", figure: true, text: (it) => drift(it.clock_drift_ppm), key: (it) => it.clock_drift_ppm },
  { id: "reason", text: reasonOf, key: (it, context) => reasonOf(it, context) || null },
];

/** @param {number | null} age_s negative when there was no picture yet */
function known(age_s) {
  return age_s === null || age_s < 0 ? null : age_s;
}

/** @param {string} id @returns {Column} */
export function columnOf(id) {
  return COLUMNS.find((column) => column.id === id) ?? COLUMNS[0];
}
