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
 * @property {number} [seq] its place, once the server has taken it
 */
export class Outbox {
  /** @type {Draft[]} */
  drafts = [];
  #isRunning = false;

  /** @param {(draft: Draft, error?: Error) => void} onChange after each change of a draft's state */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** @param {Draft} draft */
  add(draft) {
    this.drafts.push(draft);
    this.#run();
  }

  /** Tries again what has failed. */
  resume() {
    for (const draft of this.drafts) if (draft.state === "failed") this.#change(draft, "waiting");
    this.#run();
  }

  /** @param {Draft} draft one that was refused */
  retry(draft) {
    this.#change(draft, "waiting");
    this.#run();
  }

  /** @param {Draft} draft */
  remove(draft) {
    this.drafts = this.drafts.filter((other) => other !== draft);
  }

  /**
   * The draft that a message of the server's history is, where there is one: its own answer may come later than the
   * history that holds it, or never.
   *
   * @returns {Draft | undefined}
   */
  adopt({ seq, kind, text }) {
    const draft = this.drafts.find(({ state }) => state === "waiting" || state === "failed");
    const written = kind === "text" || kind === "button";
    if (draft?.kind !== kind || (written && draft.text.trim() !== text.trim())) return undefined;
    this.#settle(draft, seq);
    return draft;
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let draft;
    while ((draft = this.drafts.find(({ state }) => state === "waiting" || state === "failed"))?.state === "waiting") {
      try {
        const seq = await sendMessage(draft.body);
        if (draft.state !== "sent") this.#settle(draft, seq);
      } catch (error) {
        if (draft.state !== "sent") this.#change(draft, error instanceof Refused ? "refused" : "failed", error);
      }
    }
    this.#isRunning = false;
  }

  #settle(draft, seq) {
    draft.seq = seq;
    this.remove(draft);
    this.#change(draft, "sent");
  }

  #change(draft, state, error) {
    draft.state = state;
    this.onChange(draft, error);
  }
}
