"""Talk: greetings, thanks, the menu, a call for a person, the language."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from actions import personal_data, withdrawal
from actions.answers import answer, answer_surely, clarify, offer_answer
from actions.turn import Desk, Outcome, RegistryAction, Turn, find_person
from bot.channels.base import Choice, Reply
from bot.registry import applications, people, requests

PENDING: dict[str, Callable[[Desk, Session, Turn], Outcome]] = {
    "delete_my_data": personal_data.erase,
    "withdraw": withdrawal.take_back,
}
"""What a bare "yes" does, by the question that was asked before."""

LANGUAGE_CHOICES = (
    ("ary-Arab", "language.ary-Arab"),
    ("ary-Latn", "language.ary-Latn"),
    ("fr", "language.fr"),
    ("ar", "language.ar"),
)


class SayAction(RegistryAction):
    """Answers what is neither a question nor a request."""

    action_name = "action_say"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The reply to talk; a yes or no first goes to the question it answers."""
        pending = turn.slots.get("pending")
        if turn.intent == "affirm" and pending in PENDING:
            return PENDING[pending](self.desk, session, turn)
        if turn.is_doubtful and not turn.in_form:
            return clarify(self.desk, session, turn)
        question = turn.slots.get("question")
        if question and (turn.intent == "repeat" or (turn.intent == "inform" and (turn.place or turn.entity("topic")))):
            return answer(self.desk, session, turn, question)
        if turn.intent == "inform" and turn.entity("topic"):
            return answer(self.desk, session, turn, "ask_definition")
        if turn.in_form and turn.intent in ("affirm", "deny", "inform"):
            # It was no answer to the question of the form, which is put again.
            return Outcome()
        if turn.intent == "out_of_scope" and (known := answer_surely(self.desk, session, turn)):
            return known
        choices = () if turn.in_form else self._list_choices(session, turn)
        reply = self.desk.say(turn, f"say.{turn.intent}", *choices)
        return Outcome((reply,), {"pending": None, "misunderstood": 0})

    def _list_choices(self, session: Session, turn: Turn) -> tuple[Choice, ...]:
        if turn.intent in ("goodbye", "thank", "deny"):
            return (self.desk.choice(turn, "help"),)
        menu = self.desk.menu(turn)
        if turn.intent == "help":
            return (*menu, self.desk.choice(turn, "change_language"))
        draft = applications.find_draft(session, turn.person_id)
        if draft is not None and draft.asked is None:
            return (self.desk.choice(turn, "resume"), *menu[:2], menu[-1])
        return (*menu[:2], self.desk.choice(turn, "help", "button.menu"))


class RequestHumanAction(RegistryAction):
    """Calls a person of the chamber."""

    action_name = "action_request_human"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """Puts the call before the staff and tells how to reach the chamber."""
        request = _put_before_staff(self.desk, session, turn, "human")
        contact = self.desk.texts.say("contact.chamber", turn.language)
        reply = self.desk.say(
            turn, "human.called", self.desk.choice(turn, "help", "button.menu"), reference=request, contact=contact
        )
        return Outcome((reply,), {"pending": None, "misunderstood": 0})


class ComplainAction(RegistryAction):
    """Lodges a complaint, in the person's own words."""

    action_name = "action_complain"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """A complaint with a number, or how to write one where only a button was tapped."""
        return _take_words(self.desk, session, turn, "complaint")


class SuggestAction(RegistryAction):
    """Notes a suggestion."""

    action_name = "action_suggest"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """A suggestion with a number, or how to write one where only a button was tapped."""
        return _take_words(self.desk, session, turn, "suggestion")


class ChangeLanguageAction(RegistryAction):
    """Answers in another language or script from now on."""

    action_name = "action_change_language"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The new language, or the choice of languages where none was named."""
        wanted = turn.entity("language")
        if wanted == "ary":
            wanted = turn.language if turn.language.startswith("ary") else "ary-Arab"
        if wanted not in dict(LANGUAGE_CHOICES):
            choices = tuple(
                self.desk.choice(turn, "change_language", key, language=language) for language, key in LANGUAGE_CHOICES
            )
            key = "language.tamazight" if wanted == "zgh" else "language.which"
            return Outcome((self.desk.say(turn, key, *choices),))
        people.set_language(session, turn.person_id, str(wanted), chosen=True)
        said = Choice(self.desk.texts.say("button.menu", wanted), "/help")
        return Outcome((Reply(self.desk.texts.say("language.changed", wanted), (said,)),))


def _take_words(desk: Desk, session: Session, turn: Turn, kind: str) -> Outcome:
    if turn.is_tap:
        return Outcome((desk.say(turn, f"{kind}.how"),))
    if turn.is_doubtful:
        return clarify(desk, session, turn)
    reference = _put_before_staff(desk, session, turn, kind)
    contact = desk.texts.say("contact.chamber", turn.language)
    choices = (*offer_answer(desk, session, turn), desk.choice(turn, "request_human"))
    reply = desk.say(turn, f"{kind}.taken", *choices, reference=reference, contact=contact)
    return Outcome((reply,), {"pending": None, "misunderstood": 0})


def _put_before_staff(desk: Desk, session: Session, turn: Turn, kind: str) -> str:
    request = requests.add(
        session,
        find_person(session, turn).id,
        kind,
        desk.clock(),
        turn.inbound_id,
        topic=turn.topic,
        text=None if turn.is_tap else turn.text,
    )
    return str(request.reference)
