"""Taking back a lodged application, and leaving a scheme."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.answers import clarify, offer_answer
from actions.turn import Desk, Outcome, RegistryAction, Turn
from bot.registry import applications, requests
from bot.registry.models import TRANSITIONS, Application, ApplicationState


class WithdrawAction(RegistryAction):
    """Takes back a file lodged here; leaving anything else is for the staff."""

    action_name = "action_withdraw"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The question whether to take the file back, the taking back, or a note to the staff."""
        if turn.entity("confirmed"):
            return take_back(self.desk, session, turn)
        if turn.is_doubtful:
            return clarify(self.desk, session, turn)
        application = _find_open(session, turn)
        topic = turn.entity("topic")
        if application is not None and (topic is None or self.desk.programmes.find(topic)):
            reply = self.desk.say(
                turn,
                "withdraw.ask",
                self.desk.choice(turn, "withdraw", "button.withdraw_yes", confirmed="yes"),
                self.desk.choice(turn, "deny", "button.keep"),
                reference=application.reference,
            )
            return Outcome((reply,), {"pending": "withdraw"})
        request = requests.add(
            session,
            turn.person_id,
            "withdrawal",
            self.desk.clock(),
            turn.inbound_id,
            topic=turn.topic,
            text=None if turn.is_tap else turn.text,
        )
        contact = self.desk.texts.say("contact.cnss" if turn.topic == "amo" else "contact.chamber", turn.language)
        reply = self.desk.say(
            turn,
            "withdraw.staff",
            *offer_answer(self.desk, session, turn),
            self.desk.choice(turn, "request_human"),
            reference=request.reference,
            contact=contact,
        )
        return Outcome((reply,), {"pending": None})


def take_back(desk: Desk, session: Session, turn: Turn) -> Outcome:
    """Takes the newest open application of the person back."""
    application = applications.find_ended_by(session, turn.inbound_id)
    if application is None:
        application = _find_open(session, turn)
        if application is None:
            return Outcome((desk.say(turn, "application.none", desk.choice(turn, "apply")),), {"pending": None})
        applications.move(application, ApplicationState.WITHDRAWN, desk.clock(), turn.inbound_id)
    return Outcome((desk.say(turn, "withdraw.done", reference=application.reference),), {"pending": None})


def _find_open(session: Session, turn: Turn) -> Application | None:
    return next(
        (
            application
            for application in applications.list_lodged(session, turn.person_id)
            if ApplicationState.WITHDRAWN in TRANSITIONS[ApplicationState(application.state)]
        ),
        None,
    )
