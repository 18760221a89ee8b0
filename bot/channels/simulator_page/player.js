/** A voice message that can be heard. */

import { drawIcon, make, nameOf } from "./elements.js";
import { TEXTS } from "./texts.js";

const BARS = 28;

/**
 * @param {{url: string, seconds?: number}} media
 * @returns {HTMLElement}
 */
export function makePlayer({ url, seconds }) {
  const audio = new Audio(url);
  const bars = make("span", { class: "bars", "aria-hidden": true }, ...drawBars());
  const time = make("span", { class: "length", dir: "ltr" }, formatSeconds(seconds ?? 0));
  const button = make("button", { type: "button", class: "disc play", onclick: () => (audio.paused ? audio.play() : audio.pause()) });
  const show = () => {
    button.replaceChildren(drawIcon(audio.paused ? "play" : "pause"));
    button.setAttribute("aria-label", nameOf(audio.paused ? TEXTS.play : TEXTS.pause));
  };
  const follow = () => {
    // A recording of MediaRecorder states no length of its own.
    const length = Number.isFinite(audio.duration) ? audio.duration : (seconds ?? 0);
    const share = audio.ended || !length ? 0 : audio.currentTime / length;
    time.textContent = formatSeconds(audio.paused || audio.ended ? length : audio.currentTime);
    [...bars.children].forEach((bar, n) => bar.classList.toggle("played", n < share * BARS));
  };
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, show);
  for (const event of ["timeupdate", "ended", "loadedmetadata"]) audio.addEventListener(event, follow);
  show();
  return make("span", { class: "voice-player" }, button, bars, time);
}

/** @param {number} seconds */
export function formatSeconds(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// The heights are an ornament, the same each time: they are not measured from the sound.
function drawBars() {
  return Array.from({ length: BARS }, (_, n) => {
    const bar = make("i");
    bar.style.blockSize = `${20 + 75 * Math.abs(Math.sin(n * 1.7) * Math.cos(n * 0.6))}%`;
    return bar;
  });
}
