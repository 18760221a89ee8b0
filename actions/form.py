"""The one form that serves every programme: which question is open, what an answer does, what is asked next.

Rasa's form has a single slot that stays empty as long as something is missing; the answers are in the registry, so a
draft outlives sessions, channels and trackers.
"""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import ActiveLoop, SlotSet
from sqlalchemy.orm import Session

from actions import fields
from actions.fields import Given, Wrong, read_answer
from actions.turn import Desk, Event, Outcome, RegistryAction, Turn, find_person
from bot.channels.base import Choice, Reply
from bot.programmes import Programme, Question
from bot.registry import applications, knowledge
from bot.registry.applications import SKIPPED
from bot.registry.models import Application
from bot.texts import DEFAULT_LANGUAGE

CONFIRM = "confirm"
OWN_NUMBER = "own"
"""What the button "my own number" gives: the number itself travels nowhere."""
CONFIRMED = "confirmed"
OPEN: tuple[Event, ...] = (SlotSet("application_answer", None),)
OPENING_INTENTS = frozenset({"apply", "resume"})


class ValidateAction(RegistryAction):
    """Takes a message as the answer to the open question, or leaves it to the other rules."""

    action_name = "validate_application_form"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The answer noted, an error told, or nothing where the message is no answer."""
        draft = applications.find_draft(session, turn.person_id)
        if draft is None:
            return Outcome(events=(SlotSet("application_answer", CONFIRMED),))
        if applications.was_answered_by(draft, turn.inbound_id) or turn.metadata.get("documents") is not None:
            return self._take_documents(draft, turn)
        if turn.intent in OPENING_INTENTS or draft.asked is None:
            return Outcome()
        programme = self.desk.programmes.get(draft.programme)
        question = programme.next_question(applications.read_answers(draft), draft.asked)
        if question is None and turn.entity("field") is None:
            return self._confirm(turn)
        if question is not None and fields.leaves_out(question, turn):
            return replace(skip_question(self.desk, session, turn, draft), events=OPEN)
        reading = read_answer(question or programme.questions[0], turn)
        if isinstance(reading, Given):
            field = reading.field or (question.field if question else "")
            if not any(known.field == field for known in programme.questions):
                # The button stood under a question of another programme.
                return Outcome((self.desk.say(turn, "error.stale_button"),), events=OPEN)
            return self._take(session, turn, draft, programme.find(field), reading.value)
        if isinstance(reading, Wrong):
            return Outcome((self._tell_wrong(turn, question, reading),), events=OPEN)
        return Outcome()

    def _confirm(self, turn: Turn) -> Outcome:
        if turn.intent == "affirm":
            return Outcome(events=(SlotSet("application_answer", CONFIRMED),))
        if fields.is_request(turn) or turn.intent in fields.TALK - {"deny"}:
            return Outcome()
        return Outcome((self.desk.say(turn, "form.confirm_or_correct"),), events=OPEN)

    def _take(self, session: Session, turn: Turn, draft: Application, question: Question, value: str) -> Outcome:
        if question.type == "consent" and value == fields.REFUSED:
            return Outcome(events=(SlotSet("application_answer", fields.REFUSED),))
        if question.type in ("province", "commune") and (place := knowledge.find_place(session, value)):
            value = _find_province(session, place.code) if question.type == "province" else value
        if question.type == "phone" and value == OWN_NUMBER:
            value = find_person(session, turn).phone or ""
        now = self.desk.clock()
        if question.type == "consent":
            draft.consented_at = now
        applications.write_answer(session, draft, question.field, value, turn.inbound_id or None, now)
        return Outcome(events=OPEN)

    def _take_documents(self, draft: Application, turn: Turn) -> Outcome:
        if turn.metadata.get("unreadable"):
            return Outcome((self.desk.say(turn, "form.wrong.document_unreadable"),), events=OPEN)
        return Outcome(events=OPEN)

    def _tell_wrong(self, turn: Turn, question: Question | None, wrong: Wrong) -> Reply:
        choices: tuple[Choice, ...] = ()
        if question is not None and question.type == "trade":
            other = f"{question.field}={fields.OTHER}: {turn.text[:60]}"
            choices = (self.desk.choice(turn, "inform", "button.other_trade", field=other),)
        return self.desk.say(turn, wrong.key, *choices, **wrong.values)


class AskAction(RegistryAction):
    """Puts the next question, or reads everything back."""

    action_name = "action_ask_application_answer"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The question with its choices; at the end the read-back."""
        draft = applications.find_draft(session, turn.person_id)
        if draft is None:
            return Outcome((self.desk.say(turn, "application.none"),), events=(ActiveLoop(None),))
        programme = self.desk.programmes.get(draft.programme)
        answers = applications.read_answers(draft)
        question = programme.next_question(answers, draft.asked)
        if question is None:
            draft.asked = CONFIRM
            return Outcome((self._read_back(session, turn, programme, draft, answers),))
        draft.asked = question.field
        asked = [known for known in programme.questions if known.applies(answers)]
        text = f"({asked.index(question) + 1}/{len(asked)}) {question.ask[turn.language]}"
        if question.type == "documents" and draft.documents:
            text = self.desk.texts.say("form.documents_taken", turn.language, count=len(draft.documents))
        return Outcome((Reply(text, self._list_choices(session, turn, question, draft)),))

    def _list_choices(self, session: Session, turn: Turn, question: Question, draft: Application) -> tuple[Choice, ...]:
        choices = [
            Choice(option.title[turn.language], _make_answer(question, option.value)) for option in question.options
        ]
        phone = find_person(session, turn).phone
        if question.type == "consent":
            choices = [
                self.desk.choice(turn, "affirm", "button.agree"),
                self.desk.choice(turn, "deny", "button.disagree"),
            ]
        elif question.type == "phone" and phone:
            title = self.desk.texts.say("button.my_number", turn.language)
            choices = [Choice(title, _make_answer(question, OWN_NUMBER))]
        if question.type == "documents" and draft.documents:
            choices.append(self.desk.choice(turn, "skip", "button.documents_done"))
        elif question.optional:
            choices.append(self.desk.choice(turn, "skip"))
        return tuple(choices)

    def _read_back(
        self, session: Session, turn: Turn, programme: Programme, draft: Application, answers: dict[str, str]
    ) -> Reply:
        lines = []
        for question in programme.list_given(answers):
            value = describe(session, self.desk, turn, question, answers[question.field])
            lines.append(f"• {question.label[turn.language]}: {value}")
        text = self.desk.texts.say(
            "form.read_back", turn.language, programme=programme.name[turn.language], lines="\n".join(lines)
        )
        choices = (
            self.desk.choice(turn, "affirm", "button.confirm"),
            self.desk.choice(turn, "correct_answer"),
            self.desk.choice(turn, "cancel", "button.later"),
        )
        return Reply(text, choices)


def describe(session: Session, desk: Desk, turn: Turn, question: Question, value: str) -> str:
    """An answer as it is read back."""
    language = turn.language if turn.language in question.label else DEFAULT_LANGUAGE
    for option in question.options:
        if option.value == value:
            return option.title[language]
    if question.type == "trade" and not value.startswith(fields.OTHER):
        return knowledge.name_trade(session, value, language)
    if question.type in ("province", "commune") and (place := knowledge.find_place(session, value)):
        return knowledge.name_place(session, place.code, language)
    return value.removeprefix(f"{fields.OTHER}: ")


def skip_question(desk: Desk, session: Session, turn: Turn, draft: Application) -> Outcome:
    """Leaves the open question out, where that is allowed; ends the sending of documents."""
    programme = desk.programmes.get(draft.programme)
    question = programme.next_question(applications.read_answers(draft), draft.asked)
    if question is None:
        return Outcome((desk.say(turn, "form.nothing_to_skip"),))
    count = len(draft.documents)
    if question.type == "documents" and count:
        applications.write_answer(session, draft, question.field, str(count), turn.inbound_id, desk.clock())
        return Outcome((desk.say(turn, "form.documents_done", count=count),))
    if not question.optional:
        return Outcome((desk.say(turn, "form.required"),))
    applications.write_answer(session, draft, question.field, SKIPPED, turn.inbound_id, desk.clock())
    return Outcome((desk.say(turn, "form.skipped"),))


def _make_answer(question: Question, value: str) -> str:
    return f'/inform{{"field": "{question.field}={value}"}}'


def _find_province(session: Session, code: str) -> str:
    for known in knowledge.list_ancestors(session, code):
        place = knowledge.get_place(session, known)
        if place.kind == "province":
            return place.name_fr
    return knowledge.get_place(session, code).name_fr
