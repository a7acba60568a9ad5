/** Figures as people read them. A value that is not known is a dash, never a zero. */

const UNKNOWN = "–";

/** @param {number | null | undefined} value @param {number} digits @param {string} [unit] */
export function decimal(value, digits, unit = "") {
  return value === null || value === undefined || Number.isNaN(value)
    ? UNKNOWN
    : value.toFixed(digits) + unit;
}

/** @param {number | null | undefined} bps bits a second */
export function bitrate(bps) {
  if (bps === null || bps === undefined) return UNKNOWN;
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(2)} Mb/s` : `${Math.round(bps / 1e3)} kb/s`;
}

/** @param {number | null | undefined} bytes */
export function memory(bytes) {
  return bytes === null || bytes === undefined ? UNKNOWN : `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** @param {number | null | undefined} ratio from 0 to 1 */
export function percent(ratio) {
  if (ratio === null || ratio === undefined) return UNKNOWN;
  return ratio === 0 ? "0 %" : `${(ratio * 100).toFixed(2)} %`;
}

/** @param {number | null | undefined} seconds negative when there was no picture yet */
export function age(seconds) {
  if (seconds === null || seconds === undefined || seconds < 0) return UNKNOWN;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** @param {number | null | undefined} ms how far a clock is ahead; negative is behind */
export function skew(ms) {
  if (ms === null || ms === undefined) return UNKNOWN;
  return sign(ms) + age(Math.abs(ms) / 1000);
}

/** @param {number | null | undefined} ppm how fast a clock gains */
export function drift(ppm) {
  if (ppm === null || ppm === undefined) return UNKNOWN;
  return `${sign(ppm)}${Math.abs(ppm).toFixed(0)} ppm`;
}

/** @param {number} value */
function sign(value) {
  return value < 0 ? "-" : "+";
}

/** @param {{width?: number | null, height?: number | null}} picture */
export function size({ width, height }) {
  return width && height ? `${width}×${height}` : UNKNOWN;
}

/** @param {string | null | undefined} codec as FFmpeg names it */
export function codec(codec) {
  return codec ? codec.toUpperCase().replace(/^(H26\d|HEVC)$/, (name) => CODECS[name] ?? name) : UNKNOWN;
}

/** @type {Record<string, string>} */
const CODECS = { H264: "H.264", H265: "H.265", HEVC: "H.265" };
