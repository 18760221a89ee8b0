"""The register of artisans: one's own entry, and changes to it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.answers import clarify, offer_answer
from actions.corrections import correct
from actions.telling import write_date
from actions.turn import Outcome, RegistryAction, Turn, find_person
from bot.channels.base import Reply
from bot.registry import applications, artisans, knowledge, requests
from bot.registry.models import Artisan


class CheckRegistrationAction(RegistryAction):
    """Tells a person whose number is verified what the register says of them."""

    action_name = "action_check_registration"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """The entry, that there is none, or the request for the person's own number."""
        person = find_person(session, turn)
        if person.phone_digest is None:
            text = self.desk.texts.say("phone.needed", turn.language)
            return Outcome((Reply(text, share_phone=self.desk.texts.say("button.share_phone", turn.language)),))
        artisan = artisans.find_by_phone_digest(session, person.phone_digest)
        if artisan is None:
            choices = (
                self.desk.choice(turn, "ask_procedure", topic="rna"),
                self.desk.choice(turn, "request_human"),
            )
            contact = self.desk.texts.say("contact.chamber", turn.language)
            return Outcome((self.desk.say(turn, "registration.none", *choices, contact=contact),))
        return Outcome((self._describe(session, turn, artisan),), {"topic": "rna"})

    def _describe(self, session: Session, turn: Turn, artisan: Artisan) -> Reply:
        language = turn.language
        today = self.desk.clock().date()
        if artisan.card_expires_on is None:
            card = self.desk.texts.say("registration.card_none", language)
        else:
            key = "registration.card_expired" if artisan.card_expires_on < today else "registration.card_valid"
            card = self.desk.texts.say(key, language, date=write_date(self.desk, artisan.card_expires_on, language))
        reply = self.desk.say(
            turn,
            "registration.found",
            self.desk.choice(turn, "update_record"),
            self.desk.choice(turn, "ask_benefit", topic="rna"),
            name=artisan.name,
            number=artisan.number,
            trade=knowledge.name_trade(session, artisan.trade, language),
            place=knowledge.name_place(session, artisan.place, language),
            date=write_date(self.desk, artisan.registered_on, language),
            card=card,
        )
        if not artisan.is_example:
            return reply
        return Reply(f"{self.desk.texts.say('registration.example', language)}\n{reply.text}", reply.choices)


class UpdateRecordAction(RegistryAction):
    """Hands a change of an official record to the staff: the assistant changes none by itself."""

    action_name = "action_update_record"

    def act(self, session: Session, turn: Turn) -> Outcome:
        """A note to the staff with its number; while a form is open, a correction of its answers."""
        draft = applications.find_draft(session, turn.person_id)
        if turn.in_form and draft is not None:
            return correct(self.desk, session, turn, draft)
        if turn.is_doubtful:
            return clarify(self.desk, session, turn)
        request = requests.add(
            session,
            turn.person_id,
            "update",
            self.desk.clock(),
            turn.inbound_id,
            topic=turn.topic,
            text=None if turn.is_tap else turn.text,
        )
        contact = self.desk.texts.say("contact.cnss" if turn.topic == "amo" else "contact.chamber", turn.language)
        known = offer_answer(self.desk, session, turn)
        choices = (*known, self.desk.choice(turn, "check_registration"), self.desk.choice(turn, "request_human"))
        return Outcome((self.desk.say(turn, "update.taken", *choices, reference=request.reference, contact=contact),))
