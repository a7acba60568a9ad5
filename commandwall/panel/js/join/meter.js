/** How loud a microphone is. */

const EVERY_MS = 60;
/** What a meter shows as silence and as full: speech lies well between. */
const SILENT_DB = -60;
const LOUD_DB = -10;

/** Calls `onLevel` with 0 to 1 some 15 times a second while it listens. */
export class Meter {
  constructor() {
    /** @type {(level: number) => void} */
    this.onLevel = () => {};
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {MediaStreamAudioSourceNode | null} */
    this.source = null;
    this.timer = 0;
  }

  /** @param {MediaStreamTrack} track */
  listen(track) {
    this.context ??= new AudioContext();
    this.source?.disconnect();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.onLevel(levelOf(samples));
    }, EVERY_MS);
  }

  /** Browsers hold sound back until the user does something. */
  resume() {
    this.context?.resume().catch((error) => console.warn("no sound level", error));
  }

  close() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
  }
}

/** @param {Float32Array} samples from -1 to 1 @returns {number} from 0 (silent) to 1 (loud) */
export function levelOf(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return share(10 * Math.log10(sum / samples.length + 1e-12));
}

/** @param {number} db below full scale @returns {number} from 0 (silent) to 1 (loud) */
export function share(db) {
  return Math.max(0, Math.min(1, (db - SILENT_DB) / (LOUD_DB - SILENT_DB)));
}
