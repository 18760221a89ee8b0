/** Follows a conversation by long polling, through every absence of the server. */

import { awaitMessages, Refused, Unreachable } from "./api.js";

const WAIT = 20;
const PAUSES = [1, 2, 4, 8];
/** Seconds between two empty answers of a server that does not wait. */
const BREATH = 1;

/**
 * Follows one conversation. The simulator keeps conversations in memory only: after a restart of the server it counts
 * from 1 again. The page goes on counting, so that what stands there stays.
 */
export class Feed {
  #control = new AbortController();
  #wake = () => {};
  /** Of the last message: its place as the server counts. */
  #last = 0;
  /** Messages of the server's earlier lives. */
  #offset = 0;
  /** When the first message was written: by this a conversation is known again. */
  #begin = undefined;

  /**
   * @param {{account: string, person: string}} conversation
   * @param {{onMessages: Function, onTyping: Function, onUp: Function, onDown: Function}} listener
   *   `onMessages` takes the messages of one answer and whether it is the first one
   */
  constructor(conversation, listener) {
    this.conversation = conversation;
    this.listener = listener;
  }

  async start() {
    const { signal } = this.#control;
    let isFirst = true;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const asked = Date.now();
        // The first answer, and the first after an absence, come at once and hold everything.
        const isWhole = isFirst || failures > 0;
        const after = isWhole ? 0 : this.#last;
        const { messages, typing } = await awaitMessages(this.conversation, after, isWhole ? 0 : WAIT, signal);
        if (signal.aborted) return;
        failures = 0;
        this.listener.onMessages(this.#count(messages, isWhole), isFirst);
        this.listener.onTyping(typing);
        this.listener.onUp();
        isFirst = false;
        if (!isWhole && !messages.length && Date.now() - asked < BREATH * 1000) await this.#pause(BREATH);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Unreachable || error instanceof Refused)) throw error;
        this.listener.onDown();
        await this.#pause(PAUSES[Math.min(failures, PAUSES.length - 1)]);
        failures += 1;
      }
    }
  }

  /** Tries again now instead of at the end of the pause. */
  hurry() {
    this.#wake();
  }

  stop() {
    this.#control.abort();
    this.#wake();
  }

  /** The messages that are new, with their places as the page counts. */
  #count(messages, isWhole) {
    if (isWhole && messages[0]?.at !== this.#begin) {
      this.#offset += this.#last;
      this.#last = 0;
    }
    if (isWhole || !this.#begin) this.#begin = messages[0]?.at;
    const fresh = messages.filter(({ seq }) => seq > this.#last);
    this.#last = Math.max(this.#last, ...fresh.map(({ seq }) => seq));
    return fresh.map((message) => ({ ...message, seq: message.seq + this.#offset }));
  }

  #pause(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
