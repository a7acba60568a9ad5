/** Scenes, tours and the schedule, kept up to date. */

/**
 * @typedef {{wall: string, what: string, id: string, cell: string}} Missing
 * @typedef {{wall: string, layout: string, sources: string[]}} WallPart
 * @typedef {{id: string, name: string, walls: WallPart[], transition: string, dissolve_ms: number, missing: Missing[]}} Scene
 *
 * @typedef {object} Tour
 * @property {string} id
 * @property {string} name
 * @property {string} wall
 * @property {string[]} cells
 * @property {number} dwell_s
 * @property {string[]} sources
 * @property {string} area
 * @property {string} state running, paused or stopped
 * @property {string} halt why it is paused: command, touched or layout
 * @property {number} live how many of its sources have a picture
 * @property {number} total
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} action take, start or stop
 * @property {string} target a scene or a tour
 * @property {string} at HH:MM:SS
 * @property {string[]} days
 * @property {boolean} enabled
 * @property {number} last_utc_s
 * @property {string} outcome done, failed or missed
 * @property {string} detail
 * @property {string} detail_zh
 *
 * @typedef {{entry: Entry, next_utc_s: number | null}} EntryDocument
 */

/** Dispatches `scenes`, `tours` and `schedule` when one of them has changed. */
export class Programme extends EventTarget {
  /** @param {import("../base/api.js").Api} api */
  constructor(api) {
    super();
    this.api = api;
    /** @type {Map<string, Scene>} */
    this.scenes = new Map();
    /** @type {Map<string, Tour>} */
    this.tours = new Map();
    /** @type {Map<string, EntryDocument>} */
    this.entries = new Map();
  }

  async load() {
    const [scenes, tours, entries] = await Promise.all(
      ["/scenes", "/tours", "/schedule"].map((path) => this.api.list(path)),
    );
    this.scenes = new Map(scenes.map((scene) => [scene.id, scene]));
    this.tours = new Map(tours.map((tour) => [tour.id, tour]));
    this.entries = new Map(entries.map((document) => [document.entry.id, document]));
    for (const type of ["scenes", "tours", "schedule"]) this.announce(type);
  }

  /** @param {import("../base/events.js").EventStream} events */
  watch(events) {
    const listen = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      events.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail));
    listen("scene", ({ scene, removed }) => this.receive("scenes", this.scenes, scene.id, scene, removed));
    listen("tour", ({ tour, removed }) => this.receive("tours", this.tours, tour.id, tour, removed));
    listen("schedule", ({ entry, removed }) =>
      this.receive("schedule", this.entries, entry.entry.id, entry, removed),
    );
  }

  /**
   * @template T
   * @param {string} type
   * @param {Map<string, T>} known
   * @param {string} id
   * @param {T} news
   * @param {boolean} removed
   */
  receive(type, known, id, news, removed) {
    if (removed) known.delete(id);
    else known.set(id, news);
    this.announce(type);
  }

  /** Keeps what walls show now. @param {import("./form.js").SceneBody} scene */
  saveScene(scene) {
    return this.api.post("/scenes", scene);
  }

  /** @param {string} id @param {object} change */
  changeScene(id, change) {
    return this.api.patch(`/scenes/${encodeURIComponent(id)}`, change);
  }

  /** @param {string} id */
  removeScene(id) {
    return this.api.remove(`/scenes/${encodeURIComponent(id)}`);
  }

  /** Has the daemon open what a scene needs. @param {string} id */
  prepareScene(id) {
    return this.api.post(`/scenes/${encodeURIComponent(id)}/prepare`);
  }

  /** @param {object} tour */
  addTour(tour) {
    return this.api.post("/tours", tour);
  }

  /** @param {string} id @param {"start" | "stop" | "pause" | "resume"} verb */
  tellTour(id, verb) {
    return this.api.post(`/tours/${encodeURIComponent(id)}/${verb}`);
  }

  /** @param {string} id */
  removeTour(id) {
    return this.api.remove(`/tours/${encodeURIComponent(id)}`);
  }

  /** @param {object} entry */
  addEntry(entry) {
    return this.api.post("/schedule", entry);
  }

  /** @param {string} id @param {object} change */
  changeEntry(id, change) {
    return this.api.patch(`/schedule/${encodeURIComponent(id)}`, change);
  }

  /** @param {string} id */
  removeEntry(id) {
    return this.api.remove(`/schedule/${encodeURIComponent(id)}`);
  }

  /** @param {string} action @param {string} target @returns {string} what an entry's target is called */
  targetName(action, target) {
    const known = action === "take" ? this.scenes : this.tours;
    return known.get(target)?.name ?? target;
  }

  /** @param {string} type */
  announce(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}

/** @param {import("../base/i18n.js").I18n} i18n @param {Missing} missing @returns {string} */
export function missingText(i18n, { what, id, cell, wall }) {
  return what === "source" && cell !== ""
    ? i18n.t("missing.cell", { cell, id })
    : i18n.t("missing.other", { what: i18n.term("lost", what), id: what === "source" ? id : `${id} (${wall})` });
}
