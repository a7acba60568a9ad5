/** How loud a microphone is. */

import { levelOf } from "../conference/level.js";

const EVERY_MS = 60;

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
