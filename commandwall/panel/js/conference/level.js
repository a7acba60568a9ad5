/** How loud something is, as people see it: pure functions. */

/** What is shown as silence and as full: speech lies well between. */
const SILENT_DB = -60;
const LOUD_DB = -10;

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
