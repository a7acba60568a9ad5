/** What is to be said of a conference as a whole. */

import { element, icon } from "../base/dom.js";
import { isRecorded } from "./state.js";

/**
 * @typedef {import("./state.js").Conference} Conference
 * @typedef {import("../base/i18n.js").I18n} I18n
 * @typedef {{kind: string, icon: string, text: string}} Chip
 */

/** @type {Record<string, string>} */
const MODE_ICONS = {
  gallery: "fill",
  voice_switched: "sound",
  lecture: "user",
  roll_call: "roll",
  broadcast: "broadcast",
  poll: "tour",
};

/** @param {Conference} conference @param {string} id @returns {string} what a participant is called */
export function nameOf(conference, id) {
  return conference.participants.find((participant) => participant.id === id)?.name ?? id;
}

/** @param {Conference} conference @returns {string} what its content is called */
export function contentOf(conference) {
  return conference.content_name || nameOf(conference, conference.content_holder);
}

/**
 * Returns the marks of a conference: recorded, directed how and with whom, locked, links that are broken.
 * @param {Conference} conference
 * @param {I18n} i18n
 * @returns {Chip[]}
 */
export function chipsOf(conference, { t, term }) {
  const { mode, subject } = conference;
  const who = subject === "" ? "" : ` · ${nameOf(conference, subject)}`;
  const recorded = conference.recording ? t("chip.recording") : t("chip.recorded_elsewhere");
  const broken = conference.links.filter(({ state }) => state === "lost" || state === "refused");
  return [
    isRecorded(conference) ? { kind: "record", icon: "record", text: recorded } : null,
    { kind: mode, icon: MODE_ICONS[mode] ?? "fill", text: term("mode", mode) + who },
    conference.locked ? { kind: "locked", icon: "lock", text: t("chip.locked") } : null,
    ...broken.map(({ name }) => ({ kind: "broken", icon: "warning", text: t("chip.broken", { name }) })),
  ].filter((chip) => chip !== null);
}

/** Draws a mark. @param {Chip} chip */
export function chip({ kind, icon: picture, text }) {
  return element("span", { class: "chip", data: { kind } }, icon(picture), text);
}

/** @param {I18n} i18n @param {string} at RFC 3339 @returns {string} the day only when it is another one */
export function momentText(i18n, at) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  const style = today ? {} : { month: /** @type {const} */ ("short"), day: /** @type {const} */ ("numeric") };
  const format = {
    ...style,
    hour: /** @type {const} */ ("2-digit"),
    minute: /** @type {const} */ ("2-digit"),
  };
  return new Intl.DateTimeFormat(i18n.tag, { ...format, hourCycle: "h23" }).format(moment);
}

/** @param {I18n} i18n @param {number} utcS @returns {string} */
export function clockText(i18n, utcS) {
  return new Intl.DateTimeFormat(i18n.tag, { timeStyle: "medium", hourCycle: "h23" }).format(utcS * 1000);
}
