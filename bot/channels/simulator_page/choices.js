/** Draws the buttons of a message, as each channel shows them. */

import { drawIcon, make } from "./elements.js";
import { openSheet } from "./sheets.js";

/** Longest title with which two buttons share a row; the Telegram channel does the same. */
const SHORT = 14;

/**
 * @param {{layout: string, label: string, buttons: {id: string, title: string}[]}} message
 * @param {(button: {id: string, title: string}) => void} choose
 * @returns {HTMLElement | null} null where there is nothing to tap under the bubble
 */
export function drawChoices({ layout, label, buttons = [] }, choose) {
  if (!buttons.length) return null;
  switch (layout) {
    case "inline":
      return make("div", { class: "choices inline", role: "group" }, ...drawRows(buttons, choose));
    case "quick_reply":
      return make("div", { class: "choices quick", role: "group" }, ...buttons.map((b) => drawButton(b, choose, "reply")));
    case "list":
      return make("div", { class: "choices quick" }, drawOpener(label, buttons, choose));
    default:
      return null;
  }
}

function drawRows(buttons, choose) {
  const rows = [];
  for (const button of buttons) {
    const row = rows.at(-1);
    if (row?.length === 1 && [row[0], button].every(({ title }) => title.length <= SHORT)) row.push(button);
    else rows.push([button]);
  }
  return rows.map((row) => make("div", { class: "row" }, ...row.map((button) => drawButton(button, choose))));
}

function drawButton(button, choose, icon) {
  return make(
    "button",
    { type: "button", class: "choice", onclick: () => choose(button) },
    icon && drawIcon(icon),
    make("span", { dir: "auto" }, button.title),
  );
}

function drawOpener(label, buttons, choose) {
  const open = async () => {
    const items = buttons.map((button) => ({ value: button, title: button.title }));
    const button = await openSheet({ title: label, items });
    if (button) choose(button);
  };
  return make(
    "button",
    { type: "button", class: "choice", "aria-haspopup": "dialog", onclick: open },
    drawIcon("list"),
    make("span", { dir: "auto" }, label),
  );
}
