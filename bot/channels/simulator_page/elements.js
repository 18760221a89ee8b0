/** Makes elements. Text only ever becomes text nodes: nothing that a person or the assistant wrote is read as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {object} [properties] `class`, attributes, and listeners as `onclick` and the like; false and null are left out
 * @param {...(Node|string|null|undefined|false)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child || child === ""));
  return element;
}

/** A drawing of the sprite in index.html. */
export function drawIcon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A text of the page: Moroccan Arabic with French beneath. */
export function writePair({ ary, fr }) {
  return make("span", { class: "pair" }, make("span", {}, ary), make("span", { class: "french", lang: "fr", dir: "ltr" }, fr));
}

/** What a screen reader says of a control that shows a drawing only. */
export function nameOf({ ary, fr }) {
  return `${ary} – ${fr}`;
}
