/** The ops team's page: every feed with its figures, and the workers behind them. */

import { Api, Problem } from "../base/api.js";
import { byId, element } from "../base/dom.js";
import { EventStream } from "../base/events.js";
import { I18n } from "../base/i18n.js";
import { searchTerms } from "../cameras/search.js";
import { CameraStore } from "../cameras/store.js";
import { Summary } from "../ops/summary.js";
import { FeedTable } from "../ops/table.js";
import { WorkerTable } from "../ops/workers.js";
import { Ringing } from "../widgets/ringing.js";
import { Toasts } from "../widgets/toasts.js";
import { TopBar, placeIcons } from "../widgets/topbar.js";

/** States come as events; the figures are read anew this often. */
const FIGURES_EVERY_MS = 3000;

const api = new Api();
const i18n = new I18n();
const store = new CameraStore();
const events = new EventStream({ load });
const toasts = new Toasts(i18n);
const topbar = new TopBar(i18n, api, store, toasts);
const table = new FeedTable(store, i18n);
const workers = new WorkerTable(i18n);
const search = /** @type {HTMLInputElement} */ (byId("search"));
const areaChoice = /** @type {HTMLSelectElement} */ (byId("area"));
let mayReadWorkers = true;
new Summary(store, i18n, (states) => narrow({ states }));

/** @param {Partial<import("../ops/order.js").Query>} change */
function narrow(change) {
  Object.assign(table.query, change);
  table.sort();
}

/** Offers the areas, each under the one it belongs to. */
function offerAreas() {
  const chosen = areaChoice.value;
  /** @type {(area: import("../cameras/store.js").Area, depth: number) => HTMLElement[]} */
  const options = (area, depth) => [
    element("option", { value: area.id }, "\u2003".repeat(depth) + area.name),
    ...area.areas.flatMap((child) => options(child, depth + 1)),
  ];
  areaChoice.replaceChildren(
    element("option", { value: "" }, i18n.t("ops.areas")),
    ...store.roots.flatMap((area) => options(area, 0)),
  );
  areaChoice.value = chosen;
}

function narrowToArea() {
  narrow({ cameras: areaChoice.value === "" ? null : new Set(store.everyCameraIn(areaChoice.value)) });
}

async function load() {
  const [who, areas, cameras] = await Promise.all([
    api.get("/session"),
    api.list("/areas"),
    api.list("/cameras"),
  ]);
  topbar.show(who);
  store.load(areas, cameras);
  offerAreas();
  narrowToArea();
  await Promise.all([ringing.load(), readFigures()]);
}

/** Reads the figures again, as long as somebody looks. */
async function readFigures() {
  if (document.hidden || !events.up) return;
  await store.reread(() => api.list("/cameras"));
  if (mayReadWorkers) await readWorkers();
}

async function readWorkers() {
  try {
    workers.read(await api.list("/workers"));
  } catch (error) {
    if (!(error instanceof Problem) || ![403, 404].includes(error.status)) throw error;
    mayReadWorkers = false;
  }
}

/** Keeps reading figures; a failure is told by the connection's state, and the next try follows. */
async function keepReading() {
  await readFigures().catch((error) => console.warn("no figures", error));
  setTimeout(keepReading, FIGURES_EVERY_MS);
}

placeIcons();
i18n.follow(offerAreas);
topbar.watch(events);
events.addEventListener("down", () => api.checkSession());
events.addEventListener("unread", (event) =>
  toasts.report(Promise.reject(/** @type {CustomEvent} */ (event).detail)),
);
events.addEventListener("camera", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  const areaOf = () => store.cameras.get(detail.camera.id)?.area;
  const before = areaOf();
  store.receive(detail);
  if (areaOf() !== before) narrowToArea();
});
search.addEventListener("input", () => narrow({ terms: searchTerms(search.value) }));
areaChoice.addEventListener("change", narrowToArea);
window.addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== search) {
    event.preventDefault();
    search.select();
  } else if (event.key === "Escape") {
    search.value = "";
    narrow({ terms: [] });
  }
});
const ringing = new Ringing({ api, i18n, toasts, events });
events.open();
keepReading();
