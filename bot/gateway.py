"""The life of one message: from the inbox through the dialogue to the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.channels.base import Channel, Inbound, Kind, Receipt, Reply
from bot.delivery.renderer import is_numbered, render
from bot.dialogue import Dialogue, Turn
from bot.errors import DialogueUnavailable, locate
from bot.reception import Reception, is_command
from bot.registry import erasure, inbox, offers, outbox, people, requests
from bot.registry.database import Database
from bot.registry.inbox import Claimed, Understanding
from bot.registry.models import Person
from bot.texts import DEFAULT_LANGUAGE
from nlu.text import reply_language

log = logging.getLogger(__name__)

MOST_TRIES = 3
TYPING_AFTER = 1.0
"""Seconds after which a person is shown that the answer is coming."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message was answered with.

    Attributes:
        turn: what is said.
        delivery_ids: rows of the outbox that carry it.
        more: whether the person has written something else meanwhile.
    """

    turn: Turn
    delivery_ids: list[int]
    more: bool = False


class Gateway:
    """Takes messages in and sees to it that each is answered, once.

    Args:
        database: the registry.
        channels: by name and account.
        dialogue: the client of Rasa.
        reception: finds the answer to a message.
        clock: gives the present time.
        wake_sender: is called when there is something new in the outbox.

    `push` is called with the id of a person who has a new message; the lanes take its place.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[tuple[str, str], Channel],
        dialogue: Dialogue,
        reception: Reception,
        clock: Callable[[], datetime],
        wake_sender: Callable[[], None],
    ) -> None:
        self._database = database
        self._channels = channels
        self._dialogue = dialogue
        self._reception = reception
        self._clock = clock
        self._wake_sender = wake_sender
        self.push: Callable[[str], None] = lambda _person_id: None
        self._followed: dict[tuple[str, str, str], tuple[Inbound, asyncio.Future[Answer]]] = {}
        self._hints: set[asyncio.Task[None]] = set()

    async def accept(self, message: Inbound) -> bool:
        """Stores a message and has it answered; returns False where it had been stored before."""
        person_id = await self._database.run_durably(inbox.accept, message, self._clock())
        if person_id is None:
            return False
        self.push(person_id)
        return True

    async def follow(self, message: Inbound) -> Answer:
        """Stores a message and waits until it is answered, or until the person is told that it takes longer."""
        key = message.channel, message.account, message.external_id
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._followed[key] = message, answered
        try:
            await self.accept(message)
            return await answered
        finally:
            del self._followed[key]

    async def report(self, receipt: Receipt) -> None:
        """Takes what a provider says of one of our messages."""
        await self._database.run(outbox.take_receipt, receipt, self._clock())

    async def resume(self) -> None:
        """Has all messages answered that have no answer yet, if the dialogue is there to answer."""
        if await self._dialogue.is_ready():
            for person_id in await self._database.run(inbox.list_unanswered_people):
                self.push(person_id)

    async def answer_next(self, person_id: str) -> bool:
        """Answers the oldest open message of a person; returns whether to go on with the next one."""
        claimed = await self._database.run(inbox.claim_next, person_id)
        if claimed is None:
            return False
        language = self._choose_language(claimed)
        turn: Turn | None = None
        typing = asyncio.get_running_loop().call_later(TYPING_AFTER, self._show_typing, claimed)
        try:
            if claimed.readable:
                turn = await self._reception.answer(claimed, language)
            else:
                log.error("message %s cannot be read any more", claimed.id)
        except DialogueUnavailable as error:
            log.warning("message %s not answered: %s", claimed.id, error)
            if claimed.attempts + 1 < MOST_TRIES or not await self._dialogue.is_ready():
                await self._postpone(claimed, language)
                return False
        except Exception as error:
            if claimed.attempts + 1 < MOST_TRIES:
                raise
            log.error("message %s cannot be answered: %s", claimed.id, locate(error))
        finally:
            typing.cancel()
        try:
            answer = await self._database.run(self._conclude, claimed, turn, language)
        except Exception as error:
            if claimed.attempts + 1 < MOST_TRIES:
                raise
            log.error("message %s is set aside: %s", claimed.id, locate(error))
            answer = await self._database.run(self._set_aside, claimed)
        if answer.turn.forget:
            await self._forget(claimed)
        self._announce(claimed.message, answer)
        return answer.more

    def _show_typing(self, claimed: Claimed) -> None:
        message = claimed.message
        channel = self._channels[message.channel, message.account]
        hint = asyncio.create_task(channel.show_typing(message.address, message.external_id))
        self._hints.add(hint)
        hint.add_done_callback(self._hints.discard)

    async def _forget(self, claimed: Claimed) -> None:
        try:
            await self._dialogue.forget(claimed.person_id)
        except DialogueUnavailable:
            # The staff have the request for erasure before them; trackers end by themselves after 30 days.
            log.error("the conversation of message %s could not be removed from Rasa", claimed.id)

    def _announce(self, answered: Inbound, answer: Answer, *, to_all: bool = False) -> None:
        self._wake_sender()
        for message, follower in self._followed.values():
            theirs = (message.channel, message.account, message.address)
            meant = message.external_id == answered.external_id or to_all
            if meant and theirs == (answered.channel, answered.account, answered.address) and not follower.done():
                follower.set_result(answer)

    def _choose_language(self, claimed: Claimed) -> str:
        known = claimed.language or DEFAULT_LANGUAGE
        message = claimed.message
        if claimed.language_chosen or message.kind is not Kind.TEXT or is_command(message.text):
            return known
        return reply_language(message.text, known)

    async def _postpone(self, claimed: Claimed, language: str) -> None:
        apology = self._reception.say("error.later", language, *self._reception.menu(language)[-1:])
        delivery_ids = await self._database.run(self._apologise, claimed, apology, language)
        # Whatever the person wrote after this message waits behind it.
        self._announce(claimed.message, Answer(Turn((apology,)), delivery_ids), to_all=True)

    def _apologise(self, session: Session, claimed: Claimed, apology: Reply, language: str) -> list[int]:
        now = self._clock()
        delivery_ids: list[int] = []
        if not claimed.apologised:
            delivery_ids = self._plan(session, claimed, [apology], language, purpose="apology")
            requests.add(session, inbox.find_person(session, claimed.id), "unanswered", now, claimed.id)
        inbox.postpone(session, claimed.id, now)
        return delivery_ids

    def _conclude(self, session: Session, claimed: Claimed, found: Turn | None, language: str) -> Answer:
        now = self._clock()
        person = session.get_one(Person, inbox.find_person(session, claimed.id))
        # Without an answer the person is told so all the same, and a human looks at the message.
        turn = found or Turn((self._reception.say("error.no_answer", language, *self._reception.menu(language)),))
        if person.notified_at is None:
            turn = replace(turn, replies=(self._reception.say("notice", language), *turn.replies))
            person.notified_at = now
        delivery_ids = self._plan(session, claimed, list(turn.replies), turn.language or language, purpose="reply")
        inbox.finish(session, claimed.id, Understanding(turn.intent, turn.topic, turn.confidence), now)
        if turn.intent != "change_language":
            people.set_language(session, person.id, turn.language or language, chosen=False)
        if found is None:
            requests.add(session, person.id, "unanswered", now, claimed.id)
        elif claimed.apologised and turn.intent not in ("request_human", "complain"):
            requests.resolve_unanswered(session, claimed.id, now)
        if turn.forget:
            erasure.erase_message(session, claimed.id)
        return Answer(turn, delivery_ids, inbox.has_unanswered(session, person.id))

    def _set_aside(self, session: Session, claimed: Claimed) -> Answer:
        # Not even that there is no answer can be said, and whatever the person wrote later waits behind it.
        now = self._clock()
        person_id = inbox.find_person(session, claimed.id)
        requests.add(session, person_id, "unanswered", now, claimed.id)
        inbox.finish(session, claimed.id, Understanding(), now)
        return Answer(Turn(()), [], inbox.has_unanswered(session, person_id))

    def _plan(
        self, session: Session, claimed: Claimed, replies: list[Reply], language: str, *, purpose: str
    ) -> list[int]:
        list_label = self._reception.say("list.label", language).text
        limits = self._channels[claimed.message.channel, claimed.message.account].limits
        now = self._clock()
        parts = []
        for reply in replies:
            numbered = is_numbered(reply.choices, limits)
            buttons = offers.add_offers(
                session,
                inbox.find_person(session, claimed.id),
                claimed.id,
                reply.choices,
                now,
                numbered=numbered,
            )
            parts += render(reply, buttons, limits, list_label)
        return outbox.plan(session, claimed.address_id, parts, now, inbound_id=claimed.id, purpose=purpose)
