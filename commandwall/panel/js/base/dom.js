/** Building and finding elements. */

/**
 * Returns the element with this id, which the page must have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no element #${id}`);
  return node;
}

/**
 * Returns a new element. `on` holds listeners and `data` the dataset; `true` and `false` set and
 * remove an attribute, and `null` leaves it out.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) assign(node, name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/**
 * Returns a picture from the sprite `img/icons.svg`; it is decoration, hidden from screen readers.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/panel/img/icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/**
 * Fills `node` anew unless it shows just that: rosters come five times a second, and every new icon asks the
 * daemon for its picture.
 * @param {HTMLElement} node
 * @param {any} shown what its content follows from
 * @param {() => (Node | string)[]} build
 */
export function fill(node, shown, build) {
  const key = JSON.stringify(shown);
  if (node.dataset.shown === key) return;
  node.dataset.shown = key;
  node.replaceChildren(...build());
}

/** @param {HTMLElement} node @param {string} name @param {any} value */
function assign(node, name, value) {
  if (name === "on") {
    for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
  } else if (name === "data") {
    Object.assign(node.dataset, value);
  } else if (typeof value === "boolean") {
    node.toggleAttribute(name, value);
  } else if (value !== null) {
    node.setAttribute(name, String(value));
  }
}
