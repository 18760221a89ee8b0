"""Applications: drafts that grow answer by answer, and files that were lodged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.media import StoredFile
from bot.registry.models import (
    TRANSITIONS,
    Application,
    ApplicationAnswer,
    ApplicationState,
    Document,
)

SKIPPED = ""
"""The value of a question that was left out."""


def find_draft(session: Session, person_id: str) -> Application | None:
    """The application that the person has begun and not lodged, or None."""
    return session.scalar(select(Application).filter_by(person_id=person_id, state=ApplicationState.DRAFT))


def open_draft(session: Session, person_id: str, programme: str, now: datetime) -> Application:
    """The person's draft for a programme; a new one where there is none.

    A draft for another programme is closed first: a person fills in one form at a time.
    """
    draft = find_draft(session, person_id)
    if draft is not None and draft.programme != programme:
        move(draft, ApplicationState.CANCELLED, now)
        session.flush()
        draft = None
    if draft is None:
        draft = Application(programme=programme, person_id=person_id, started_at=now, changed_at=now)
        session.add(draft)
        session.flush()
    return draft


def move(application: Application, state: ApplicationState, now: datetime, ended_by: int | None = None) -> None:
    """Moves an application on in its life.

    Args:
        ended_by: the message by which its owner ended it.

    Raises:
        ValueError: when its state does not allow the move.
    """
    if state not in TRANSITIONS[ApplicationState(application.state)]:
        raise ValueError(f"an application that is {application.state} cannot become {state}")
    application.state, application.changed_at = state, now
    application.ended_by = ended_by or application.ended_by


def find_ended_by(session: Session, inbound_id: int) -> Application | None:
    """The application that this message ended, or None: a turn that is run twice says the same twice."""
    return session.scalar(select(Application).filter_by(ended_by=inbound_id))


def read_answers(application: Application) -> dict[str, str]:
    """What was answered so far, by field; skipped fields have the value `SKIPPED`."""
    return {answer.field: answer.value for answer in application.answers}


def was_answered_by(application: Application, inbound_id: int) -> bool:
    """Whether this message has already given an answer or a document: a turn that is run twice counts once."""
    return any(answer.inbound_id == inbound_id for answer in application.answers)


def write_answer(
    session: Session, application: Application, field: str, value: str, inbound_id: int | None, now: datetime
) -> None:
    """Notes an answer, in place of an earlier one to the same question; the next question is open again."""
    for answer in application.answers:
        if answer.field == field:
            answer.value, answer.inbound_id = value, inbound_id
            break
    else:
        application.answers.append(ApplicationAnswer(field=field, value=value, inbound_id=inbound_id))
    application.asked, application.changed_at = None, now
    session.flush()


def clear_answer(session: Session, application: Application, field: str) -> None:
    """Takes an answer back, so that its question is asked again."""
    application.answers = [answer for answer in application.answers if answer.field != field]
    application.asked = field
    session.flush()


def add_document(
    session: Session, application: Application, field: str, inbound_id: int, part: int, stored: StoredFile
) -> bool:
    """Adds a file to the application; returns False where this very message had brought it before."""
    if any(known.inbound_id == inbound_id and known.part == part for known in application.documents):
        return False
    application.documents.append(
        Document(
            field=field,
            inbound_id=inbound_id,
            part=part,
            path=stored.path,
            mime=stored.mime,
            size=stored.size,
        )
    )
    session.flush()
    return True


def lodge(session: Session, application: Application, prefix: str, inbound_id: int, now: datetime) -> str:
    """Lodges a draft.

    Args:
        prefix: of the programme's references.
        inbound_id: the message that confirmed it.

    Returns:
        The reference, such as `AW-2026-00012`.

    Raises:
        ValueError: when it is not a draft.
    """
    move(application, ApplicationState.LODGED, now)
    application.reference = f"{prefix}-{now.year}-{application.id:05d}"
    application.lodged_at, application.lodged_by, application.asked = now, inbound_id, None
    session.flush()
    return application.reference


def find_lodged_by(session: Session, inbound_id: int) -> Application | None:
    """The application that this message lodged, or None."""
    return session.scalar(select(Application).filter_by(lodged_by=inbound_id))


def list_lodged(session: Session, person_id: str) -> Sequence[Application]:
    """The person's applications that were lodged, newest first."""
    return session.scalars(
        select(Application)
        .where(Application.person_id == person_id, Application.reference.is_not(None))
        .order_by(Application.id.desc())
    ).all()
