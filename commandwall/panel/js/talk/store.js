/** What is said at loudspeakers of the street, and the loudspeakers that announced themselves. */

/**
 * @typedef {object} Talk
 * @property {string} loudspeaker `camera:ID` or `speaker:ID`
 * @property {"idle" | "opening" | "talking" | "lost" | "refused"} state
 * @property {string} reason
 * @property {string} reason_zh
 * @property {boolean | null} can_talk
 * @property {string} conference whose sound it is, `""` for somebody's own voice
 * @property {string} holder
 * @typedef {{id: string, name: string, talk: Talk}} Speaker
 */

/** Dispatches `change`. */
export class TalkStore extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Talk>} */
    this.talks = new Map();
    /** @type {Speaker[]} */
    this.speakers = [];
  }

  /** @param {Talk[]} talks @param {Speaker[]} speakers */
  load(talks, speakers) {
    this.talks = new Map([...speakers.map(({ talk }) => talk), ...talks].map((talk) => [talk.loudspeaker, talk]));
    this.speakers = speakers;
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Takes an event `talk`. @param {{talk: Talk}} event */
  receive({ talk }) {
    this.talks.set(talk.loudspeaker, talk);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** What is said at one now, if anything is. @param {string} loudspeaker @returns {Talk | null} */
  of(loudspeaker) {
    const talk = this.talks.get(loudspeaker);
    return talk === undefined || talk.state === "idle" ? null : talk;
  }

  /** What is said of a conference, wherever it is. @param {string} conference @returns {Talk[]} */
  ofConference(conference) {
    return [...this.talks.values()].filter((talk) => talk.state !== "idle" && talk.conference === conference);
  }
}
