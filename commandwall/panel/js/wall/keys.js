/** The operator's keyboard. */

/**
 * @typedef {object} Actions
 * @property {() => void} search
 * @property {() => void} cancel
 * @property {(direction: import("./arrangement.js").Direction) => void} move
 * @property {() => void} empty
 * @property {() => void} solo
 * @property {() => void} enlarge
 * @property {() => void} whole
 * @property {() => void} undo
 * @property {() => void} redo
 */

/** @type {Record<string, import("./arrangement.js").Direction>} */
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** @param {KeyboardEvent} event @param {Actions} actions @returns {(() => void) | undefined} */
function actionFor(event, actions) {
  if (event.key === "Escape") return actions.cancel;
  const writing = event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
  if (writing || event.altKey) return undefined;
  if (event.ctrlKey || event.metaKey) return stepFor(event, actions);
  if (event.key === "/") return actions.search;
  if (event.target instanceof Element && event.target.closest("[role=tree], [role=menu], button, a"))
    return undefined;
  if (event.key in ARROWS) return () => actions.move(ARROWS[event.key]);
  if (event.key === "Delete" || event.key === "Backspace") return actions.empty;
  if (event.key === "Enter") return actions.solo;
  if (event.key.toLowerCase() === "b") return actions.enlarge;
  if (event.key === "0") return actions.whole;
  return undefined;
}

/** Ctrl Z takes a step back, Ctrl Y and Ctrl Shift Z make it again. @param {KeyboardEvent} event @param {Actions} actions */
function stepFor(event, actions) {
  const key = event.key.toLowerCase();
  if (key === "y" || (key === "z" && event.shiftKey)) return actions.redo;
  return key === "z" ? actions.undo : undefined;
}

/** @param {Actions} actions */
export function listenToKeys(actions) {
  window.addEventListener("keydown", (event) => {
    const action = event.defaultPrevented ? undefined : actionFor(event, actions);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
