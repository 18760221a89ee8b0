/** What can be sent besides text. Each gives what a draft is made of, or undefined where nothing was chosen. */

import { chooseFile, readFile, readPhoto } from "./files.js";
import { openSheet } from "./sheets.js";
import { PLACES, STICKERS, TEXTS } from "./texts.js";

const CHOICES = [
  { value: "photo", title: TEXTS.photo, icon: "photo" },
  { value: "document", title: TEXTS.document, icon: "document" },
  { value: "location", title: TEXTS.location, icon: "pin" },
  { value: "contact", title: TEXTS.contact, icon: "person" },
];

/**
 * @typedef {{kind: string, text: string, body: object, media?: object}} Content
 * @param {import("./memory.js").Memory} memory
 * @param {import("./notices.js").Notices} notices
 * @returns {Promise<Content | undefined>}
 */
export async function chooseAttachment(memory, notices) {
  switch (await openSheet({ title: TEXTS.attach, items: CHOICES, shape: "grid" })) {
    case "photo":
      return takePhoto(await chooseFile("image/*"));
    case "document":
      return takeDocument(await chooseFile("application/pdf,image/*"));
    case "location":
      return chooseLocation(notices);
    case "contact":
      return chooseContact(memory);
    default:
      return undefined;
  }
}

/** @returns {Promise<Content | undefined>} */
export async function takePhoto(file) {
  if (!file) return undefined;
  const { content, media } = await readPhoto(file);
  return { kind: "photo", text: "", body: { photo: content }, media };
}

async function takeDocument(file) {
  if (!file) return undefined;
  const { content, media } = await readFile(file, file.name);
  return { kind: "document", text: "", body: { document: content }, media };
}

/**
 * @param {Blob} blob
 * @param {number} [seconds]
 * @returns {Promise<Content>}
 */
export async function takeVoice(blob, seconds) {
  const { content, media } = await readFile(blob);
  return { kind: "voice", text: "", body: { voice: content }, media: { ...media, seconds } };
}

/** @returns {Promise<Content | undefined>} */
export async function chooseSticker() {
  const items = STICKERS.map((sticker) => ({ value: sticker, title: sticker }));
  const sticker = await openSheet({ title: TEXTS.stickers, items, shape: "grid stickers" });
  return sticker && { kind: "sticker", text: sticker, body: { sticker } };
}

/**
 * Asks before the person's own number is given away.
 *
 * @returns {Promise<Content | undefined>}
 */
export async function confirmOwnContact({ person: { number } }) {
  const items = [
    { value: true, title: TEXTS.send, icon: "phone", detail: number },
    { value: false, title: TEXTS.cancel, icon: "cross" },
  ];
  return (await openSheet({ title: TEXTS.confirmShare, items })) ? makeContact(number, true) : undefined;
}

async function chooseLocation(notices) {
  const items = [
    ...PLACES.map(({ name, point }) => ({ value: point, title: name, icon: "pin" })),
    { value: "here", title: TEXTS.here, icon: "target" },
  ];
  const chosen = await openSheet({ title: TEXTS.whichPlace, items });
  if (!chosen) return undefined;
  try {
    const point = chosen === "here" ? await locate() : chosen;
    return { kind: "location", text: point.map((degrees) => degrees.toFixed(4)).join(", "), body: { location: point } };
  } catch {
    notices.show("location", TEXTS.noPlace, { isCalm: true });
    return undefined;
  }
}

async function chooseContact({ person, otherNumber }) {
  const items = [
    { value: [person.number, true], title: TEXTS.ownContact, icon: "phone", detail: person.number },
    { value: [otherNumber, false], title: TEXTS.otherContact, icon: "person", detail: otherNumber },
  ];
  const chosen = await openSheet({ title: TEXTS.whichContact, items });
  return chosen && makeContact(...chosen);
}

function makeContact(number, isOwn) {
  return { kind: "contact", text: number, body: { contact: number, own_contact: isOwn } };
}

function locate() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) reject(new Error("no geolocation"));
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => resolve([coords.latitude, coords.longitude]),
      reject,
      { timeout: 10_000 },
    );
  });
}
