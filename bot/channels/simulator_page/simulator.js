/** A phone in the browser: puts the parts of the page together. */

import { formatTime } from "./bubbles.js";
import { Composer } from "./composer.js";
import { drawIcon, make, writePair } from "./elements.js";
import { Feed } from "./feed.js";
import { Log } from "./log.js";
import { Memory } from "./memory.js";
import { Notices } from "./notices.js";
import { Outbox } from "./outbox.js";
import { setUpPanel } from "./panel.js";
import { closeSheet } from "./sheets.js";
import { TEXTS } from "./texts.js";

const find = (name) => document.querySelector(`#${name}`);

const memory = new Memory();
const notices = new Notices(find("notice"));
const log = new Log(
  { scroller: find("scroller"), list: find("log"), empty: find("empty"), typing: find("typing"), down: find("down") },
  ({ id, title }) => send({ kind: "button", text: title, body: { button: { id, title } } }),
);
const composer = new Composer(memory, notices, send);

/** By conversation: what is not yet sent, and the files of what was, which the server does not give back. */
const outboxes = new Map();
const keepsakes = new Map();

let conversation;
let outbox;
let feed;
let status = { isUp: false, isTyping: false };

function openConversation() {
  feed?.stop();
  closeSheet();
  conversation = { account: memory.account, person: memory.person.id };
  const key = `${conversation.account} ${conversation.person}`;
  log.clear();
  notices.clear();
  composer.turnTo(key);
  showStatus({ isUp: false, isTyping: false });

  const media = keepsakes.get(key) ?? new Map();
  keepsakes.set(key, media);
  outbox = outboxes.get(key) ?? new Outbox((draft, error) => onDraft(key, draft, error));
  outboxes.set(key, outbox);
  outbox.drafts.forEach(showDraft);

  const own = new Feed(conversation, {
    onMessages: (messages, isFirst) => showMessages(messages, isFirst, media),
    onTyping: (isTyping) => showStatus({ isTyping }),
    onUp() {
      if (status.isUp) return;
      showStatus({ isUp: true });
      notices.clear("server");
      outbox.open();
    },
    onDown() {
      showStatus({ isUp: false, isTyping: false });
      notices.show("server", TEXTS.serverAway, { act: tryAgain });
    },
  });
  feed = own;
  // Nothing is on its way while the history is asked for: what stands in it is not what is being sent.
  outbox.close().then(() => own.start());
}

function tryAgain() {
  if (status.isUp) outbox.open();
  feed.hurry();
}

function send({ kind, text, body, media }) {
  const draft = { kind, text, media, at: new Date(), state: "waiting", body: { ...conversation, phone: memory.phone, ...body } };
  showDraft(draft);
  outbox.add(draft);
  composer.focus();
}

function showDraft(draft) {
  const act = (icon, label, run) => make("button", { type: "button", onclick: run }, drawIcon(icon), writePair(label));
  const again = act("again", TEXTS.retry, () => (draft.state === "refused" ? outbox.retry(draft) : tryAgain()));
  const remove = act("cross", TEXTS.remove, () => {
    outbox.remove(draft);
    log.removeDraft(draft);
    notices.clear("send");
    tryAgain();
  });
  log.showDraft(draft, make("div", { class: "rescue" }, again, remove));
}

function onDraft(key, draft, error) {
  if (outboxes.get(key) !== outbox) return;
  log.updateDraft(draft);
  if (draft.state === "sent") notices.clear("send");
  if (draft.state === "failed" && status.isUp) notices.show("send", TEXTS.sendFailed, { act: tryAgain });
  if (draft.state === "refused") notices.show("refused", TEXTS.refused, { detail: error.message, isCalm: true });
}

function showMessages(messages, isHistory, media) {
  if (isHistory) forgetSent();
  const entries = [];
  for (const raw of messages) {
    const keepsake = `${raw.kind} ${raw.at}`;
    const draft = raw.from === "person" && !isHistory && outbox.adopt(raw);
    if (draft) {
      log.settleDraft(draft, raw.seq);
      media.set(keepsake, draft.media);
    } else {
      entries.push({ message: { ...raw, at: new Date(raw.at) }, media: media.get(keepsake) });
    }
  }
  if (entries.length || isHistory) log.show(entries, isHistory);
  messages.forEach(updateKey);
}

/** What was sent before the conversation was opened again stands in its history. */
function forgetSent() {
  for (const draft of outbox.drafts.filter(({ state }) => state === "sent")) {
    outbox.remove(draft);
    log.removeDraft(draft);
  }
}

function updateKey({ from, kind, layout, label }) {
  if (layout === "share_phone") composer.offerKey(label);
  else if (from === "bot") composer.foldKey();
  else if (kind === "contact") composer.offerKey("");
}

function showStatus(change) {
  status = { ...status, ...change };
  const name = status.isTyping ? "typing" : status.isUp ? "online" : "away";
  find("status").replaceChildren(writePair(TEXTS[name]));
  find("status").dataset.status = name;
  log.showTyping(status.isTyping);
}

function showClock() {
  find("bar-time").textContent = formatTime(new Date());
}

setUpPanel(memory, openConversation, (text) => send({ kind: "text", text, body: { text } }));
openConversation();
composer.focus();
showClock();
setInterval(showClock, 10_000);

addEventListener("online", () => feed.hurry());
addEventListener("beforeunload", (event) => {
  if ([...outboxes.values()].some(({ hasUnsent }) => hasUnsent)) event.preventDefault();
});
// The keyboard of a phone covers the page instead of shrinking it in some browsers.
visualViewport?.addEventListener("resize", () => {
  document.documentElement.style.setProperty("--height", `${visualViewport.height}px`);
});
