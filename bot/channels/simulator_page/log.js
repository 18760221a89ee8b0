/** The conversation on the screen: messages in their order, days, ticks, and where it is scrolled to. */

import { drawMessage, updateTicks } from "./bubbles.js";
import { drawChoices } from "./choices.js";
import { make, writePair } from "./elements.js";
import { TEXTS } from "./texts.js";

const DAY = 24 * 3600 * 1000;
/** Pixels from the end within which the reader counts as being at the end. */
const NEAR = 120;

const dayFormat = new Intl.DateTimeFormat("ar-MA-u-nu-latn", { day: "numeric", month: "long", year: "numeric" });

export class Log {
  /** @type {Map<object, HTMLElement>} */
  #drafts = new Map();

  /** Whether the end stays in view when something grows: until the reader scrolls away from it. */
  #sticks = true;
  #top = 0;

  /**
   * @param {Record<"scroller"|"list"|"empty"|"typing"|"down", HTMLElement>} parts
   * @param {(button: {id: string, title: string}) => void} choose
   */
  constructor({ scroller, list, empty, typing, down }, choose) {
    Object.assign(this, { scroller, list, empty, typing, down, choose });
    scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    down.addEventListener("click", () => this.#scrollToEnd());
    const observer = new ResizeObserver(() => this.#sticks && this.#scrollToEnd());
    observer.observe(scroller);
    observer.observe(list);
  }

  clear() {
    this.#drafts.clear();
    this.list.replaceChildren();
    this.showTyping(false);
    this.down.hidden = true;
    this.empty.hidden = true;
    this.#sticks = true;
  }

  /**
   * Shows messages of one answer of the server.
   *
   * @param {{message: object, media?: object}[]} entries with `message.at` as a Date
   * @param {boolean} isHistory whether they were there before the page was opened
   */
  show(entries, isHistory) {
    if (isHistory) this.empty.hidden = false;
    const wasAtEnd = this.#sticks;
    // A screen reader should not read out the whole history.
    this.list.setAttribute("aria-live", isHistory ? "off" : "polite");
    let first = null;
    for (const { message, media } of entries) {
      const element = drawMessage(message, { state: "sent", media });
      const choices = drawChoices(message, this.choose);
      if (choices) element.append(choices);
      element.dataset.seq = message.seq;
      this.#place(element, message.at);
      if (!isHistory) element.classList.add("fresh");
      if (message.from === "bot") first ??= element;
    }
    this.#updateAnswered();
    this.#updateDays();
    if (isHistory || (wasAtEnd && !first)) this.#scrollToEnd("instant");
    else if (wasAtEnd) this.#scrollTo(first);
    else if (first) this.down.hidden = false;
    if (isHistory) setTimeout(() => this.list.setAttribute("aria-live", "polite"), 0);
  }

  /** Shows a message that is on its way. */
  showDraft(draft, actions) {
    const element = drawMessage({ ...draft, from: "person" }, draft);
    element.append(actions);
    element.classList.add("fresh");
    this.#drafts.set(draft, element);
    this.#place(element, draft.at);
    this.updateDraft(draft);
    this.#updateDays();
    this.#scrollToEnd();
  }

  /** Shows what became of a draft. */
  updateDraft(draft) {
    const element = this.#drafts.get(draft);
    if (element) updateTicks(element, draft.state);
  }

  /** Gives a draft its place among the messages; its bubble stays where it is. */
  settleDraft(draft, seq) {
    const element = this.#drafts.get(draft);
    element.dataset.seq = seq;
    this.#drafts.delete(draft);
    this.#updateAnswered();
  }

  removeDraft(draft) {
    this.#drafts.get(draft)?.remove();
    this.#drafts.delete(draft);
  }

  showTyping(isTyping) {
    if (this.typing.hidden === !isTyping) return;
    this.typing.hidden = !isTyping;
    if (this.#sticks && isTyping) this.#scrollToEnd();
  }

  #place(element, at) {
    const place = ({ dataset }) => Number(dataset.seq ?? Infinity);
    const next = [...this.list.querySelectorAll(".message")].find((other) => place(other) > place(element));
    element.dataset.at = at.toISOString();
    this.list.insertBefore(element, next ?? null);
  }

  #updateDays() {
    this.list.querySelectorAll(".day").forEach((day) => day.remove());
    let last = "";
    for (const element of [...this.list.children]) {
      const at = new Date(element.dataset.at);
      if (at.toDateString() === last) continue;
      last = at.toDateString();
      element.before(make("div", { class: "day" }, make("span", {}, nameDay(at))));
    }
  }

  #updateAnswered() {
    const answered = Math.max(0, ...[...this.list.querySelectorAll(".message.bot")].map(({ dataset }) => Number(dataset.seq)));
    for (const element of this.list.querySelectorAll(".message.person[data-seq]:not(.answered)")) {
      if (Number(element.dataset.seq) > answered) continue;
      element.classList.add("answered");
      updateTicks(element, "answered");
    }
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (isAtEnd) this.down.hidden = true;
    // On the way down to the end the end is already meant.
    if (isAtEnd || scrollTop < this.#top) this.#sticks = isAtEnd;
    this.#top = scrollTop;
  }

  #scrollToEnd(behavior = chooseBehavior()) {
    this.#sticks = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
    this.down.hidden = true;
  }

  // Long answers are read from their beginning.
  #scrollTo(element) {
    const height = this.list.getBoundingClientRect().bottom - element.getBoundingClientRect().top;
    if (height < this.scroller.clientHeight - 24) {
      this.#scrollToEnd();
    } else {
      this.#sticks = false;
      this.down.hidden = false;
      element.scrollIntoView({ block: "start", behavior: chooseBehavior() });
    }
  }
}

function chooseBehavior() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
}

function nameDay(at) {
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(Date.now()) - midnight(at)) / DAY);
  if (days === 0) return writePair(TEXTS.today);
  return days === 1 ? writePair(TEXTS.yesterday) : dayFormat.format(at);
}
