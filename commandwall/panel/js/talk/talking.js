/** Talking to the street: a conference or this user's microphone at a loudspeaker, and the end of it. */

import { publish } from "../webrtc/session.js";

const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Dispatches `change` when this microphone begins to be heard somewhere, or is heard no longer. */
export class Talking extends EventTarget {
  /**
   * @param {import("../base/api.js").Api} api
   * @param {import("./store.js").TalkStore} store
   * @param {import("../widgets/toasts.js").Toasts} toasts
   * @param {import("../base/i18n.js").I18n} i18n
   */
  constructor(api, store, toasts, i18n) {
    super();
    this.api = api;
    this.store = store;
    this.toasts = toasts;
    this.i18n = i18n;
    /** The loudspeaker that this microphone is heard at, `""` for none. */
    this.heardAt = "";
    /** Lets go of the microphone. */
    this.hush = () => {};
    store.addEventListener("change", () => this.followStore());
    window.addEventListener("pagehide", () => this.hush());
  }

  /** Whether this browser lets pages have the microphone. */
  get canSpeak() {
    return window.isSecureContext && navigator.mediaDevices?.getUserMedia !== undefined;
  }

  /** Plays what is said in a conference. @param {string} loudspeaker @param {string} conference */
  async play(loudspeaker, conference) {
    const before = this.store.talks.get(loudspeaker);
    const talk = await this.toasts.report(this.api.call("PUT", path(loudspeaker), { body: { conference } }));
    // What was told meanwhile is newer than this answer.
    if (talk !== undefined && this.store.talks.get(loudspeaker) === before) this.store.receive({ talk });
  }

  /** Plays what this user says. @param {string} loudspeaker */
  async speak(loudspeaker) {
    this.hush();
    /** @type {MediaStream} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    } catch (error) {
      return this.toasts.show("error", this.i18n.t("talk.failed"), String(error));
    }
    const stop = () => stream.getTracks().forEach((track) => track.stop());
    const session = await this.toasts.report(publish(place("/whip", loudspeaker), stream));
    if (session === undefined) return stop();
    this.hush(); // Another may have been begun, and agreed upon, meanwhile.
    this.hush = () => {
      this.hush = () => {};
      stop();
      session.end();
      this.hear("");
    };
    this.hear(loudspeaker);
    session.onState = (state) => {
      if (state === "failed") this.lost();
    };
    await this.ask(); // Its end may have been told before it was known here that it had begun.
  }

  /** @param {string} loudspeaker that this microphone is heard at from now on, `""` for none */
  hear(loudspeaker) {
    this.heardAt = loudspeaker;
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** Ends what is said there, whoever began it. @param {string} loudspeaker */
  async end(loudspeaker) {
    if (this.heardAt === loudspeaker) this.hush();
    await this.toasts.report(this.api.remove(path(loudspeaker)));
  }

  lost() {
    this.hush();
    this.toasts.show("warning", this.i18n.t("talk.cut"));
  }

  /** Lets go of the microphone when what it was for has ended, as it has where nobody knows of it after a restart. */
  followStore() {
    if (this.heardAt === "") return;
    const talk = this.store.talks.get(this.heardAt);
    if (talk === undefined) this.ask();
    else if (!isVoice(talk)) this.hush();
  }

  /** Asks what is said where this microphone is heard. Nobody's is left open that cannot be told what becomes of it. */
  async ask() {
    const { heardAt, hush } = this;
    const told = this.store.talks.get(heardAt);
    /** @type {import("./store.js").Talk | null} */
    const talk = await this.api.get(path(heardAt)).catch(() => null);
    if (this.hush !== hush) return; // It is heard there no longer.
    if (talk === null) this.lost();
    else if (!isVoice(talk)) hush();
    else if (this.store.talks.get(heardAt) === told) this.store.receive({ talk });
  }
}

/** @param {import("./store.js").Talk} talk @returns {boolean} whether it is a voice that is, or may yet be, heard */
function isVoice({ state, conference }) {
  return state !== "idle" && conference === "";
}

/**
 * Says in words what is said at a loudspeaker.
 * @param {import("../base/i18n.js").I18n} i18n
 * @param {import("./store.js").Talk} talk
 * @param {string} conference what its conference is called
 */
export function talkText(i18n, talk, conference) {
  const what =
    talk.conference === ""
      ? i18n.t("talk.voice", { name: talk.holder })
      : i18n.t("talk.plays", { name: conference || talk.conference });
  const reason = i18n.language === "zh" ? talk.reason_zh : talk.reason;
  return [what, i18n.term("talkstate", talk.state), reason].filter((part) => part !== "").join(" · ");
}

/**
 * Returns what a loudspeaker is called, its id if it is not known.
 * @param {string} loudspeaker
 * @param {import("../cameras/store.js").CameraStore} cameras
 * @param {import("./store.js").TalkStore} store
 */
export function loudspeakerName(loudspeaker, cameras, store) {
  const [kind, id] = loudspeaker.split(":");
  const known = kind === "camera" ? cameras.cameras.get(id) : store.speakers.find((one) => one.id === id);
  return known?.name ?? id;
}

/** @param {string} loudspeaker */
function path(loudspeaker) {
  return `${place("", loudspeaker)}/talk`;
}

/** @param {string} root @param {string} loudspeaker */
function place(root, loudspeaker) {
  const [kind, ...id] = loudspeaker.split(":");
  return `${root}/${kind}s/${encodeURIComponent(id.join(":"))}`;
}
