/** A long list of which only the rows in sight exist. */

/** Rows kept above and below the visible part, so that scrolling shows no gaps. */
const MARGIN_ROWS = 8;

/**
 * @template Row
 */
export class VirtualList {
  /**
   * @param {HTMLElement} viewport scrolls; its content is owned by the list
   * @param {object} options
   * @param {number} options.rowHeight in CSS pixels
   * @param {() => HTMLElement} options.create a new, empty row
   * @param {(node: HTMLElement, row: Row, index: number) => void} options.fill writes a row; the node
   *   may have shown another one before
   */
  constructor(viewport, { rowHeight, create, fill }) {
    this.viewport = viewport;
    this.rowHeight = rowHeight;
    this.create = create;
    this.fill = fill;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {HTMLElement[]} */
    this.nodes = [];
    this.first = 0;
    this.sizer = document.createElement("div");
    this.sizer.className = "virtual";
    this.sizer.setAttribute("role", "presentation");
    viewport.append(this.sizer);
    viewport.addEventListener("scroll", () => this.render(), { passive: true });
    new ResizeObserver(() => this.render()).observe(viewport);
  }

  /** @param {Row[]} rows */
  show(rows) {
    this.rows = rows;
    this.sizer.style.height = `${rows.length * this.rowHeight}px`;
    this.render();
  }

  /** Writes the rows in sight again. */
  render() {
    const { scrollTop, clientHeight } = this.viewport;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - MARGIN_ROWS);
    const end = Math.ceil((scrollTop + clientHeight) / this.rowHeight) + MARGIN_ROWS;
    const last = Math.min(this.rows.length, end);
    this.first = first;
    for (let index = first; index < last; index += 1) {
      const node = this.node(index - first);
      node.style.transform = `translateY(${index * this.rowHeight}px)`;
      this.fill(node, this.rows[index], index);
    }
    for (const node of this.nodes.slice(Math.max(0, last - first))) node.hidden = true;
  }

  /** @param {number} slot @returns {HTMLElement} */
  node(slot) {
    let node = this.nodes[slot];
    if (node === undefined) {
      node = this.create();
      this.nodes.push(node);
      this.sizer.append(node);
    }
    node.hidden = false;
    return node;
  }

  /** Returns the row that `target`, an element inside the list, belongs to. @param {EventTarget | null} target */
  rowAt(target) {
    const slot = this.nodes.findIndex((node) => node.contains(/** @type {Node | null} */ (target)));
    return slot < 0 ? undefined : this.rows[this.first + slot];
  }

  /** Scrolls as little as brings the row into sight. @param {number} index */
  reveal(index) {
    const { scrollTop, clientHeight } = this.viewport;
    const top = index * this.rowHeight;
    if (top < scrollTop) this.viewport.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + clientHeight) {
      this.viewport.scrollTop = top + this.rowHeight - clientHeight;
    }
    this.render();
  }
}
