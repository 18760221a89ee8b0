"""Applications in conversation: begun, left, taken up again, corrected, lodged, looked up."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions import fields
from actions.form import skip_question
from actions.telling import write_date
from actions.turn import Outcome, RegistryAction, Turn, find_person
from bot.channels.base import Choice, Reply
from bot.programmes import Programme
from bot.registry import applications
from bot.registry.models import Application, ApplicationState

ENTITY_FIELDS = {"legal_form": "choice", "province": "province", "commune": "commune", "trade": "trade"}
"""Entities that name a field of the form by themselves, and the type of question that they answer."""


class OpenAction(RegistryAction):
    """Begins an application, or says why there is none to begin."""

    action_name = "action_open_application"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The introduction of the programme, after which the form asks its first question."""
        programme = self.desk.programmes.find(turn.topic)
        if programme is None:
            return Outcome((self._explain(turn),), {"application": "closed"})
        draft = applications.open_draft(session, turn.person_id, programme.id, self.desk.clock())
        begun = bool(draft.answers)
        if not begun:
            self._prefill(session, draft, programme, turn)
        text = self.desk.texts.say("application.continued", turn.language) if begun else programme.intro[turn.language]
        return Outcome((Reply(text),), _opened(programme))

    def _explain(self, turn: Turn) -> Reply:
        offered = tuple(
            Choice(programme.name[turn.language], f'/apply{{"topic": "{programme.id}"}}')
            for programme in self.desk.programmes
        )
        if turn.topic is None:
            return self.desk.say(turn, "application.which", *offered, self.desk.choice(turn, "request_human"))
        how = self.desk.choice(turn, "ask_procedure", topic=turn.topic)
        return self.desk.say(
            turn,
            "application.not_here",
            how,
            *offered,
            self.desk.choice(turn, "request_human"),
            topic=self.desk.texts.say(f"topic.{turn.topic}", turn.language),
        )

    def _prefill(self, session: Session, draft: Application, programme: Programme, turn: Turn) -> None:
        for question in programme.questions:
            named = turn.entity(question.field) or turn.entity(question.type)
            known = {option.value for option in question.options}
            if question.type not in ENTITY_FIELDS.values() or not named or (known and named not in known):
                continue
            applications.write_answer(session, draft, question.field, str(named), None, self.desk.clock())


class ResumeAction(RegistryAction):
    """Takes up a draft again."""

    action_name = "action_resume_application"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The form goes on where it was left, on whichever channel."""
        draft = applications.find_draft(session, turn.person_id)
        if draft is None:
            choices = (self.desk.choice(turn, "apply"), self.desk.choice(turn, "help", "button.menu"))
            return Outcome((self.desk.say(turn, "application.no_draft", *choices),), {"application": "closed"})
        programme = self.desk.programmes.get(draft.programme)
        return Outcome((self.desk.say(turn, "application.continued"),), _opened(programme))


class LeaveAction(RegistryAction):
    """Leaves the form and keeps the draft; throws the draft away where that was asked for."""

    action_name = "action_leave_application"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """What was left, and how to come back to it."""
        slots = {"application": "closed", "application_answer": None, "pending": None}
        draft = applications.find_draft(session, turn.person_id)
        ended = applications.find_ended_by(session, turn.inbound_id)
        if draft is None and ended is None:
            return Outcome((self.desk.say(turn, "cancel.nothing", self.desk.choice(turn, "help")),), slots)
        if draft is None or turn.entity("confirmed"):
            if draft is not None:
                applications.move(draft, ApplicationState.CANCELLED, self.desk.clock(), turn.inbound_id)
            return Outcome((self.desk.say(turn, "cancel.thrown_away", *self.desk.menu(turn)[:2]),), slots)
        draft.asked = None
        choices = [
            self.desk.choice(turn, "resume"),
            self.desk.choice(turn, "cancel", "button.throw_away", confirmed="yes"),
        ]
        if turn.intent == "unsubscribe_reminders":
            choices.append(self.desk.choice(turn, "unsubscribe_reminders"))
        return Outcome((self.desk.say(turn, "cancel.kept", *choices),), slots)


class CloseAction(RegistryAction):
    """Lodges the application that was confirmed."""

    action_name = "action_close_application"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The reference of the lodged application; or that without consent nothing is kept."""
        slots = {"application": "closed", "application_answer": None, "requested_slot": None}
        draft = applications.find_draft(session, turn.person_id)
        if draft is None:
            lodged = applications.find_lodged_by(session, turn.inbound_id)
            if lodged is None:
                return Outcome((self.desk.say(turn, "application.no_draft", self.desk.choice(turn, "apply")),), slots)
            reference = str(lodged.reference)
        elif turn.slots.get("application_answer") == fields.REFUSED:
            applications.move(draft, ApplicationState.CANCELLED, self.desk.clock())
            return Outcome((self.desk.say(turn, "form.no_consent", self.desk.choice(turn, "request_human")),), slots)
        else:
            programme = self.desk.programmes.get(draft.programme)
            reference = applications.lodge(session, draft, programme.prefix, turn.inbound_id, self.desk.clock())
        choices = (self.desk.choice(turn, "check_application"), self.desk.choice(turn, "subscribe_reminders"))
        return Outcome((self.desk.say(turn, "application.lodged", *choices, reference=reference),), slots)


class SkipAction(RegistryAction):
    """Leaves a question of the form out."""

    action_name = "action_skip_answer"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The question left out, or that it is needed, or that nothing is under way."""
        draft = applications.find_draft(session, turn.person_id)
        if draft is None or draft.asked is None:
            return Outcome((self.desk.say(turn, "cancel.nothing", self.desk.choice(turn, "help")),))
        if applications.was_answered_by(draft, turn.inbound_id):
            return Outcome((self.desk.say(turn, "form.skipped"),))
        return skip_question(self.desk, session, turn, draft)


class ReceiveDocumentAction(RegistryAction):
    """Says how to send a document, outside a form that waits for one."""

    action_name = "action_receive_document"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """How to send it, or that an application must be open first."""
        draft = applications.find_draft(session, turn.person_id)
        if draft is not None and draft.asked is not None:
            return Outcome((self.desk.say(turn, "documents.how"),))
        first = "resume" if draft is not None else "apply"
        choices = (self.desk.choice(turn, first), self.desk.choice(turn, "request_human"))
        return Outcome((self.desk.say(turn, "documents.no_form", *choices),))


class CheckApplicationAction(RegistryAction):
    """Tells the state of the person's own applications."""

    action_name = "action_check_application"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The states; a reference of someone else is not found, like one that does not exist."""
        lodged = list(applications.list_lodged(session, turn.person_id))
        wanted = turn.entity("reference")
        if wanted:
            lodged = [application for application in lodged if application.reference == wanted]
        if lodged:
            text = "\n\n".join(self._describe(turn, application) for application in lodged[:3])
            return Outcome((Reply(text, (self.desk.choice(turn, "request_human"),)),))
        if applications.find_draft(session, turn.person_id) is not None and not wanted:
            return Outcome((self.desk.say(turn, "application.is_draft", self.desk.choice(turn, "resume")),))
        if find_person(session, turn).phone_digest is None:
            text = self.desk.texts.say("phone.needed_for_application", turn.language)
            return Outcome((Reply(text, share_phone=self.desk.texts.say("button.share_phone", turn.language)),))
        key = "application.not_found" if wanted else "application.none"
        choices = (self.desk.choice(turn, "apply"), self.desk.choice(turn, "request_human"))
        return Outcome((self.desk.say(turn, key, *choices, reference=wanted),))

    def _describe(self, turn: Turn, application: Application) -> str:
        lodged_at = application.lodged_at or application.changed_at
        return self.desk.texts.say(
            "application.state",
            turn.language,
            reference=application.reference,
            programme=self.desk.programmes.get(application.programme).name[turn.language],
            date=write_date(self.desk, lodged_at.date(), turn.language),
            state=self.desk.texts.say(f"state.{application.state}", turn.language),
        )


def _opened(programme: Programme) -> dict[str, str | None]:
    return {"application": "open", "application_answer": None, "topic": programme.id, "pending": None}
