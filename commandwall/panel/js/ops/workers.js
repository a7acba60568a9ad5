/** The daemon's worker processes. */

import { byId, element } from "../base/dom.js";
import { decimal, memory } from "../base/format.js";

/**
 * @typedef {object} Worker
 * @property {string} kind
 * @property {string} name
 * @property {number | null} pid
 * @property {string} state
 * @property {number} restarts
 * @property {number} cpu_s processor time over all its lives
 * @property {number | null} memory_bytes
 * @property {string} note
 * @property {string} note_zh
 */

const COLUMNS = ["kind", "name", "pid", "state", "restarts", "cpu", "memory", "note"];

export class WorkerTable {
  /** @param {import("../base/i18n.js").I18n} i18n */
  constructor(i18n) {
    this.i18n = i18n;
    /** @type {Worker[]} */
    this.workers = [];
    /** Of one core, by worker, from the last two readings. @type {Map<string, number>} */
    this.percents = new Map();
    this.readAtMs = 0;
    const headers = COLUMNS.map((id) => element("th", { scope: "col", data: { text: `worker.${id}` } }));
    byId("worker-columns").append(...headers);
    i18n.translate(byId("worker-columns"));
    i18n.addEventListener("change", () => this.show(this.workers));
  }

  /** Takes a new reading. @param {Worker[]} workers */
  read(workers) {
    const nowMs = performance.now();
    const before = new Map(this.workers.map((worker) => [worker.name, worker.cpu_s]));
    for (const { name, cpu_s: cpuS } of workers) {
      const spentS = cpuS - (before.get(name) ?? NaN);
      this.percents.set(name, (spentS * 100_000) / (nowMs - this.readAtMs));
    }
    this.readAtMs = nowMs;
    this.show(workers);
  }

  /** @param {Worker[]} workers */
  show(workers) {
    this.workers = workers;
    byId("workers").hidden = workers.length === 0;
    byId("worker-rows").replaceChildren(...workers.map((worker) => this.row(worker)));
  }

  /** @param {Worker} worker */
  row(worker) {
    const { term } = this.i18n;
    const texts = [
      term("kind", worker.kind),
      worker.name,
      decimal(worker.pid, 0),
      term("process", worker.state),
      decimal(worker.restarts, 0),
      decimal(this.percents.get(worker.name), 1, " %"),
      memory(worker.memory_bytes),
      this.i18n.language === "zh" ? worker.note_zh : worker.note,
    ];
    const cells = texts.map((text) => element("td", {}, text));
    cells[3].dataset.state = worker.state;
    cells[3].prepend(element("span", { class: "dot" }));
    return element("tr", {}, ...cells);
  }
}
