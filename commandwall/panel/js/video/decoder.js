/** H.264 to pictures, by WebCodecs. */

/** With this many access units waiting, decoding no longer keeps up: skip to the next key frame. */
const MOST_WAITING = 20;

/**
 * @typedef {import("./packet.js").Packet} Packet
 * @typedef {{codec: string, width: number, height: number}} VideoConfig
 */

export class Decoder {
  /**
   * @param {(frame: VideoFrame, packet: Packet) => void} onPicture owns the frame and closes it
   * @param {(error: Error) => void} onError decoding failed; it goes on at the next key frame
   */
  constructor(onPicture, onError) {
    this.onPicture = onPicture;
    this.onError = onError;
    /** @type {VideoConfig | null} */
    this.config = null;
    /** @type {VideoDecoder | null} */
    this.decoder = null;
    /** Packets in the decoder by their time, without data. @type {Map<number, Packet>} */
    this.inside = new Map();
  }

  /** Takes a new configuration; decoding starts at the next key frame. @param {VideoConfig} config */
  configure(config) {
    this.close();
    this.config = config;
  }

  /** @param {Packet} packet */
  push(packet) {
    if (this.decoder !== null && this.decoder.decodeQueueSize > MOST_WAITING) this.close();
    if (this.decoder === null && packet.key && this.config !== null) this.start(this.config);
    if (this.decoder === null) return; // until the next key frame
    this.inside.set(packet.ptsUs, { ...packet, data: NO_DATA });
    const type = packet.key ? "key" : "delta";
    this.decoder.decode(new EncodedVideoChunk({ type, timestamp: packet.ptsUs, data: packet.data }));
  }

  /** Drops what is inside and waits for a key frame. */
  close() {
    if (this.decoder !== null && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.inside.clear();
  }

  /** @param {VideoConfig} config */
  start(config) {
    const decoder = new VideoDecoder({
      output: (frame) => this.output(decoder, frame),
      error: (error) => this.failed(decoder, error),
    });
    // The size is left to the parameter sets; Annex B has no `description`.
    decoder.configure({ codec: config.codec, optimizeForLatency: true });
    this.decoder = decoder;
  }

  /** @param {VideoDecoder} decoder @param {VideoFrame} frame */
  output(decoder, frame) {
    const packet = this.inside.get(frame.timestamp);
    this.inside.delete(frame.timestamp);
    if (decoder !== this.decoder || packet === undefined) frame.close();
    else this.onPicture(frame, packet);
  }

  /** @param {VideoDecoder} decoder @param {Error} error */
  failed(decoder, error) {
    if (decoder !== this.decoder) return;
    this.close();
    this.onError(error);
  }
}

const NO_DATA = new Uint8Array(0);
