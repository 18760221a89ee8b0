/** Draws one message. */

import { drawIcon, make, nameOf, writePair } from "./elements.js";
import { makePlayer } from "./player.js";
import { TEXTS } from "./texts.js";

// Isolates come from the renderer, which puts them around codes and addresses inside right-to-left text.
const LINK = /(?:https?:\/\/|www\.)[^\s<>"'«»،؛\u2066-\u2069]+|(?<![\w@.-])(?:[a-z\d-]+\.)+(?:ma|com|org)(?:\/[^\s<>"'«»،؛\u2066-\u2069]*)?(?![\w@-])/gi;
const TRAILING = /[.,;:!?)\]}…؟]+$/;
const LETTER = /\p{L}/u;
const TICKS = { waiting: "clock", sent: "tick", answered: "ticks", failed: "alert", refused: "alert" };

/** Hours and minutes of a date, as "18:05". */
export const { format: formatTime } = new Intl.DateTimeFormat("ar-MA-u-nu-latn", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/**
 * @param {object} message as the server gives it, or a draft
 * @param {{state?: string, media?: object}} own of the person's own messages: how far it got, and its file
 * @returns {HTMLElement}
 */
export function drawMessage(message, { state, media } = {}) {
  const isBot = message.from === "bot";
  const meta = make("span", { class: "meta" }, formatTime(message.at), !isBot && drawTicks(state));
  const bubble = make(
    "div",
    { class: "bubble", "data-kind": message.kind, dir: "auto" },
    make("span", { class: "hidden", dir: "rtl" }, `${isBot ? TEXTS.assistant.ary : TEXTS.you.ary}: `),
    ...drawBody(message, media),
    meta,
  );
  return make("div", { class: `message ${isBot ? "bot" : "person"}` }, bubble);
}

/** Shows anew how far a message got. */
export function updateTicks(element, state) {
  element.querySelector(".meta .ticks").replaceWith(drawTicks(state));
  element.classList.toggle("unsent", state === "failed" || state === "refused");
}

function drawTicks(state) {
  const ticks = make("span", { class: `ticks ${state}`, role: "img", "aria-label": nameOf(TEXTS[state] ?? TEXTS.failed) });
  ticks.append(drawIcon(TICKS[state]));
  return ticks;
}

function drawBody({ kind, text }, media) {
  switch (kind) {
    case "photo":
      return [media ? drawPhoto(media) : drawFile("photo", TEXTS.photo, text)];
    case "voice":
      return [media ? makePlayer(media) : drawFile("microphone", TEXTS.voice, text)];
    case "video":
    case "document":
      return [drawFile("document", TEXTS[kind], media?.name ?? text)];
    case "location":
      return [drawMap(), text && writeText(text)];
    case "contact":
      return [drawFile("person", TEXTS.contact, text)];
    default:
      return [writeText(text)];
  }
}

function drawPhoto({ url, name }) {
  return make("img", { class: "photo", src: url, alt: nameOf(TEXTS.photo) + (name ? `: ${name}` : "") });
}

function drawFile(icon, label, detail) {
  return make(
    "span",
    { class: "file" },
    make("span", { class: "disc" }, drawIcon(icon)),
    make("span", { class: "about" }, writePair(label), detail && make("bdi", { class: "detail" }, detail)),
  );
}

function drawMap() {
  return make("span", { class: "map", role: "img", "aria-label": nameOf(TEXTS.location) }, drawIcon("pin"));
}

function writeText(text) {
  // Moroccan Arabic in Latin letters and French cannot be told apart safely: "" says that the language is unknown.
  const first = text.match(LETTER)?.[0] ?? "";
  const lang = /\p{Script=Arabic}/u.test(first) ? "ary" : /\p{Script=Tifinagh}/u.test(first) ? "zgh" : "";
  const span = make("span", { class: "text" }, ...linkify(text));
  span.lang = lang;
  return span;
}

function linkify(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, "");
    nodes.push(text.slice(end, match.index), drawLink(address));
    end = match.index + address.length;
  }
  return [...nodes, text.slice(end)];
}

function drawLink(address) {
  const href = /^https?:/i.test(address) ? address : `https://${address}`;
  return make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, address);
}
