"""A new session: Rasa's events are left behind, what matters is taken along."""

from __future__ import annotations

from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from sqlalchemy.orm import Session

from actions.turn import Event, Outcome, RegistryAction, Turn
from bot.registry import applications

CARRIED = ("topic", "question")


class SessionStartAction(RegistryAction):
    """Starts a session with the topic at hand, and inside the form where one is open."""

    action_name = "action_session_start"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The events of a new session."""
        events: list[Event] = [SessionStarted()]
        events += [SlotSet(name, turn.slots[name]) for name in CARRIED if turn.slots.get(name)]
        draft = applications.find_draft(session, turn.person_id)
        if draft is not None and draft.asked is not None:
            events += [
                SlotSet("application", "open"),
                ActiveLoop("application_form"),
                SlotSet("requested_slot", "application_answer"),
            ]
        return Outcome(events=(*events, ActionExecuted("action_listen")))
