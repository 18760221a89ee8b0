/** Files from the disk, made ready to be sent. */

/** Bytes of the largest file that is sent; WhatsApp takes no larger ones. */
const LARGEST = 16 * 2 ** 20;
/** Pixels of the longer side of a photo; messengers scale them down as well. */
const LONGEST_SIDE = 1600;

export class TooLarge extends Error {}

/**
 * A photo as a phone sends it: scaled down and without what the camera wrote into it, such as the place.
 *
 * @param {File} file
 * @throws {TooLarge}
 */
export async function readPhoto(file) {
  const photo = await scale(file);
  return readFile(photo, photo === file ? file.name : file.name.replace(/\.\w+$/, "") + ".jpg");
}

/**
 * @param {Blob} blob
 * @param {string} [name]
 * @returns {Promise<{content: {name?: string, mime: string, data: string}, media: {url: string, name?: string}}>}
 * @throws {TooLarge}
 */
export async function readFile(blob, name) {
  if (blob.size > LARGEST) throw new TooLarge();
  // The server wants the type without its parameters ("audio/webm;codecs=opus").
  const mime = blob.type.split(";")[0] || "application/octet-stream";
  return { content: { name, mime, data: await encode(blob) }, media: { url: URL.createObjectURL(blob), name } };
}

/** Opens the file chooser; gives undefined when nothing was chosen. */
export function chooseFile(accept) {
  return new Promise((resolve) => {
    const input = Object.assign(document.createElement("input"), { type: "file", accept });
    input.addEventListener("change", () => resolve(input.files[0]));
    input.addEventListener("cancel", () => resolve(undefined));
    input.click();
  });
}

async function scale(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    // A format that this browser cannot draw goes as it is.
    return file;
  }
  const ratio = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(bitmap.width * ratio),
    height: Math.round(bitmap.height * ratio),
  });
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.85));
}

function encode(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
