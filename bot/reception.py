"""Finds the answer to a message: by asking Rasa, and by itself where there is nothing to ask about."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.base import Channel, Choice, Kind, Reply
from bot.dialogue import Dialogue, Turn
from bot.errors import MediaUnavailable
from bot.intents import REQUESTS
from bot.media import MediaStore, StoredFile
from bot.programmes import Programmes
from bot.registry import applications, offers
from bot.registry.database import Database
from bot.registry.inbox import Claimed
from bot.texts import Texts
from bot.titles import Titles
from nlu.text import fold

log = logging.getLogger(__name__)

# Twilio's default opt-out words (twilio.com/docs/messaging/tutorials/advanced-opt-out) and what people write here.
STOP_WORDS = frozenset(
    map(fold, ("stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "حبس", "وقف", "حبسو", "hbess"))
)
COMMANDS = {"/start": "/greet", "/help": "/help", "/menu": "/help", "/stop": "/unsubscribe_reminders"}
LONGEST_TITLE = 32
"""Characters of a title as it may be typed: with quotation marks and articles that it does not have."""
NUMERIC = frozenset({"number", "ice", "cnss_number", "phone"})
"""Types of questions whose answer is a number."""

MENU = (
    Choice("menu.awrach", '/ask_definition{"topic": "awrach"}'),
    Choice("menu.amo", '/ask_definition{"topic": "amo"}'),
    Choice("menu.person", "/request_human"),
)


class Reception:
    """Sees what sort of thing was sent: words and buttons are Rasa's, documents and contacts are taken in here.

    Args:
        database: the registry.
        channels: by name and account, to fetch documents from.
        dialogue: the client of Rasa.
        texts: for what is said here.
        programmes: to know which question an open application waits on.
        media: where documents go.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[tuple[str, str], Channel],
        dialogue: Dialogue,
        texts: Texts,
        programmes: Programmes,
        media: MediaStore,
    ) -> None:
        self._database = database
        self._channels = channels
        self._dialogue = dialogue
        self._texts = texts
        self._titles = Titles(texts)
        self._programmes = programmes
        self._media = media

    async def answer(self, claimed: Claimed, language: str) -> Turn:
        """What a message is answered with.

        Raises:
            DialogueUnavailable: when Rasa or the action endpoint gave no answer.
        """
        message = claimed.message
        match message.kind:
            case Kind.TEXT if message.text.strip():
                return await self._answer_text(claimed, language)
            case Kind.BUTTON:
                tapped = await self._database.run(
                    offers.find_tapped, claimed.person_id, message.button or "", message.text
                )
                if tapped is None:
                    return self._turn("error.stale_button", language)
                return await self._ask_rasa(claimed, language, tapped.payload)
            case Kind.PHOTO | Kind.DOCUMENT:
                return await self._take_documents(claimed, language)
            case Kind.CONTACT:
                return await self._take_contact(claimed, language)
            case Kind.TEXT:
                return self._turn("media.empty", language)
            case kind:
                return self._turn(f"media.{kind}", language)

    async def _answer_text(self, claimed: Claimed, language: str) -> Turn:
        text = claimed.message.text.strip()
        if text.startswith("/"):
            command = COMMANDS.get(text.split("@")[0].split()[0].lower())
            return await self._ask_rasa(claimed, language, command or _neutralise(text))
        if fold(text) in STOP_WORDS:
            return await self._ask_rasa(claimed, language, "/unsubscribe_reminders")
        if len(text) <= LONGEST_TITLE:
            payload = await self._database.run(self._find_meant, claimed, text)
            if payload is not None:
                return await self._ask_rasa(claimed, language, payload)
        return await self._ask_rasa(claimed, language, text)

    async def _take_documents(self, claimed: Claimed, language: str) -> Turn:
        message = claimed.message
        asked = await self._database.run(self._find_asked, claimed.person_id)
        if asked != "documents":
            if message.text.strip():
                return await self._answer_text(claimed, language)
            return self._turn("media.not_yet", language) if asked else self._turn("media.no_file_open", language)
        channel = self._channels[message.channel, message.account]
        stored: list[StoredFile] = []
        for attachment in message.attachments:
            try:
                stored.append(self._media.save(await channel.fetch(attachment)))
            except MediaUnavailable as error:
                log.warning("message %s: document not taken: %s", claimed.id, error)
        await self._database.run(self._add_documents, claimed, stored)
        return await self._ask_rasa(
            claimed,
            language,
            "/send_document",
            documents=len(stored),
            unreadable=len(message.attachments) - len(stored),
        )

    def _add_documents(self, session: Session, claimed: Claimed, stored: list[StoredFile]) -> None:
        draft = applications.find_draft(session, claimed.person_id)
        if draft is None or not draft.asked:
            return
        for part, file in enumerate(stored):
            if not applications.add_document(session, draft, draft.asked, claimed.id, part, file):
                self._media.remove(file.path)

    async def _take_contact(self, claimed: Claimed, language: str) -> Turn:
        message = claimed.message
        asked = await self._database.run(self._find_asked, claimed.person_id)
        if message.phone is None:
            if asked == "phone" and message.contact:
                return await self._ask_rasa(claimed, language, _neutralise(message.contact))
            return self._turn("media.contact_of_other", language)
        if asked == "phone":
            return await self._ask_rasa(claimed, language, message.phone)
        choices = (
            Choice(self._texts.say("button.check_registration", language), "/check_registration"),
            Choice(self._texts.say("button.check_application", language), "/check_application"),
        )
        return Turn((self.say("phone.verified", language, *choices),))

    async def _ask_rasa(self, claimed: Claimed, language: str, text: str, **details: Any) -> Turn:
        metadata = {
            "inbound_id": claimed.id,
            "language": language,
            "known_language": claimed.language or language,
            "channel": claimed.message.channel,
            "again": claimed.attempts > 0,
            **details,
        }
        return await self._dialogue.say(claimed.person_id, text, metadata)

    def _find_meant(self, session: Session, claimed: Claimed, text: str) -> str | None:
        """What a text says that is a choice shown just before, or the title of a button that is always there."""
        asked = self._find_asked(session, claimed.person_id)
        # A number is first of all the answer to a question that asks for one.
        chosen = offers.find_meant(session, claimed.person_id, claimed.id, text, by_number=asked not in NUMERIC)
        if chosen is not None:
            return chosen.payload
        intent = self._titles.find_intent(text)
        # While a question is open only a request cannot be its answer: a co-operative may be called "Salam".
        return f"/{intent}" if intent and (asked is None or intent in REQUESTS) else None

    def _find_asked(self, session: Session, person_id: str) -> str | None:
        """Type of the question that an open application waits on, or None."""
        draft = applications.find_draft(session, person_id)
        if draft is None or not draft.asked:
            return None
        programme = self._programmes.get(draft.programme)
        question = programme.next_question(applications.read_answers(draft), draft.asked)
        return question.type if question else "confirm"

    def menu(self, language: str) -> tuple[Choice, ...]:
        """The way on where the dialogue does not offer one."""
        return tuple(Choice(self._texts.say(choice.title, language), choice.payload) for choice in MENU)

    def say(self, key: str, language: str, *choices: Choice) -> Reply:
        """A text of our own, with choices under it."""
        return Reply(self._texts.say(key, language), choices)

    def _turn(self, key: str, language: str) -> Turn:
        return Turn((self.say(key, language, *self.menu(language)),))


def _neutralise(text: str) -> str:
    # Rasa reads a slash after any white space as an intent: only our own buttons may say such a thing.
    return re.sub(r"^[\s/]+", "", text) or "?"


def is_command(text: str) -> bool:
    """Whether a text is a word of the machine, STOP or a command, which tells nothing of the language of its writer."""
    return text.startswith("/") or fold(text) in STOP_WORDS
