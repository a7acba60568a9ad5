/** All data panels, kept up to date. */

/**
 * @typedef {object} Panel
 * @property {string} id
 * @property {string} name
 * @property {string} kind text, table, gauge, series, map, clock or picture
 * @property {string} title
 * @property {boolean} configured it stands in the configuration and is changed there
 * @property {string | null} at since when its value is so
 * @property {boolean} timed the sender said that; else it is when the value arrived
 * @property {number} age_s -1 without a value
 * @property {number | null} stale_after_s from which age on it is old
 * @property {string | null} level of words: normal, notice, caution, warning or alarm
 * @property {any} value
 */

/** Dispatches `change` when a panel comes, changes or goes. */
export class PanelStore extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Panel>} */
    this.panels = new Map();
    /** When each was told, in `performance.now()`. @type {Map<string, number>} */
    this.toldAtMs = new Map();
  }

  /** @param {Panel[]} panels */
  load(panels) {
    this.panels = new Map(panels.map((panel) => [panel.id, panel]));
    for (const { id } of panels) this.toldAtMs.set(id, performance.now());
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Takes an event `data`. @param {{panel: Panel, removed?: boolean}} event */
  receive({ panel, removed = false }) {
    this.toldAtMs.set(panel.id, performance.now());
    if (removed) this.panels.delete(panel.id);
    else this.panels.set(panel.id, panel);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** @param {Panel} panel @returns {number} how old its value is now, in seconds; -1 without a value */
  ageOf({ id, age_s: age }) {
    return age < 0 ? -1 : age + (performance.now() - (this.toldAtMs.get(id) ?? 0)) / 1000;
  }

  /** @param {Panel} panel @returns {boolean} whether its value is older now than it may be */
  isStale(panel) {
    return panel.stale_after_s !== null && this.ageOf(panel) > panel.stale_after_s;
  }

  /** @param {Panel} panel @returns {string} how it is, as cameras are: its dot's colour */
  stateOf(panel) {
    if (panel.kind === "clock") return "live";
    if (panel.at === null) return "connecting";
    return this.isStale(panel) ? "late" : "live";
  }
}
