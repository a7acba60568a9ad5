/** What an operator can do with scenes besides taking them. */

/**
 * @typedef {object} Parts
 * @property {import("./programme.js").Programme} programme
 * @property {import("../wall/session.js").WallSession} session
 * @property {import("../wall/desk.js").Desk} desk
 * @property {import("../widgets/menu.js").Menu} menu
 * @property {import("./form.js").SceneForm} form
 * @property {import("../widgets/dialog.js").Dialog} dialog
 * @property {import("../widgets/toasts.js").Toasts} toasts
 * @property {import("../base/i18n.js").I18n} i18n
 */

export class SceneActions {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    /** All walls, which a scene may be of. @type {import("./form.js").WallName[]} */
    this.walls = [];
  }

  /** Keeps what walls show now, the one at hand among them if nothing else is said, as it is asked for. */
  save() {
    const { programme, session, form, toasts, i18n } = this.parts;
    const wall = session.wall;
    if (wall === null) return;
    const walls = [wall, ...this.walls.filter(({ id }) => id !== wall.id)];
    form.open(i18n.t("scenes.save"), null, walls, async (body) => {
      await programme.saveScene(body);
      toasts.show("info", i18n.t("scenes.saved", { name: body.name }));
    });
  }

  /** @param {import("./programme.js").Scene} scene @param {number} x @param {number} y */
  menu(scene, x, y) {
    const { desk, menu, i18n } = this.parts;
    if (desk.readOnly) return;
    const { t } = i18n;
    const items = [
      { label: t("scenes.take.short"), icon: "fill", action: () => desk.take(scene.id) },
      { label: t("scenes.edit"), icon: "pen", action: () => this.edit(scene) },
      { label: t("scenes.update"), icon: "save", action: () => this.update(scene) },
      { label: t("scenes.remove"), icon: "clear", action: () => this.remove(scene) },
    ];
    menu.open(x, y, items, scene.name);
  }

  /** @param {import("./programme.js").Scene} scene */
  edit(scene) {
    const { programme, form, i18n } = this.parts;
    form.open(i18n.t("scenes.edit"), scene, [], (body) => programme.changeScene(scene.id, body));
  }

  /** Keeps what its walls show now instead. @param {import("./programme.js").Scene} scene */
  update({ id, name, walls }) {
    const { programme, dialog, toasts, i18n } = this.parts;
    const { t } = i18n;
    dialog.confirm(t("scenes.update"), t("scenes.update.sure", { name }), async () => {
      const now = walls.map(({ wall }) => ({ wall }));
      const changed = await toasts.report(programme.changeScene(id, { walls: now }));
      if (changed !== undefined) toasts.show("info", t("scenes.saved", { name }));
    });
  }

  /** @param {import("./programme.js").Scene} scene */
  remove({ id, name }) {
    const { programme, dialog, toasts, i18n } = this.parts;
    const { t } = i18n;
    dialog.confirm(t("scenes.remove"), t("remove.sure", { name }), () => toasts.report(programme.removeScene(id)));
  }
}
