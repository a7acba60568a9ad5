/** The leader's page: a link is opened, one button is pressed, and one is in the conference. */

import { Api, Problem } from "../base/api.js";
import { Backoff } from "../base/backoff.js";
import { byId } from "../base/dom.js";
import { I18n } from "../base/i18n.js";
import { Steering } from "../conference/steering.js";
import { momentText } from "../conference/facts.js";
import { Call } from "../join/call.js";
import { Devices } from "../join/devices.js";
import { Head } from "../join/head.js";
import { stepFor } from "../join/notices.js";
import { Plain } from "../join/plain.js";
import { Ready } from "../join/ready.js";
import { Room } from "../join/room.js";
import { Dialog } from "../widgets/dialog.js";
import { Menu } from "../widgets/menu.js";
import { Toasts } from "../widgets/toasts.js";
import { placeIcons } from "../widgets/topbar.js";

const token = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const i18n = new I18n();
const toasts = new Toasts(i18n);
const plain = new Plain(i18n);
const head = new Head(i18n);
const devices = new Devices();
const backoff = new Backoff(1000, 8000);
/** @type {Call | null} */
let call = null;
/** @type {Room | null} */
let room = null;

/** Finds out what the link is good for, as long as it takes until somebody answers. */
async function open() {
  const api = new Api(() => {}, token);
  try {
    call = new Call(token, await api.get("/invitation"), devices);
    await call.look();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status >= 400 && error.status < 500) return plain.show("refused", {}, null, error);
    plain.show("noanswer");
    setTimeout(open, backoff.next());
    return;
  }
  begin(call);
}

/** @param {Call} opened */
function begin(opened) {
  opened.addEventListener("change", () => follow(opened));
  opened.addEventListener("refused", () => finish(opened, "refused"));
  const nodes = { roster: byId("roster"), roll: byId("roll"), chair: byId("chair") };
  const menu = new Menu(byId("menu"));
  const dialog = new Dialog(byId("dialog"), i18n);
  const steering = new Steering({ api: opened.api, i18n, menu, dialog, toasts, nodes });
  room = new Room({ call: opened, i18n, toasts, steering, onLeave: () => finish(opened, "left") });
  const ready = new Ready(devices, i18n, opened.invitation, () => enter(opened));
  showStep("ready");
  head.show(/** @type {import("../conference/state.js").Conference} */ (opened.conference));
  ready.refresh();
  follow(opened);
  devices.open();
}

/** @param {Call} opened */
function enter(opened) {
  devices.meter.resume();
  opened.join();
  showStep("call");
  room?.enter();
  follow(opened);
}

/** Shows what the conference asks for: the call, waiting, or that it is over. @param {Call} opened */
function follow(opened) {
  const { conference } = opened;
  if (conference === null) return;
  head.show(conference);
  const step = stepFor(conference, opened.me);
  if (step === "ended" || step === "removed") return finish(opened, step);
  if (!opened.joined) return;
  if (step === "call") {
    if (document.body.dataset.step !== "call") admitted(opened);
  } else if (plain.kind !== step) {
    const at = conference.starts_at === null ? "" : momentText(i18n, conference.starts_at);
    plain.show(step, { at });
  }
}

/** Goes in from the lobby: what was refused before is let in now. @param {Call} opened */
function admitted(opened) {
  plain.kind = null;
  showStep("call");
  opened.retry();
  head.refresh();
}

/** @param {Call} opened @param {"refused" | "ended" | "removed" | "left"} why */
function finish(opened, why) {
  if (plain.kind === why) return;
  opened.leave(why === "left");
  room?.close();
  if (why !== "left") devices.close();
  const rejoin = () => {
    plain.kind = null;
    enter(opened);
  };
  plain.show(why, {}, why === "left" ? rejoin : null);
}

/** @param {"ready" | "call"} step */
function showStep(step) {
  document.body.dataset.step = step;
}

placeIcons();
i18n.follow();
byId("language").addEventListener("click", () => i18n.use(i18n.language === "zh" ? "en" : "zh"));
// Its lines are closed, and with the last one of a seat that has left: another page may have it open too.
window.addEventListener("pagehide", () => call?.leave(false));
Object.defineProperty(window, "commandwall", { get: () => room?.figures ?? null });
open();
