/** Where the person writes: the field, its buttons, the recording, and the key that shares the own number. */

import { chooseAttachment, chooseSticker, confirmOwnContact, takePhoto, takeVoice } from "./attachments.js";
import { drawIcon, nameOf } from "./elements.js";
import { chooseFile, TooLarge } from "./files.js";
import { formatSeconds } from "./player.js";
import { Recorder } from "./recorder.js";
import { TEXTS } from "./texts.js";

const find = (name) => document.querySelector(`#${name}`);

export class Composer {
  #recorder = null;
  #timer = 0;
  #written = new Map();

  /**
   * @param {import("./memory.js").Memory} memory
   * @param {import("./notices.js").Notices} notices
   * @param {(content: import("./attachments.js").Content) => void} send
   */
  constructor(memory, notices, send) {
    Object.assign(this, { memory, notices, send });
    this.form = find("composer");
    this.field = find("field");
    this.key = find("share-phone");
    this.keySwitch = find("show-key");
    this.#listen();
    this.#fit();
  }

  /** Puts the cursor into the field; not on a touch screen, where the keyboard would come up unasked. */
  focus() {
    if (matchMedia("(hover: hover) and (pointer: fine)").matches) this.field.focus({ preventScroll: true });
  }

  /** Keeps what is half written in the conversation that is left, and brings back what was in the new one. */
  turnTo(conversation) {
    this.#written.set(this.conversation, this.field.value);
    this.conversation = conversation;
    this.field.value = this.#written.get(conversation) ?? "";
    this.#fit();
    this.offerKey("");
  }

  /**
   * Offers the key that shares the own number.
   *
   * @param {string} label "" where nothing asks for the number any more
   */
  offerKey(label) {
    this.key.querySelector("span").textContent = label;
    this.keySwitch.hidden = !label;
    this.#openKey(Boolean(label));
  }

  /** Folds the key away behind its button: the conversation went on without it. */
  foldKey() {
    this.#openKey(false);
  }

  #openKey(isOpen) {
    this.key.parentElement.hidden = !isOpen;
    this.keySwitch.setAttribute("aria-expanded", String(isOpen));
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("input", () => this.#fit());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("paste", (event) => {
      const photo = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
      if (photo) this.#give(takePhoto(photo));
    });
    // The press itself must not take the cursor out of the field.
    find("send").addEventListener("mousedown", (event) => event.preventDefault());
    find("send").addEventListener("click", () => (this.field.value.trim() ? this.#submit() : this.#record()));
    find("attach").addEventListener("click", () => this.#give(chooseAttachment(this.memory, this.notices)));
    find("stickers").addEventListener("click", () => this.#give(chooseSticker()));
    find("record-cancel").addEventListener("click", () => this.#endRecording());
    find("record-send").addEventListener("click", () => this.#sendRecording());
    this.key.addEventListener("click", () => this.#give(confirmOwnContact(this.memory)));
    this.keySwitch.addEventListener("click", () => this.#openKey(this.key.parentElement.hidden));
  }

  #submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.#fit();
    this.send({ kind: "text", text, body: { text } });
    this.field.focus({ preventScroll: true });
  }

  /** Sends what a promise brings, in the conversation in which it was begun. */
  async #give(promise) {
    const { conversation } = this;
    try {
      const content = await promise;
      if (content && this.conversation === conversation) this.send(content);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.notices.show("size", TEXTS.tooLarge, { isCalm: true });
    }
    this.focus();
  }

  #fit() {
    const isEmpty = !this.field.value.trim();
    this.field.style.blockSize = "auto";
    this.field.style.blockSize = `${this.field.scrollHeight}px`;
    find("send").replaceChildren(drawIcon(isEmpty ? "microphone" : "send"));
    find("send").setAttribute("aria-label", nameOf(isEmpty ? TEXTS.record : TEXTS.send));
  }

  async #record() {
    try {
      this.#recorder = await Recorder.start();
    } catch {
      const act = async () => this.#give(chooseFile("audio/*").then((file) => file && takeVoice(file)));
      this.notices.show("microphone", TEXTS.noMicrophone, { label: TEXTS.chooseAudio, act, isCalm: true });
      return;
    }
    this.notices.clear("microphone");
    this.#showRecording(true);
    const tick = () => (find("record-time").textContent = formatSeconds(this.#recorder.seconds));
    tick();
    this.#timer = setInterval(tick, 500);
    find("record-send").focus();
  }

  async #sendRecording() {
    const { blob, seconds } = await this.#endRecording();
    this.#give(takeVoice(blob, seconds));
  }

  #endRecording() {
    clearInterval(this.#timer);
    this.#showRecording(false);
    const recording = this.#recorder.stop();
    this.#recorder = null;
    this.focus();
    return recording;
  }

  #showRecording(isOn) {
    this.form.hidden = isOn;
    find("recording").hidden = !isOn;
  }
}
