/** What concerns whoever sits here, right now: pure functions. */

/**
 * @typedef {import("../conference/state.js").Conference} Conference
 * @typedef {import("../conference/state.js").Participant} Participant
 * @typedef {{word: string, urgent: boolean, action: "" | "answer" | "speak" | "hand" | "share" | "back",
 *   values?: Record<string, number>}} Notice `word` is a key of the words; `action` what is offered beside it
 */

/** From so many minutes before a link ends whoever is in by it is told. */
const WARNED_MIN = 10;

/**
 * Returns what is to be said over the pictures, the most urgent first.
 * @param {Conference} conference
 * @param {Participant} me
 * @param {boolean} replaced whether this seat was opened elsewhere
 * @returns {Notice | null}
 */
export function noticeFor(conference, me, replaced) {
  if (replaced) return { word: "notice.replaced", urgent: true, action: "back" };
  if (me.voice_fault !== "" && !me.muted) return { word: "notice.unheard", urgent: true, action: "" };
  const mine = conference.subject === me.id;
  if (conference.mode === "roll_call" && mine) {
    const word = answered(conference, me) ? "notice.answered" : "notice.called";
    return { word, urgent: true, action: me.muted ? "answer" : "" };
  }
  if (conference.floor === me.id) {
    return { word: "notice.floor", urgent: true, action: me.muted_by_self ? "speak" : "" };
  }
  if (conference.mode === "broadcast" && mine) return { word: "notice.broadcast", urgent: false, action: "" };
  if (conference.mode === "lecture" && mine) {
    return { word: "notice.lecture", urgent: false, action: me.muted_by_self ? "speak" : "" };
  }
  if (conference.content_holder === me.id && !me.content) {
    return { word: "notice.content", urgent: false, action: "share" };
  }
  if (me.muted_by_chair)
    return { word: "notice.muted", urgent: false, action: me.hand_at_s === null ? "hand" : "" };
  return null;
}

/**
 * Returns what is to be said of the end of a link, which ends the part of whoever is in by it.
 * @param {string} expiresAt RFC 3339
 * @param {number} nowMs UTC
 * @returns {Notice | null}
 */
export function expiryNotice(expiresAt, nowMs) {
  const minutes = Math.ceil((Date.parse(expiresAt) - nowMs) / 60_000);
  const soon = minutes > 0 && minutes <= WARNED_MIN;
  return soon ? { word: "notice.expires", urgent: false, action: "", values: { minutes } } : null;
}

/** @param {Conference} conference @param {Participant} me */
function answered(conference, me) {
  return conference.roll.some(({ participant, answered_at_s: at }) => participant === me.id && at !== null);
}

/**
 * Returns the step of the page that a conference asks for.
 * @param {Conference} conference
 * @param {Participant | null} me
 * @returns {"call" | "scheduled" | "lobby" | "ended" | "removed"}
 */
export function stepFor(conference, me) {
  if (conference.state === "ended") return "ended";
  if (me === null || me.state === "removed") return "removed";
  if (conference.state === "scheduled") return "scheduled";
  return me.state === "lobby" ? "lobby" : "call";
}
