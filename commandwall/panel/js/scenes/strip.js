/** The strip of scenes under the wall; one click takes one. */

import { element, icon } from "../base/dom.js";
import { scenePicture } from "./picture.js";
import { missingText } from "./programme.js";

/** A pointer that rests so long on a scene is about to take it. */
const CONSIDER_MS = 120;

/** @typedef {import("./programme.js").Scene} Scene */

export class SceneStrip {
  /**
   * @param {HTMLElement} strip
   * @param {import("./programme.js").Programme} programme
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {{onTake: (scene: string) => void, onConsider: (scene: string) => void,
   *   onMenu: (scene: Scene, x: number, y: number) => void}} actions
   */
  constructor(strip, programme, i18n, actions) {
    this.strip = strip;
    this.programme = programme;
    this.i18n = i18n;
    this.actions = actions;
    this.considering = 0;
    /** @type {Map<string, import("../layouts/groups.js").Layout>} */
    this.layouts = new Map();
    /** @type {Map<string, import("./picture.js").WallSize>} */
    this.walls = new Map();
    programme.addEventListener("scenes", () => this.draw());
    i18n.addEventListener("change", () => this.draw());
  }

  /**
   * @param {import("../layouts/groups.js").Layout[]} layouts
   * @param {import("./picture.js").WallSize[]} walls
   */
  load(layouts, walls) {
    this.layouts = new Map(layouts.map((layout) => [layout.id, layout]));
    this.walls = new Map(walls.map((wall) => [wall.id, wall]));
    this.draw();
  }

  draw() {
    const scenes = [...this.programme.scenes.values()];
    const none = element("p", { class: "scenes-none" }, this.i18n.t("scenes.none"));
    this.strip.replaceChildren(...(scenes.length === 0 ? [none] : scenes.map((scene) => this.button(scene))));
  }

  /** @param {Scene} scene */
  button(scene) {
    const { onTake, onMenu } = this.actions;
    const missing = scene.missing.map((it) => missingText(this.i18n, it));
    return element(
      "button",
      {
        type: "button",
        class: "layout scene",
        title: [this.i18n.t("scenes.take", { name: scene.name }), ...missing].join("\n"),
        data: { scene: scene.id },
        on: {
          click: () => {
            clearTimeout(this.considering);
            onTake(scene.id);
          },
          contextmenu: (/** @type {MouseEvent} */ event) => {
            event.preventDefault();
            onMenu(scene, event.clientX, event.clientY);
          },
          pointerenter: () => this.consider(scene.id),
          pointerleave: () => clearTimeout(this.considering),
        },
      },
      scenePicture(scene, this.layouts, this.walls),
      element("span", { class: "scene-name" }, missing.length > 0 ? icon("warning") : null, scene.name),
    );
  }

  /** @param {string} scene */
  consider(scene) {
    clearTimeout(this.considering);
    this.considering = setTimeout(() => this.actions.onConsider(scene), CONSIDER_MS);
  }
}
