/** The camera and the microphone of whoever joins: found, chosen, tried, switched. */

import { Meter } from "./meter.js";

/** What is sent of a person: enough for a cell of the conference picture and for one that fills it. */
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const REMEMBERED = { video: "commandwall.camera", audio: "commandwall.microphone" };

/** @typedef {"video" | "audio"} Kind */
/** @typedef {"insecure" | "missing" | "denied" | "absent" | "busy" | "failed"} Fault why there is none of a kind */

/** @type {Record<string, Fault>} */
const FAULTS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
};

/**
 * Dispatches `change` when a track comes or goes, `lost` when a device was taken away.
 * Either of the two may be missing: one can join by sound alone, and watch with neither.
 */
export class Devices extends EventTarget {
  constructor() {
    super();
    /** @type {Record<Kind, MediaStreamTrack | null>} */
    this.tracks = { video: null, audio: null };
    /** @type {Record<Kind, Fault | null>} */
    this.faults = { video: null, audio: null };
    /** What is to be sent at present; a device stays open when it is not. @type {Record<Kind, boolean>} */
    this.on = { video: true, audio: true };
    /** Whether the browser has been asked for them and has not answered; it may be asking its user. */
    this.opening = false;
    /** Whether nothing is wanted any more; the user may allow it all the same. */
    this.closed = false;
    this.meter = new Meter();
    navigator.mediaDevices?.addEventListener("devicechange", () => this.changed());
  }

  /** Opens both, or each by itself when one of them cannot be had. */
  async open() {
    const cause = unsupported();
    if (cause !== null) {
      this.faults = { video: cause, audio: cause };
      return this.changed();
    }
    this.opening = true;
    this.changed();
    const error = await this.ask({ video: wish("video"), audio: wish("audio") });
    if (error !== null) {
      await this.choose("audio");
      await this.choose("video");
    }
  }

  /** Opens a device of a kind instead of what is open. @param {Kind} kind @param {string} [device] its id */
  async choose(kind, device = "") {
    if (device !== "") localStorage.setItem(REMEMBERED[kind], device);
    this.tracks[kind]?.stop();
    this.tracks[kind] = null;
    const error = await this.ask({ [kind]: wish(kind) });
    if (error === null) return;
    this.faults[kind] = FAULTS[error.name] ?? "failed";
    this.changed();
  }

  /** @param {MediaStreamConstraints} constraints @returns {Promise<DOMException | null>} why not */
  async ask(constraints) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) this.take(track);
      return null;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      console.warn("no device", error);
      return error;
    } finally {
      this.opening = false;
      this.changed();
    }
  }

  /** @param {MediaStreamTrack} track */
  take(track) {
    if (this.closed) return track.stop();
    const kind = /** @type {Kind} */ (track.kind);
    this.tracks[kind]?.stop();
    this.tracks[kind] = track;
    this.faults[kind] = null;
    track.enabled = this.on[kind];
    if (kind === "video") track.contentHint = "motion";
    else this.meter.listen(track);
    track.addEventListener("ended", () => this.lost(kind, track));
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track */
  lost(kind, track) {
    if (this.tracks[kind] !== track) return;
    this.tracks[kind] = null;
    this.faults[kind] = "absent";
    this.changed();
    this.dispatchEvent(new CustomEvent("lost", { detail: kind }));
  }

  /** Sends it or not, at once. @param {Kind} kind @param {boolean} on */
  turn(kind, on) {
    this.on[kind] = on;
    const track = this.tracks[kind];
    if (track !== null) track.enabled = on;
    this.changed();
  }

  /** @param {Kind} kind @returns {Promise<MediaDeviceInfo[]>} */
  async list(kind) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === `${kind}input` && device.deviceId !== "");
  }

  /** What is to be sent. */
  get stream() {
    return new MediaStream(Object.values(this.tracks).filter((track) => track !== null));
  }

  changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }

  close() {
    this.closed = true;
    for (const track of Object.values(this.tracks)) track?.stop();
    this.meter.close();
  }
}

/** @returns {Fault | null} why this browser has no devices at all */
function unsupported() {
  if (!window.isSecureContext) return "insecure";
  return navigator.mediaDevices?.getUserMedia === undefined ? "missing" : null;
}

/** @param {Kind} kind @returns {MediaTrackConstraints} */
function wish(kind) {
  const device = localStorage.getItem(REMEMBERED[kind]);
  const chosen = device === null ? {} : { deviceId: { ideal: device } };
  return { ...(kind === "video" ? PICTURE : SOUND), ...chosen };
}
