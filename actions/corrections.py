"""Corrects an answer that was given earlier in a form."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from actions.form import describe
from actions.turn import Desk, Outcome, RegistryAction, Turn
from bot.channels.base import Choice
from bot.programmes import Programme, Question
from bot.registry import applications
from bot.registry.models import Application
from nlu.text import fold

MOST_CORRECTIONS = 10


class CorrectAction(RegistryAction):
    """Corrects an earlier answer."""

    action_name = "action_correct_answer"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The new answer noted, the question asked anew, or the choice of what to correct."""
        draft = applications.find_draft(session, turn.person_id)
        if draft is None:
            return Outcome((self.desk.say(turn, "form.nothing_to_correct", *self.desk.menu(turn)[-2:]),))
        return correct(self.desk, session, turn, draft)


def correct(desk: Desk, session: Session, turn: Turn, draft: Application) -> Outcome:
    """Corrects an answer of a draft.

    A value that the message brings is noted at once; a question that it names is put again; else the person chooses.
    In a form that was left, the way back to it is offered.

    Args:
        desk: what the actions work with.
        session: of the registry.
        turn: what was said.
        draft: the person's application.
    """
    was_left = draft.asked is None
    back = (desk.choice(turn, "resume"),) if was_left else ()
    programme = desk.programmes.get(draft.programme)
    answers = applications.read_answers(draft)
    for question in programme.list_given(answers):
        value = _find_value(question, answers[question.field], turn)
        if value is not None:
            applications.write_answer(session, draft, question.field, value, turn.inbound_id or None, desk.clock())
            shown = describe(session, desk, turn, question, value)
            label = question.label[turn.language]
            return Outcome((desk.say(turn, "form.corrected", *back, label=label, value=shown),))
    field = turn.entity("field") or _find_named(programme, answers, turn)
    if field:
        applications.clear_answer(session, draft, str(field))
        if was_left:
            draft.asked = None
        return Outcome((desk.say(turn, "form.asked_anew", *back),))
    choices = tuple(
        Choice(question.label[turn.language], f'/correct_answer{{"field": "{question.field}"}}')
        for question in programme.list_given(answers)[-MOST_CORRECTIONS:]
    )
    return Outcome((desk.say(turn, "form.correct_which" if choices else "form.nothing_to_correct", *choices),))


def _find_value(question: Question, known: str, turn: Turn) -> str | None:
    name = question.field if question.field in turn.entities else question.type
    values = [str(value) for value in turn.entities.get(name, ()) if str(value) != known]
    return values[-1] if values else None


def _find_named(programme: Programme, answers: dict[str, str], turn: Turn) -> str | None:
    """The field whose label stands in the message: "bghit nbeddel smiya"."""
    said = set(re.findall(r"\w+", fold(turn.text)))
    for question in programme.list_given(answers):
        for label in question.label.values():
            words = {word for word in re.findall(r"\w+", fold(label)) if len(word) > 2}
            if words and words <= said:
                return question.field
    return None
