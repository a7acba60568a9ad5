/** The shared screens under the camera tree. */

import { byId, element } from "../base/dom.js";

export class ScreenList {
  /**
   * @param {import("./store.js").ScreenStore} store
   * @param {import("../base/i18n.js").I18n} i18n
   * @param {(screen: string) => void} onPick a screen is wanted
   */
  constructor(store, i18n, onPick) {
    this.store = store;
    this.i18n = i18n;
    this.rows = byId("screen-rows");
    /** Cells that show a screen. @type {(screen: string) => string[]} */
    this.cellsOf = () => [];
    this.rows.addEventListener("click", (event) => {
      const screen = this.screenAt(event.target);
      if (screen !== null) onPick(screen.id);
    });
    store.addEventListener("change", () => this.refresh());
    i18n.addEventListener("change", () => this.refresh());
  }

  /** @param {EventTarget | null} target @returns {import("./store.js").Screen | null} */
  screenAt(target) {
    const row = target instanceof Element ? target.closest("button") : null;
    return this.store.screens.get(row?.dataset.screen ?? "") ?? null;
  }

  refresh() {
    const screens = [...this.store.screens.values()];
    byId("screens-none").hidden = screens.length > 0;
    this.rows.replaceChildren(...screens.map((screen) => this.row(screen)));
  }

  /** @param {import("./store.js").Screen} screen */
  row(screen) {
    const { t, term, language } = this.i18n;
    const reason = (language === "zh" ? screen.reason_zh : screen.reason) || term("camera", screen.state);
    const cells = this.cellsOf(screen.id).join(" ");
    return element(
      "button",
      {
        type: "button",
        class: "screen-row",
        data: { screen: screen.id, state: screen.state },
        title: `${t("screens.by", { name: screen.by })}\n${reason}`,
      },
      element("span", { class: "dot" }),
      element("span", { class: "row-name" }, screen.name),
      element("span", { class: "row-note" }, screen.by),
      element("span", { class: "row-cells" }, cells),
    );
  }
}
