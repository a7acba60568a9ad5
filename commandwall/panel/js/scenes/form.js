/** The dialog of a scene: its name, the walls that it is of, and how they go to it. */

import { element } from "../base/dom.js";
import { checkbox, dialogForm, field } from "../widgets/form.js";

const TRANSITIONS = ["hold", "cut", "dissolve"];
/** How long one picture may take to fade into the next, in seconds. */
const DISSOLVE = { min: 0.04, max: 5, usual: 0.5 };

/**
 * @typedef {{name: string, transition: string, dissolve_ms?: number, walls?: {wall: string}[]}} SceneBody
 * @typedef {{id: string, name: string}} WallName
 */

export class SceneForm {
  /** @param {import("../widgets/dialog.js").Dialog} dialog @param {import("../base/i18n.js").I18n} i18n */
  constructor(dialog, i18n) {
    this.dialog = dialog;
    this.i18n = i18n;
  }

  /**
   * Asks for what a scene is to be, and does ``work`` with the answer.
   * @param {string} title
   * @param {{name: string, transition: string, dissolve_ms: number} | null} scene as it is, if there is one
   * @param {WallName[]} walls whose pictures may be kept, the first one is chosen; none: those stay that it has
   * @param {(body: SceneBody) => Promise<void>} work
   */
  open(title, scene, walls, work) {
    const { t, term } = this.i18n;
    const name = /** @type {HTMLInputElement} */ (
      element("input", { name: "name", value: scene?.name ?? "", maxlength: 64, required: true })
    );
    const fade = /** @type {HTMLInputElement} */ (
      element("input", {
        name: "dissolve",
        type: "number",
        required: true,
        min: DISSOLVE.min,
        max: DISSOLVE.max,
        step: "any",
        value: (scene?.dissolve_ms ?? DISSOLVE.usual * 1000) / 1000,
      })
    );
    const options = TRANSITIONS.map((kind) => element("option", { value: kind }, term("transition", kind)));
    const passage = /** @type {HTMLSelectElement} */ (element("select", { name: "transition" }, ...options));
    passage.value = scene?.transition ?? "hold";
    const fading = field(t("scenes.dissolve"), fade);
    const showFading = () => {
      fading.hidden = fade.disabled = passage.value !== "dissolve"; // What nobody sees must not hold the form up.
    };
    passage.addEventListener("change", showFading);
    showFading();
    const fields = [
      field(t("scenes.name"), name, true),
      walls.length > 1 ? this.wallChoice(walls) : null,
      field(t("scenes.transition"), passage),
      fading,
    ];
    const form = dialogForm(this.i18n, t("save"), fields, async (data) => {
      await work(sceneOf(data, walls));
      this.dialog.close();
    });
    this.dialog.open(title, form);
    name.select();
  }

  /** @param {WallName[]} walls */
  wallChoice(walls) {
    const boxes = walls.map(({ id, name }, index) =>
      checkbox(name || id, { name: "walls", value: id, checked: index === 0 }),
    );
    return element("fieldset", { class: "wide" }, element("legend", {}, this.i18n.t("scenes.walls")), ...boxes);
  }
}

/**
 * Returns the scene that a form describes.
 * @param {FormData} data
 * @param {WallName[]} walls
 */
function sceneOf(data, walls) {
  const transition = String(data.get("transition"));
  /** @type {SceneBody} */
  const body = { name: String(data.get("name")).trim(), transition };
  if (transition === "dissolve") body.dissolve_ms = Math.round(Number(data.get("dissolve")) * 1000);
  const chosen = walls.length > 1 ? data.getAll("walls").map(String) : walls.map(({ id }) => id);
  if (walls.length > 0) body.walls = chosen.map((wall) => ({ wall }));
  return body;
}
