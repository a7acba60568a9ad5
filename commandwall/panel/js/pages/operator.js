/** The operator's page: cameras on the left, the wall in the middle, layouts under it. */

import { Api } from "../base/api.js";
import { byId } from "../base/dom.js";
import { EventStream } from "../base/events.js";
import { I18n } from "../base/i18n.js";
import { Inspector } from "../cameras/inspector.js";
import { CameraStore } from "../cameras/store.js";
import { CameraTree } from "../cameras/tree.js";
import { PanelForm } from "../data/form.js";
import { PanelList } from "../data/list.js";
import { PanelStore } from "../data/store.js";
import { LayoutPicker } from "../layouts/picker.js";
import { OverlayDialogs } from "../overlays/dialogs.js";
import { PtzPad } from "../ptz/pad.js";
import { ConferenceDrawer } from "../rooms/drawer.js";
import { ConferenceForms } from "../rooms/forms.js";
import { RoomLoudspeakers } from "../rooms/loudspeakers.js";
import { RecordingList } from "../rooms/recordings.js";
import { ConferenceStore } from "../rooms/store.js";
import { selectedContent } from "../rooms/choices.js";
import { ScreenList } from "../screens/list.js";
import { ScreenSharing } from "../screens/sharing.js";
import { ScreenStore } from "../screens/store.js";
import { ScheduleEditor } from "../schedule/editor.js";
import { SceneActions } from "../scenes/actions.js";
import { SceneForm } from "../scenes/form.js";
import { Programme } from "../scenes/programme.js";
import { SceneStrip } from "../scenes/strip.js";
import { TalkControl } from "../talk/control.js";
import { HeardSign } from "../talk/heard.js";
import { TalkStore } from "../talk/store.js";
import { Talking } from "../talk/talking.js";
import { TourEditor } from "../tours/editor.js";
import { TourMarks } from "../tours/marks.js";
import { Viewer } from "../video/viewer.js";
import { cameraOf, dataSource, screenSource, sourceOf } from "../wall/arrangement.js";
import { BudgetMeter } from "../wall/budget.js";
import { HoverCard } from "../wall/card.js";
import { Desk } from "../wall/desk.js";
import { Drag } from "../wall/drag.js";
import { listenToKeys } from "../wall/keys.js";
import { LineUp } from "../wall/lineup.js";
import { offerWalls, rememberedWall, showWall } from "../wall/outputs.js";
import { WallSession } from "../wall/session.js";
import { truthText } from "../wall/truth.js";
import { WallView } from "../wall/view.js";
import { Dialog } from "../widgets/dialog.js";
import { Menu } from "../widgets/menu.js";
import { Ringing } from "../widgets/ringing.js";
import { Toasts } from "../widgets/toasts.js";
import { TopBar, placeIcons } from "../widgets/topbar.js";

/** The whole wall, scaled down for this page. */
const PREVIEW = "_canvas";

const api = new Api();
const i18n = new I18n();
const store = new CameraStore();
const panels = new PanelStore();
const session = new WallSession(api);
const events = new EventStream({ load });
const toasts = new Toasts(i18n);
const topbar = new TopBar(i18n, api, store, toasts);
const menu = new Menu(byId("menu"));
const view = new WallView(byId("stage"), byId("cells"), i18n);
const card = new HoverCard(byId("card"), view, store, i18n);
const meter = new BudgetMeter(i18n);
const inspector = new Inspector(api, store, i18n);
const screens = new ScreenStore();
const screenList = new ScreenList(screens, i18n, (screen) => desk.place(screenSource(screen), false));
const sharing = new ScreenSharing(i18n, toasts);
const pad = new PtzPad(api, i18n, toasts);
const picker = new LayoutPicker(byId("layouts"), i18n, {
  onPick: (layout) => desk.change(() => session.setLayout(layout)),
  onConsider: (layout) => consider(layout),
  onLeave: () => forget(),
});
const tree = new CameraTree(store, i18n, { onPick: pick, onFill: (area) => desk.fill(area) });
const lineUp = new LineUp(api, i18n, toasts);
const form = new PanelForm(api, i18n);
const list = new PanelList(panels, i18n, {
  onPick: (panel, next) => place(dataSource(panel), next),
  onEdit: (panel) => toasts.report(form.open(panel)),
});
const drag = new Drag(byId("ghost"), view);
const viewer = new Viewer(/** @type {HTMLCanvasElement} */ (byId("picture")), { onTruth: showTruth });
const overlays = new OverlayDialogs(api, i18n, toasts);
const programme = new Programme(api);
const dialog = new Dialog(byId("dialog"), i18n);
const tours = new TourMarks(programme, view, toasts, i18n);
const desk = new Desk({ session, view, store, tree, toasts, menu, i18n, overlays, tours });
const sceneForm = new SceneForm(dialog, i18n);
const scenes = new SceneActions({ programme, session, desk, menu, form: sceneForm, dialog, toasts, i18n });
const strip = new SceneStrip(byId("scenes"), programme, i18n, {
  onTake: (scene) => desk.take(scene),
  onConsider: (scene) => desk.prepareScene(programme, scene),
  onMenu: (scene, x, y) => scenes.menu(scene, x, y),
});
const conferences = new ConferenceStore();
const forms = new ConferenceForms({ api, i18n, dialog });
new RecordingList({ api, i18n, dialog, toasts });
const talks = new TalkStore();
const talking = new Talking(api, talks, toasts, i18n);
const talk = new TalkControl({ talking, store: talks, conferences, menu, i18n });
const loudspeakers = new RoomLoudspeakers(talking, talks, store, menu, i18n);
const drawer = new ConferenceDrawer({
  api, i18n, menu, dialog, toasts, store: conferences, forms, loudspeakers,
});
drawer.steering.atHand = () => selectedContent(view.tile(view.selected), i18n);
const tourEditor = new TourEditor({ programme, view, store, tours, dialog, toasts, i18n });
const scheduleEditor = new ScheduleEditor({ programme, dialog, toasts, i18n });

/** The layout under the pointer; an answer that comes later is not shown. */
let considered = "";

/** Says what a layout would come to, which is about to be chosen. @param {string} layout */
async function consider(layout) {
  considered = layout;
  const budget = await desk.prepare(layout);
  if (budget !== null && considered === layout) meter.foretell(layout, budget);
}

function forget() {
  considered = "";
  meter.forget();
}

/** @param {string} camera @param {boolean} next */
function pick(camera, next) {
  inspector.show(camera);
  place(sourceOf(camera), next);
}

/** @param {string} source @param {boolean} next */
function place(source, next) {
  view.markCells(session.cellsOf(source));
  desk.place(source, next);
}

/**
 * @param {import("../video/freshness.js").Verdict} verdict
 * @param {import("../video/viewer.js").Fallback | null} fallback
 */
function showTruth(verdict, fallback) {
  const text = truthText(i18n, verdict);
  const why = fallback === null ? "" : i18n.t(`fallback.${fallback}`);
  byId("stage").dataset.truth = verdict.state;
  if (byId("truth").textContent !== text) byId("truth").textContent = text;
  if (byId("fallback").textContent !== why) byId("fallback").textContent = why;
  byId("truth").hidden = text === "";
  byId("fallback").hidden = fallback === null;
}

function showSession() {
  const wall = session.wall;
  if (wall === null) return;
  view.show(wall);
  picker.show(wall);
  showWall(wall, i18n);
  lineUp.show(wall, desk.readOnly);
  meter.show(wall.budget);
  tours.refresh();
  desk.refresh();
  tree.refresh();
  list.refresh();
  screenList.refresh();
  drawer.refresh();
  showPad();
}

/** Offers to move the camera in the selected cell, to those who may. */
function showPad() {
  const camera = store.cameras.get(cameraOf(view.tile(view.selected)?.source ?? null) ?? "");
  pad.show(camera?.onvif && !desk.readOnly ? camera.id : null);
}

/** @param {string} id */
async function openWall(id) {
  await session.open(id);
  // The page does not wait for the browser's word on video: events are held until everything is read.
  if (session.wall?.id === id) toasts.report(viewer.open(id, PREVIEW));
}

/** Takes back one thing at a time: an open menu, the search, the selection. */
function cancel() {
  if (menu.isOpen) return menu.close();
  if (dialog.isOpen) return dialog.close();
  const searched = tree.reset();
  /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  if (searched) return;
  view.select(null);
  view.markCells([]);
  inspector.show(null);
}

/** Reads everything anew: at the start, and when too much was missed to be told one by one. */
async function load() {
  const [who, areas, cameras, newPanels, walls, layouts, newScreens, newConferences, said, speakers] = await Promise.all([
    api.get("/session"),
    api.list("/areas"),
    api.list("/cameras"),
    api.list("/data"),
    api.list("/walls"),
    api.list("/layouts"),
    api.list("/screens"),
    api.list("/conferences"),
    api.list("/talks"),
    api.list("/speakers"),
  ]);
  topbar.show(who);
  desk.setRole(who.role);
  pad.load(who.name);
  sharing.show(who.name, who.role);
  store.load(areas, cameras);
  panels.load(newPanels);
  form.areas = areas;
  screens.load(newScreens);
  forms.walls = walls;
  forms.areas = areas;
  scenes.walls = walls;
  drawer.setRole(desk.readOnly);
  conferences.load(newConferences);
  talk.setRole(desk.readOnly);
  talks.load(said, speakers);
  offerLayouts(layouts);
  await Promise.all([programme.load(), ringing.load()]);
  offerWalls(walls, (id) => toasts.report(openWall(id)));
  const known = walls.find((wall) => wall.id === (session.wall?.id ?? rememberedWall())) ?? walls[0];
  if (known === undefined) toasts.show("warning", i18n.t("wall.none"));
  else if (session.wall?.id === known.id) await session.open(known.id);
  else await openWall(known.id);
}

/** @param {import("../layouts/groups.js").Layout[]} layouts */
function offerLayouts(layouts) {
  picker.load(layouts);
  drawer.steering.chair.layouts = layouts;
  drawer.steering.chair.refresh();
  strip.load(layouts, scenes.walls);
}

function wireEvents() {
  topbar.watch(events);
  events.addEventListener("down", () => api.checkSession());
  events.addEventListener("unread", (event) =>
    toasts.report(Promise.reject(/** @type {CustomEvent} */ (event).detail)),
  );
  events.addEventListener("camera", (event) =>
    store.receive(/** @type {CustomEvent} */ (event).detail),
  );
  events.addEventListener("data", (event) => panels.receive(/** @type {CustomEvent} */ (event).detail));
  events.addEventListener("screen", (event) =>
    screens.receive(/** @type {CustomEvent} */ (event).detail),
  );
  events.addEventListener("conference", (event) =>
    conferences.receive(/** @type {CustomEvent} */ (event).detail),
  );
  events.addEventListener("ptz", (event) => pad.receive(/** @type {CustomEvent} */ (event).detail.ptz));
  events.addEventListener("talk", (event) => talks.receive(/** @type {CustomEvent} */ (event).detail));
  programme.watch(events);
  events.addEventListener("layout", () => toasts.report(api.list("/layouts").then(offerLayouts)));
  events.addEventListener("wall", (event) => session.receive(/** @type {CustomEvent} */ (event).detail));
  events.addEventListener("steps", (event) =>
    session.receiveSteps(/** @type {CustomEvent} */ (event).detail.steps),
  );
  events.addEventListener("tiles", (event) => {
    const { wall, budget, tiles } = /** @type {CustomEvent} */ (event).detail;
    session.receiveTiles(wall, budget, tiles);
  });
  events.addEventListener("overlays", (event) =>
    overlays.receive(/** @type {CustomEvent} */ (event).detail.overlays),
  );
  store.addEventListener("change", () => view.refresh());
  session.addEventListener("wall", showSession);
  session.addEventListener("tiles", () => {
    view.refresh();
    if (session.wall !== null) meter.show(session.wall.budget);
    if (card.cell !== null) card.refresh();
  });
  view.addEventListener("select", () => {
    const camera = cameraOf(view.tile(view.selected)?.source ?? null);
    if (camera !== null) inspector.show(camera);
    view.markCells([]);
    showPad();
  });
}

function wireDragging() {
  drag.from(byId("tree"), (target) => {
    const camera = tree.cameraAt(target);
    if (camera === null) return null;
    const drop = (/** @type {string} */ cell) => {
      view.select(cell);
      desk.change(() => session.setCell(cell, sourceOf(camera.id)));
    };
    return { label: camera.name, drop };
  });
  drag.from(byId("data-list"), (target) => {
    const panel = list.panelAt(target);
    if (panel === null) return null;
    const drop = (/** @type {string} */ cell) => {
      view.select(cell);
      desk.change(() => session.setCell(cell, dataSource(panel.id)));
    };
    return { label: panel.name, drop };
  });
  drag.from(byId("screen-rows"), (target) => {
    const screen = screenList.screenAt(target);
    if (screen === null) return null;
    const drop = (/** @type {string} */ cell) => {
      view.select(cell);
      desk.change(() => session.setCell(cell, screenSource(screen.id)));
    };
    return { label: screen.name, drop };
  });
  drag.from(byId("rooms"), (target) => {
    const dragged = drawer.sourceAt(target);
    if (dragged === null) return null;
    const drop = (/** @type {string} */ cell) => {
      view.select(cell);
      desk.change(() => session.setCell(cell, dragged.source));
    };
    return { label: dragged.name, drop };
  });
  drag.from(view.grid, (target) => {
    const from = view.cellAt(target);
    const tile = view.tile(from);
    if (from === null || tile === undefined || tile.state === "empty") return null;
    const drop = (/** @type {string} */ cell) => {
      if (cell === from) return;
      view.select(cell);
      desk.change(() => session.swap(from, cell));
    };
    return { label: tile.name, drop };
  });
}

placeIcons();
view.alarmOf = (camera) => store.cameras.get(camera)?.alarm ?? null;
i18n.follow();
tree.cellsOf = (/** @type {string} */ camera) => session.cellsOf(sourceOf(camera));
list.cellsOf = (/** @type {string} */ panel) => session.cellsOf(dataSource(panel));
screenList.cellsOf = (/** @type {string} */ screen) => session.cellsOf(screenSource(screen));
inspector.onShow = (camera) => talk.show(camera);
loudspeakers.selected = () => cameraOf(view.tile(view.selected)?.source ?? null);
drawer.cellsOf = (/** @type {string} */ source) => session.cellsOf(source);
wireEvents();
wireDragging();
listenToKeys({
  search: () => tree.focusSearch(),
  cancel,
  move: (direction) => desk.move(direction),
  empty: () => desk.emptySelected(),
  solo: () => desk.toggleSolo(),
  enlarge: () => desk.enlargeSelected(),
  whole: () => desk.showWhole(),
  undo: () => desk.step("undo"),
  redo: () => desk.step("redo"),
});
byId("scene-save").addEventListener("click", () => scenes.save());
byId("tours").addEventListener("click", () => tourEditor.open());
byId("schedule").addEventListener("click", () => scheduleEditor.open());
Object.defineProperty(window, "commandwall", { get: () => viewer.figures });
new HeardSign({ talking, store: talks, cameras: store, i18n });
const ringing = new Ringing({ api, i18n, toasts, events });
events.open();
