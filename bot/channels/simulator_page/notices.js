/** The bar over the composer that says what went wrong and offers a way on. */

import { drawIcon, make, nameOf, writePair } from "./elements.js";
import { TEXTS } from "./texts.js";

/**
 * @param {HTMLElement} bar a live region
 */
export class Notices {
  #subject = null;

  constructor(bar) {
    this.bar = bar;
  }

  /**
   * @param {string} subject what it is about; a later notice on the same subject takes its place
   * @param {{ary: string, fr: string}} text
   * @param {{detail?: string, label?: {ary: string, fr: string}, act?: () => void, isCalm?: boolean}} [options]
   */
  show(subject, text, { detail, label = TEXTS.retry, act, isCalm = false } = {}) {
    // A screen reader should not hear the same again with each try.
    if (this.#subject === subject && !detail) return;
    this.#subject = subject;
    this.bar.hidden = false;
    this.bar.className = isCalm ? "notice calm" : "notice";
    this.bar.replaceChildren(
      drawIcon("alert"),
      make("div", { class: "words" }, writePair(text), detail && make("bdi", { class: "detail" }, detail)),
    );
    const run = () => {
      this.clear(subject);
      act();
    };
    if (act) this.bar.append(make("button", { type: "button", class: "act", onclick: run }, writePair(label)));
    this.bar.append(
      make("button", { type: "button", class: "round", "aria-label": nameOf(TEXTS.close), onclick: () => this.clear(subject) }, drawIcon("cross")),
    );
  }

  /** Takes the notice on `subject` away; without a subject, any. */
  clear(subject = this.#subject) {
    if (this.#subject !== subject) return;
    this.#subject = null;
    this.bar.hidden = true;
    this.bar.replaceChildren();
  }
}
