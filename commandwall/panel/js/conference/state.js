/** A conference as the daemon tells of it, and what follows from that: pure functions. */

/**
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} name
 * @property {string} role chair, member or site
 * @property {string} site
 * @property {string[]} path sites from this one to where it is; longer than one for people of other levels
 * @property {string} device what it joins with, `""` where that is not known
 * @property {string} state invited, lobby, connecting, connected, lost, left or removed
 * @property {boolean} muted
 * @property {boolean} muted_by_self
 * @property {boolean} muted_by_chair
 * @property {number | null} hand_at_s since when it is raised, in seconds UTC
 * @property {boolean} speaking
 * @property {number | null} level_db
 * @property {boolean} people whether its picture or sound comes
 * @property {string} voice_fault why nothing is heard of it: absent, silent, unreadable, or `""`
 * @property {boolean} content whether it shows a second picture
 * @property {number | null} rtt_ms
 * @property {number | null} loss_ratio
 * @property {string} watches whose picture it was given to see, `""` for the conference's
 * @property {string} reason what is wrong, in English
 * @property {string} reason_zh
 *
 * @typedef {object} Called a line of the roll; times in seconds UTC
 * @property {string} participant
 * @property {string} name
 * @property {number | null} called_at_s `null` for who was not there to be called
 * @property {number | null} answered_at_s
 *
 * @typedef {{id: string, node: string, name: string, above: boolean, state: string, reason: string,
 *   reason_zh: string, ours: boolean, rtt_ms: number | null, loss_ratio: number | null, bitrate_bps: number,
 *   rejoins: number, feeds: string[]}} Link to the conference of another level; connecting, connected, lost or
 *   refused; `ours` was opened here
 *
 * @typedef {object} Conference
 * @property {string} id
 * @property {string} name
 * @property {string} state scheduled, open or ended
 * @property {string} reason why it cannot be opened although its time has come, `""` for nothing wrong
 * @property {string} reason_zh
 * @property {string | null} starts_at RFC 3339
 * @property {string | null} ends_at
 * @property {boolean} lobby
 * @property {boolean} locked
 * @property {boolean} recording it is recorded here
 * @property {boolean} recorded_elsewhere it is recorded on another level
 * @property {boolean} muted_on_entry all were muted, so that who comes is muted too
 * @property {string} wall that reacts, `""` for none
 * @property {string} layout that was chosen, `""` for the mode's own
 * @property {string} mode gallery, voice_switched, lecture, roll_call, broadcast or poll
 * @property {string} subject whom the mode is about, `""` for nobody; as in the next three
 * @property {string} chair
 * @property {string} floor who was granted it
 * @property {string} speaker
 * @property {string} content_holder a participant, or what of the room is shown (`camera:ID`)
 * @property {string} content_name what that is called
 * @property {number} dwell_s of a poll
 * @property {Called[]} roll
 * @property {Participant[]} participants
 * @property {Link[]} links
 */

/** In the place of a participant: the whole picture of the conference, and its content. */
export const PICTURE = "picture";
export const CONTENT = "content";

/** Who is in the call at present. */
const PRESENT = new Set(["connecting", "connected", "lost"]);
/** Who is of no more interest to a roster. */
const GONE = new Set(["removed"]);
/** From here on a connection is noticed, and from here on it disturbs: round trip in ms, loss as a ratio. */
const FAIR = { rttMs: 150, loss: 0.02 };
const POOR = { rttMs: 400, loss: 0.08 };

/** @param {Participant} participant */
export function isPresent({ state }) {
  return PRESENT.has(state);
}

/**
 * Returns whether there is content to watch for a participant: nobody is sent his own.
 * @param {Conference} conference
 * @param {string} viewer
 */
export function hasContent({ content_holder: holder, participants }, viewer) {
  if (holder === "" || holder === viewer) return false;
  const one = participants.find(({ id }) => id === holder);
  return one === undefined || one.content;
}

/** @param {Conference} conference whether anybody records it */
export function isRecorded({ recording, recorded_elsewhere: elsewhere }) {
  return recording || elsewhere;
}

/** @param {Participant} participant whether it sits at another level */
export function isRemote({ path }) {
  return path.length > 1;
}

/**
 * Returns the roster from top to bottom: who waits to be let in, raised hands with the oldest first, the
 * chair, who is there, who is not.
 * @param {Participant[]} participants
 * @returns {Participant[]}
 */
export function rosterOrder(participants) {
  return participants
    .filter(({ state }) => !GONE.has(state))
    .map((participant, index) => ({ participant, index, rank: rankOf(participant) }))
    .sort((a, b) => a.rank - b.rank || handOrder(a.participant, b.participant) || a.index - b.index)
    .map(({ participant }) => participant);
}

/** @param {Participant} participant */
function rankOf(participant) {
  if (participant.state === "lobby") return 0;
  if (!isPresent(participant)) return 4;
  if (participant.hand_at_s !== null) return 1;
  return participant.role === "chair" ? 2 : 3;
}

/** @param {Participant} a @param {Participant} b */
function handOrder(a, b) {
  return (a.hand_at_s ?? 0) - (b.hand_at_s ?? 0);
}

/**
 * How good a connection is, by what of it is known.
 * @param {{rtt_ms: number | null, loss_ratio: number | null}} figures
 * @returns {"unknown" | "good" | "fair" | "poor"}
 */
export function qualityOf({ rtt_ms: rttMs, loss_ratio: loss }) {
  if (rttMs === null && loss === null) return "unknown";
  const beyond = (/** @type {{rttMs: number, loss: number}} */ limit) =>
    (rttMs ?? 0) >= limit.rttMs || (loss ?? 0) >= limit.loss;
  if (beyond(POOR)) return "poor";
  return beyond(FAIR) ? "fair" : "good";
}
