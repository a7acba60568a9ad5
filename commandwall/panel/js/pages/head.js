/** One head on a whole screen. It says itself when its picture is not the present. */

import { Api } from "../base/api.js";
import { byId } from "../base/dom.js";
import { I18n } from "../base/i18n.js";
import { Together } from "../video/together.js";
import { Viewer } from "../video/viewer.js";
import { truthText } from "../wall/truth.js";

/** Nobody reads a display in a chosen language: its bars say everything in both. */
const LANGUAGES = ["zh", "en"].map((language) => new I18n({ getItem: () => language, setItem: () => {} }));

const [, , wall, head] = location.pathname.split("/").map(decodeURIComponent);
const api = new Api();
const viewer = new Viewer(
  /** @type {HTMLCanvasElement} */ (byId("picture")),
  { onTruth: showTruth, onClosed: () => api.checkSession() },
  new Together(wall),
);

/**
 * @param {import("../video/freshness.js").Verdict} verdict
 * @param {import("../video/viewer.js").Fallback | null} fallback
 */
function showTruth(verdict, fallback) {
  document.body.dataset.truth = verdict.state;
  LANGUAGES.forEach((i18n, index) => {
    write(byId("truth").children[index], truthText(i18n, verdict));
    write(byId("fallback").children[index], fallback === null ? "" : i18n.t(`fallback.${fallback}`));
  });
  byId("truth").hidden = verdict.state === "live";
  byId("fallback").hidden = fallback === null;
}

/** @param {Element} node @param {string} text */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

async function stayAwake() {
  if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch((error) => console.warn("no wake lock", error));
}

Object.defineProperty(window, "commandwall", { get: () => viewer.figures });
document.title = `${wall} / ${head}`;
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
viewer.open(wall, head);
