"""What is held on a person: shown to them, erased at their wish; and whether they want reminders."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.answers import clarify
from actions.turn import Desk, Outcome, RegistryAction, Turn, find_person
from bot.registry import erasure, people


class ShowDataAction(RegistryAction):
    """Shows what is held (law 09-08: right of access)."""

    action_name = "action_show_data"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """A count of what is held, and the way to have it erased."""
        held = erasure.count_held(session, turn.person_id)
        person = find_person(session, turn)
        verified = "data.phone" if person.phone_digest else "data.no_phone"
        reply = self.desk.say(
            turn,
            "data.shown",
            self.desk.choice(turn, "delete_my_data"),
            self.desk.choice(turn, "check_application"),
            self.desk.choice(turn, "request_human"),
            phone=self.desk.texts.say(verified, turn.language),
            messages=held.messages,
            drafts=held.drafts,
            lodged=held.lodged,
            reminders=held.reminders,
        )
        return Outcome((reply,))


class DeleteDataAction(RegistryAction):
    """Erases what is held, after a yes."""

    action_name = "action_delete_data"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The question whether to erase, or the erasure."""
        if turn.entity("confirmed"):
            return erase(self.desk, session, turn)
        reply = self.desk.say(
            turn,
            "data.erase",
            self.desk.choice(turn, "delete_my_data", "button.erase_yes", confirmed="yes"),
            self.desk.choice(turn, "deny", "button.keep"),
        )
        return Outcome((reply,), {"pending": "delete_my_data"})


class SubscribeAction(RegistryAction):
    """Puts a person on the list of reminders."""

    action_name = "action_subscribe"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """Reminders of the topic that was named now, else of all deadlines."""
        if turn.is_doubtful:
            return clarify(self.desk, session, turn)
        named = turn.entity("topic")
        people.subscribe(session, turn.person_id, named, self.desk.clock())
        what = self.desk.texts.say(f"topic.{named}" if named else "reminders.all", turn.language)
        stop = self.desk.choice(turn, "unsubscribe_reminders")
        return Outcome((self.desk.say(turn, "reminders.on", stop, what=what),))


class UnsubscribeAction(RegistryAction):
    """Ends all messages that were not asked for."""

    action_name = "action_unsubscribe"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """No more reminders; questions are still answered."""
        if turn.is_doubtful:
            return clarify(self.desk, session, turn)
        people.unsubscribe(session, turn.person_id, self.desk.clock())
        again = self.desk.choice(turn, "subscribe_reminders")
        return Outcome((self.desk.say(turn, "reminders.off", again),))


def erase(desk: Desk, session: Session, turn: Turn) -> Outcome:
    """Erases what is held on a person; lodged applications are the chamber's file and stay."""
    erased = erasure.erase(session, turn.person_id, turn.inbound_id, desk.clock())
    key = "data.erased_but_files" if erased.lodged else "data.erased"
    reply = desk.say(turn, key, count=erased.lodged)
    return Outcome((reply,), {"pending": None}, forget=True, files=erased.files)
