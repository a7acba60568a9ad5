/** Which verbs of the chair make sense now, and on whom: pure functions. */

import { isPresent, isRemote } from "./state.js";

/**
 * @typedef {import("./state.js").Conference} Conference
 * @typedef {import("./state.js").Participant} Participant
 * @typedef {{verb: string, icon: string, sure?: boolean}} Verb `sure`: it is asked for once more
 */

/** @type {Record<string, string>} */
const ICONS = {
  admit: "door",
  answered: "check",
  broadcast: "broadcast",
  decline: "hand_down",
  grant: "hand",
  lecture: "user",
  mute: "mic_off",
  present: "screen",
  remove: "leave",
  revoke: "hand",
  roll_call: "roll",
  transfer: "chair",
  unmute: "mic",
  watch: "eye",
};

/**
 * Returns the verbs for a row, in the order in which they are needed.
 * @param {Conference} conference
 * @param {Participant} participant
 * @returns {Verb[]}
 */
export function verbsOn(conference, participant) {
  const one = participant;
  const here = one.state === "connected";
  const holds = conference.chair === one.id;
  const above = conference.links.some((link) => link.above && one.id.startsWith(`${link.id}/`));
  const subject = conference.subject === one.id;
  const calling = conference.mode === "roll_call";
  const called = conference.roll.some((line) => line.participant === one.id && line.answered_at_s === null);
  const wanted = [
    ["admit", one.state === "lobby"],
    ["grant", here && !calling && !holds && conference.floor !== one.id],
    ["revoke", conference.floor === one.id && !calling],
    ["decline", one.hand_at_s !== null],
    ["roll_call", here && !holds && !(calling && subject)],
    ["answered", calling && called],
    [one.muted_by_chair ? "unmute" : "mute", isPresent(one) && !holds && !above],
    ["broadcast", here && !holds && one.people && !(conference.mode === "broadcast" && subject)],
    ["lecture", here && !(conference.mode === "lecture" && subject)],
    ["watch", here],
    ["present", here && conference.content_holder !== one.id],
    ["transfer", here && !holds && one.role === "chair" && !isRemote(one)],
    ["remove", one.state !== "removed" && !holds && !isRemote(one)],
  ];
  return wanted.filter(([, fits]) => fits).map(([verb]) => verbOf(String(verb)));
}

/** @param {string} verb @returns {Verb} */
function verbOf(verb) {
  return { verb, icon: ICONS[verb], sure: verb === "remove" };
}
