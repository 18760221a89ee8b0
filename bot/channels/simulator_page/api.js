/** The simulator's two requests. */

const MESSAGES = new URL("../messages", import.meta.url);
const SEND_TIMEOUT = 30_000;

/** The server did not take the request; it may be tried again. */
export class Unreachable extends Error {}

/** The server will not take this message, however often it is tried. */
export class Refused extends Error {}

/**
 * Sends a message of a person.
 *
 * @throws {Unreachable | Refused}
 */
export async function sendMessage(message) {
  const body = JSON.stringify(message);
  await request(MESSAGES, SEND_TIMEOUT, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
}

/**
 * Waits for what comes after place `after` of a conversation.
 *
 * @param {{account: string, person: string}} conversation
 * @param {number} after 0 for the whole history
 * @param {number} wait seconds, where there is nothing yet
 * @param {AbortSignal} signal
 * @returns {Promise<{messages: object[], typing: boolean}>}
 * @throws {Unreachable | Refused}
 */
export async function awaitMessages({ account, person }, after, wait, signal) {
  const url = new URL(MESSAGES);
  url.search = new URLSearchParams({ account, person, after, wait });
  return request(url, (wait + 10) * 1000, { signal });
}

async function request(url, timeout, { signal, ...options }) {
  const control = new AbortController();
  const abort = () => control.abort();
  const timer = setTimeout(abort, timeout);
  signal?.addEventListener("abort", abort);
  try {
    const response = await fetch(url, { ...options, signal: control.signal, cache: "no-store" });
    if (response.ok) return await response.json();
    const mayRetry = response.status >= 500 || response.status === 408 || response.status === 429;
    throw new (mayRetry ? Unreachable : Refused)(await readDetail(response));
  } catch (error) {
    throw error instanceof Unreachable || error instanceof Refused ? error : new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

async function readDetail(response) {
  try {
    const { detail } = await response.json();
    // FastAPI gives a list where the message itself is malformed.
    return typeof detail === "string" ? detail : detail[0].msg;
  } catch {
    return String(response.status);
  }
}
