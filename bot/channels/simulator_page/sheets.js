/** Sheets that come up from the bottom of the phone. */

import { drawIcon, make, nameOf, writePair } from "./elements.js";
import { TEXTS } from "./texts.js";

let closeOpen = () => {};

/** Closes the sheet that is open, as if nothing had been chosen. */
export function closeSheet() {
  closeOpen();
}

/**
 * Opens a sheet over the chat.
 *
 * @param {object} sheet
 * @param {string | {ary: string, fr: string}} sheet.title
 * @param {{value: any, title: string | {ary: string, fr: string}, icon?: string, detail?: string}[]} [sheet.items]
 * @param {Node} [sheet.content] instead of items
 * @param {"rows" | "grid"} [sheet.shape]
 * @returns {Promise<any>} the value of the chosen item, or undefined when the sheet was closed
 */
export function openSheet({ title, items = [], content, shape = "rows" }) {
  const screen = document.querySelector("#screen");
  const chat = document.querySelector("#chat");
  const opener = document.activeElement;
  return new Promise((resolve) => {
    const finish = (value) => {
      layer.remove();
      chat.inert = false;
      closeOpen = () => {};
      if (opener?.isConnected) opener.focus({ preventScroll: true });
      resolve(value);
    };
    const close = () => finish(undefined);
    closeOpen = close;
    const choices = items.map((item) =>
      make(
        "button",
        { type: "button", class: "item", onclick: () => finish(item.value) },
        item.icon && drawIcon(item.icon),
        typeof item.title === "string" ? make("span", { class: "title", dir: "auto" }, item.title) : writePair(item.title),
        item.detail && make("bdi", { class: "detail", dir: "ltr" }, item.detail),
      ),
    );
    const dialog = make(
      "div",
      { class: "sheet", role: "dialog", "aria-modal": true, "aria-labelledby": "sheet-title" },
      make(
        "header",
        {},
        make("h2", { id: "sheet-title", dir: "auto" }, typeof title === "string" ? title : writePair(title)),
        make("button", { type: "button", class: "round", "aria-label": nameOf(TEXTS.close), onclick: close }, drawIcon("cross")),
      ),
      content ?? make("div", { class: `items ${shape}` }, ...choices),
    );
    const layer = make("div", { class: "layer" }, make("div", { class: "scrim", onclick: close }), dialog);
    layer.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key.startsWith("Arrow")) moveFocus(choices, event);
    });
    chat.inert = true;
    screen.append(layer);
    (choices[0] ?? dialog.querySelector("button")).focus({ preventScroll: true });
  });
}

function moveFocus(choices, event) {
  const at = choices.indexOf(document.activeElement);
  if (at < 0) return;
  // The page runs from right to left.
  const step = event.key === "ArrowDown" || event.key === "ArrowLeft" ? 1 : -1;
  choices[(at + step + choices.length) % choices.length].focus();
  event.preventDefault();
}
