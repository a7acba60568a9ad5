/** All cameras and the tree of areas they hang in, kept up to date. */

import { searchText } from "./search.js";

/** States in the order of summaries: what runs, what comes, what needs somebody. */
export const CAMERA_STATES = ["live", "connecting", "stalled", "lost", "refused", "disabled"];
/** States that somebody should look at. */
export const TROUBLE = new Set(["stalled", "lost", "refused"]);

/**
 * @typedef {object} Camera
 * @property {string} id
 * @property {string} name
 * @property {string} area
 * @property {string} state
 * @property {string} reason English
 * @property {string} reason_zh
 * @property {string | null} codec
 * @property {number | null} width
 * @property {number | null} height
 * @property {number | null} fps
 * @property {number | null} bitrate_bps
 * @property {number | null} keyframe_interval_s
 * @property {number | null} last_frame_age_s
 * @property {number | null} reconnects
 * @property {number | null} loss_ratio
 * @property {number | null} clock_skew_ms the camera's clock minus the daemon's
 * @property {number | null} clock_drift_ppm
 * @property {string | null} [alarm] the level of its alarm
 * @property {boolean} onvif whether it may be moved
 * @property {Record<string, {state: string, reason: string, reason_zh: string}>} streams `main` and `sub`
 *
 * @typedef {{id: string, name: string, parent: string | null}} AreaDocument
 * @typedef {{total: number, live: number, trouble: number}} Count
 * @typedef {object} Area
 * @property {string} id
 * @property {string} name
 * @property {string | null} parent
 * @property {Area[]} areas
 * @property {string[]} cameras ids
 * @property {Count} count of all cameras below
 */

/**
 * Says what is the matter with the stream that is fetched only while a large tile shows it.
 *
 * @param {Camera} camera @param {import("../base/i18n.js").I18n} i18n @returns {string} empty: nothing
 */
export function mainTrouble({ streams }, { language, t, term }) {
  if (streams.sub === undefined || !TROUBLE.has(streams.main?.state)) return "";
  const { state, reason, reason_zh: zh } = streams.main;
  return t("stream.trouble", {
    stream: term("stream", "main"),
    state: term("camera", state),
    reason: language === "zh" ? zh : reason,
  });
}

/** Dispatches `change`, at most once a repaint however many cameras change. */
export class CameraStore extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Camera>} */
    this.cameras = new Map();
    /** @type {Map<string, Area>} */
    this.areas = new Map();
    /** @type {Area[]} */
    this.roots = [];
    /** What search looks in, by camera. @type {Map<string, string>} */
    this.texts = new Map();
    this.announced = false;
    this.counted = false;
  }

  /** @param {AreaDocument[]} areas @param {Camera[]} cameras */
  load(areas, cameras) {
    this.cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    this.areas = new Map(areas.map((area) => [area.id, newArea(area)]));
    this.roots = [];
    for (const { id, parent } of areas) {
      const siblings = (parent !== null && this.areas.get(parent)?.areas) || this.roots;
      siblings.push(/** @type {Area} */ (this.areas.get(id)));
    }
    this.texts = new Map();
    for (const camera of cameras) this.hang(camera);
    this.announce();
  }

  /** Takes an event `camera`. @param {{camera: Camera, removed?: boolean}} event */
  receive({ camera, removed = false }) {
    if (removed) this.remove(camera);
    else this.update(camera);
  }

  /**
   * Takes what is read of cameras that are known, since events alone tell which there are. What an event told of one
   * while it was read is newer.
   * @param {() => Promise<Camera[]>} read
   */
  async reread(read) {
    const before = new Map(this.cameras);
    for (const camera of await read()) {
      const known = this.cameras.get(camera.id);
      if (known !== undefined && known === before.get(camera.id)) this.update(camera);
    }
  }

  /** @param {Camera} camera one that is known, or a new one */
  update(camera) {
    const known = this.cameras.get(camera.id);
    if (known !== undefined && known.area !== camera.area) this.remove(known);
    const hangs = this.cameras.has(camera.id);
    this.cameras.set(camera.id, camera);
    if (!hangs) this.hang(camera);
    else if (known?.name !== camera.name) this.describe(camera);
    this.announce();
  }

  /** @param {Camera} camera */
  remove({ id }) {
    const area = this.areas.get(this.cameras.get(id)?.area ?? "");
    if (area !== undefined) area.cameras = area.cameras.filter((other) => other !== id);
    this.cameras.delete(id);
    this.texts.delete(id);
    this.announce();
  }

  /** @param {Camera} camera */
  hang(camera) {
    let area = this.areas.get(camera.area);
    if (area === undefined) {
      area = newArea({ id: camera.area, name: camera.area, parent: null });
      this.areas.set(area.id, area);
      this.roots.push(area);
    }
    area.cameras.push(camera.id);
    this.describe(camera);
  }

  /** @param {Camera} camera */
  describe(camera) {
    const path = this.path(this.areas.get(camera.area));
    this.texts.set(camera.id, searchText(camera.name, camera.id, ...path));
  }

  /** @param {Area | undefined} area @returns {string[]} ids and names from the area up to the top */
  path(area) {
    if (area === undefined) return [];
    return [area.id, area.name, ...this.path(area.parent === null ? undefined : this.areas.get(area.parent))];
  }

  announce() {
    this.counted = false;
    if (this.announced) return;
    this.announced = true;
    requestAnimationFrame(() => {
      this.announced = false;
      this.dispatchEvent(new CustomEvent("change"));
    });
  }

  /** @returns {Record<string, number>} how many cameras are in each state */
  states() {
    const states = Object.fromEntries(CAMERA_STATES.map((state) => [state, 0]));
    for (const { state } of this.cameras.values()) states[state] += 1;
    return states;
  }

  /** @param {string} id @returns {string} the area's name */
  areaName(id) {
    return this.areas.get(id)?.name ?? id;
  }

  /** Brings every area's count up to date. */
  count() {
    if (this.counted) return;
    this.counted = true;
    for (const area of this.roots) this.countArea(area);
  }

  /** @param {Area} area @returns {Count} */
  countArea(area) {
    const count = { total: area.cameras.length, live: 0, trouble: 0 };
    for (const id of area.cameras) {
      const { state } = /** @type {Camera} */ (this.cameras.get(id));
      if (state === "live") count.live += 1;
      if (TROUBLE.has(state)) count.trouble += 1;
    }
    for (const child of area.areas) {
      const below = this.countArea(child);
      count.total += below.total;
      count.live += below.live;
      count.trouble += below.trouble;
    }
    area.count = count;
    return count;
  }

  /** @param {string} id @returns {string[]} ids of the area's cameras, those of areas below too */
  everyCameraIn(id) {
    const area = this.areas.get(id);
    return area === undefined
      ? []
      : [...area.cameras, ...area.areas.flatMap(({ id: child }) => this.everyCameraIn(child))];
  }

  /** @param {string} id @returns {string[]} those of them that are not disabled */
  camerasIn(id) {
    return this.everyCameraIn(id).filter((camera) => this.cameras.get(camera)?.state !== "disabled");
  }
}

/** @param {AreaDocument} area @returns {Area} */
function newArea({ id, name, parent }) {
  return { id, name, parent, areas: [], cameras: [], count: { total: 0, live: 0, trouble: 0 } };
}
