/** One binary message of a head's video socket: a header of 32 bytes and an H.264 access unit. */

const HEADER_BYTES = 32;
const MAGIC = 0x43575631; // "CWV1"
const FLAG_KEY = 1;

/**
 * @typedef {object} Packet
 * @property {boolean} key the access unit is an IDR picture with its parameter sets
 * @property {number} tick the wall's tick number
 * @property {number} ptsUs
 * @property {number} utcMs UTC when the canvas was composed
 * @property {Uint8Array} data Annex B
 */

/**
 * @param {ArrayBuffer} buffer
 * @returns {Packet}
 * @throws {RangeError} when this is no video message
 */
export function parsePacket(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength <= HEADER_BYTES || view.getUint32(0) !== MAGIC) {
    throw new RangeError(`a message of ${buffer.byteLength} bytes is no video packet`);
  }
  return {
    key: (view.getUint8(4) & FLAG_KEY) !== 0,
    tick: Number(view.getBigUint64(8)),
    ptsUs: Number(view.getBigInt64(16)),
    utcMs: Number(view.getBigUint64(24)),
    data: new Uint8Array(buffer, HEADER_BYTES),
  };
}
