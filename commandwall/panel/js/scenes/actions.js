/** What an operator can do with scenes besides taking them. */

/**
 * @typedef {object} Parts
 * @property {import("./programme.js").Programme} programme
 * @property {import("../wall/session.js").WallSession} session
 * @property {import("../wall/desk.js").Desk} desk
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("../widgets/dialog.js").Dialog} dialog
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {import("../base/i18n.js").I18n} i18n
 */

export class SceneActions {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** Keeps what the wall shows now, under a name that is asked for. */
  save() {
    const { programme, session, dialog, toasts, i18n } = this.parts;
    const wall = session.wall;
    if (wall === null) return;
    dialog.ask(i18n.t("scenes.save"), i18n.t("scenes.name"), "", async (name) => {
      const saved = await toasts.report(programme.saveScene(name, [wall.id]));
      if (saved !== undefined) toasts.show("info", i18n.t("scenes.saved", { name }));
    });
  }

  /** @param {import("./programme.js").Scene} scene @param {number} x @param {number} y */
  menu(scene, x, y) {
    const { desk, menu, i18n } = this.parts;
    if (desk.readOnly) return;
    const { t } = i18n;
    const items = [
      { label: t("scenes.take.short"), icon: "fill", action: () => desk.take(scene.id) },
      { label: t("scenes.rename"), icon: "pen", action: () => this.rename(scene) },
      { label: t("scenes.update"), icon: "save", action: () => this.update(scene) },
      { label: t("scenes.remove"), icon: "clear", action: () => this.remove(scene) },
    ];
    menu.open(x, y, items, scene.name);
  }

  /** @param {import("./programme.js").Scene} scene */
  rename(scene) {
    const { programme, dialog, toasts, i18n } = this.parts;
    dialog.ask(i18n.t("scenes.rename"), i18n.t("scenes.name"), scene.name, (name) =>
      toasts.report(programme.changeScene(scene.id, { name })),
    );
  }

  /** Keeps what its walls show now instead. @param {import("./programme.js").Scene} scene */
  async update(scene) {
    const { programme, toasts, i18n } = this.parts;
    const walls = scene.walls.map(({ wall }) => ({ wall }));
    const changed = await toasts.report(programme.changeScene(scene.id, { walls }));
    if (changed !== undefined) toasts.show("info", i18n.t("scenes.saved", { name: scene.name }));
  }

  /** @param {import("./programme.js").Scene} scene */
  remove(scene) {
    this.parts.toasts.report(this.parts.programme.removeScene(scene.id));
  }
}
