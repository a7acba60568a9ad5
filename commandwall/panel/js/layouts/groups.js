/** Layouts in the order that an operator looks for them in. */

/**
 * @typedef {{id: string, column: number, row: number, columns: number, rows: number, z: number}} Cell
 * @typedef {{id: string, name: string, columns: number, rows: number, cells: Cell[]}} Layout
 * @typedef {"even" | "focus" | "several" | "inset"} GroupName even: cells of one size; focus: one large
 *   cell among smaller ones; several: more than one large cell; inset: cells that lie over others
 */

/** @param {Layout} layout @returns {GroupName} */
function groupOf(layout) {
  if (layout.cells.some((cell) => cell.z !== layout.cells[0].z)) return "inset";
  const areas = layout.cells.map((cell) => cell.columns * cell.rows);
  const largest = Math.max(...areas);
  const large = areas.filter((area) => area === largest).length;
  if (large === areas.length) return "even";
  return large === 1 ? "focus" : "several";
}

/** @param {Layout[]} layouts @returns {[GroupName, Layout[]][]} groups that have any, fewest cells first */
export function groupLayouts(layouts) {
  const sorted = [...layouts].sort(
    (a, b) => a.cells.length - b.cells.length || a.id.localeCompare(b.id, "en"),
  );
  /** @type {GroupName[]} */
  const names = ["even", "focus", "several", "inset"];
  return names
    .map((name) => /** @type {[GroupName, Layout[]]} */ ([name, sorted.filter((it) => groupOf(it) === name)]))
    .filter(([, members]) => members.length > 0);
}
