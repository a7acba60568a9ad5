/** Words for what a head's picture is worth, over the picture itself. */

/**
 * @typedef {import("../video/freshness.js").Verdict} Verdict
 * @typedef {import("../video/viewer.js").Fallback} Fallback
 * @typedef {import("../base/i18n.js").I18n} I18n
 */

/**
 * Returns what to say over a picture, or `""` when it is live and nothing is to be said.
 * @param {I18n} i18n
 * @param {Verdict} verdict
 */
export function truthText(i18n, { state, seconds }) {
  if (state === "live") return "";
  if (state === "waiting" && seconds < 1) return i18n.t("truth.opening");
  return i18n.t(`truth.${state}`, { seconds });
}
