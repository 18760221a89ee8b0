/** What a person has written and the server has not yet taken: sent one by one, in order, and never lost. */

import { Refused, sendMessage } from "./api.js";

/**
 * @typedef {object} Draft
 * @property {object} body the message as the server takes it
 * @property {string} kind
 * @property {string} text what its bubble shows
 * @property {Date} at
 * @property {{url: string, name?: string, seconds?: number}} [media] the file, for this page's own bubble
 * @property {"waiting"|"sent"|"failed"|"refused"} state
 */
export class Outbox {
  /**
   * A draft stays here until it is seen in the conversation that the server gives: only then is its place known.
   *
   * @type {Draft[]}
   */
  drafts = [];
  #isOpen = false;
  #isSending = false;
  #sending = Promise.resolve();

  /** @param {(draft: Draft, error?: Error) => void} onChange after each change of a draft's state */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** @returns {boolean} whether something would be lost with the page */
  get hasUnsent() {
    return this.drafts.some(({ state }) => state !== "sent");
  }

  /** @param {Draft} draft */
  add(draft) {
    this.drafts.push(draft);
    this.#send();
  }

  /** Sends, also what had failed. */
  open() {
    this.#isOpen = true;
    for (const draft of this.drafts) if (draft.state === "failed") this.#change(draft, "waiting");
    this.#send();
  }

  /** Sends nothing more; done when what is under way has ended. */
  async close() {
    this.#isOpen = false;
    await this.#sending;
  }

  /** @param {Draft} draft one that was refused */
  retry(draft) {
    this.#change(draft, "waiting");
    this.#send();
  }

  /** @param {Draft} draft */
  remove(draft) {
    this.drafts = this.drafts.filter((other) => other !== draft);
  }

  /**
   * Takes out the draft that a new message of the conversation is. It may be one whose sending seemed to fail: the
   * server had it, and only its answer was lost.
   *
   * @returns {Draft | undefined}
   */
  adopt({ kind, text }) {
    const isWritten = kind === "text" || kind === "button";
    const draft = this.drafts.find(
      (one) => one.state !== "refused" && one.kind === kind && (!isWritten || one.text.trim() === text.trim()),
    );
    if (!draft) return undefined;
    this.remove(draft);
    if (draft.state !== "sent") this.#change(draft, "sent");
    this.#send();
    return draft;
  }

  #send() {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#sending = this.#sendAll();
  }

  async #sendAll() {
    let draft;
    // What comes later waits for what failed: the order is part of what was said.
    while (this.#isOpen && (draft = this.#next)?.state === "waiting") {
      try {
        await sendMessage(draft.body);
        if (draft.state === "waiting") this.#change(draft, "sent");
      } catch (error) {
        if (draft.state === "waiting") this.#change(draft, error instanceof Refused ? "refused" : "failed", error);
      }
    }
    this.#isSending = false;
  }

  get #next() {
    return this.drafts.find(({ state }) => state === "waiting" || state === "failed");
  }

  #change(draft, state, error) {
    draft.state = state;
    this.onChange(draft, error);
  }
}
