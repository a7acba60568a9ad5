/** Days of the week, as the schedule has them. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/**
 * Says which days: every day, weekdays, the weekend, or their names.
 * @param {import("../base/i18n.js").I18n} i18n
 * @param {string[]} days
 * @returns {string}
 */
export function daysText(i18n, days) {
  const chosen = DAYS.filter((day) => days.includes(day));
  const key = chosen.join(" ");
  if (chosen.length === DAYS.length) return i18n.t("days.all");
  if (key === DAYS.slice(0, 5).join(" ")) return i18n.t("days.work");
  if (key === DAYS.slice(5).join(" ")) return i18n.t("days.weekend");
  return chosen.map((day) => i18n.term("day", day)).join(" ");
}
