/** The panel beside the phone: which messenger, who writes, what to try. On a phone it opens as a sheet. */

import { make, writePair } from "./elements.js";
import { closeSheet, openSheet } from "./sheets.js";
import { TEXTS } from "./texts.js";

const find = (name) => document.querySelector(`#${name}`);

/**
 * @param {import("./memory.js").Memory} memory
 * @param {() => void} onChange when another conversation is meant
 * @param {(text: string) => void} onExample when an example message is tapped
 */
export function setUpPanel(memory, onChange, onExample) {
  const contents = find("panel-contents");
  const people = find("people");
  const verified = find("verified");

  const show = () => {
    document.documentElement.dataset.account = memory.account;
    find(memory.account).checked = true;
    people.replaceChildren(
      ...memory.people.map(({ id, name, number }) =>
        make("option", { value: id, selected: id === memory.person.id }, `${TEXTS.person.ary} ${name} · \u2066${number.replace("+212", "0")}\u2069`),
      ),
    );
    // WhatsApp always gives the number of who writes.
    verified.checked = memory.phone !== undefined;
    verified.disabled = memory.account === "whatsapp";
  };
  const change = (values) => {
    memory.change(values);
    show();
    onChange();
  };

  for (const account of ["telegram", "whatsapp"]) {
    find(account).addEventListener("change", () => change({ account }));
  }
  people.addEventListener("change", () => change({ current: people.value }));
  verified.addEventListener("change", () => memory.change({ verified: verified.checked }));
  find("new-person").addEventListener("click", () => {
    memory.addPerson();
    change({});
  });
  for (const example of contents.querySelectorAll(".example")) {
    example.addEventListener("click", () => {
      closeSheet();
      onExample(example.querySelector("bdi").textContent);
    });
  }
  find("menu").addEventListener("click", async () => {
    await openSheet({ title: TEXTS.settings, content: contents });
    find("panel").append(contents);
  });
  show();
}
