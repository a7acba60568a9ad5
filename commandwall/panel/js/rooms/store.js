/** All conferences that are open or to come, kept up to date. */

/** @typedef {import("../conference/state.js").Conference} Conference */

/** Dispatches `change`. */
export class ConferenceStore extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Conference>} */
    this.conferences = new Map();
  }

  /** @param {Conference[]} conferences */
  load(conferences) {
    this.conferences = new Map(
      conferences.filter(({ state }) => state !== "ended").map((each) => [each.id, each]),
    );
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Takes an event `conference`. @param {{conference: Conference}} event */
  receive({ conference }) {
    if (conference.state === "ended") this.conferences.delete(conference.id);
    else this.conferences.set(conference.id, conference);
    this.dispatchEvent(new CustomEvent("change"));
  }
}
