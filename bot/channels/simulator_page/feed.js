/** Follows a conversation by long polling, through every absence of the server. */

import { awaitMessages } from "./api.js";

const WAIT = 20;
const PAUSES = [1, 2, 4, 8];
/** Seconds between two empty answers of a server that does not wait. */
const BREATH = 1;

export class Feed {
  #control = new AbortController();
  #wake = () => {};

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
    let last = 0;
    let isFirst = true;
    let failures = 0;
    while (!signal.aborted) {
      try {
        // The first answer, and the first after an absence, come at once: they say that the server is there.
        const wait = isFirst || failures ? 0 : WAIT;
        const asked = Date.now();
        const { messages, typing } = await awaitMessages(this.conversation, last, wait, signal);
        if (signal.aborted) return;
        failures = 0;
        last = Math.max(last, ...messages.map(({ seq }) => seq));
        this.listener.onMessages(messages, isFirst);
        this.listener.onTyping(typing);
        this.listener.onUp();
        isFirst = false;
        if (wait && !messages.length && Date.now() - asked < BREATH * 1000) await this.#pause(BREATH);
      } catch {
        if (signal.aborted) return;
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
