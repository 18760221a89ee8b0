"""What can be found."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """An answer of the registry, and how people ask for it.

    Attributes:
        id: of the answer.
        asked: the pairs of topic and intent that it answers.
        places: codes of the place that it holds for and of all that this lies in, smallest first; empty where it holds
            in the whole country.
        texts: what it says, in every language.
        titles: its titles, and the question that a decline declines, in every language.
        questions: as people ask.
    """

    id: str
    asked: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    texts: tuple[str, ...]
    titles: tuple[str, ...]
    questions: tuple[str, ...]


class Question(NamedTuple):
    """What is asked, as far as it is understood.

    Attributes:
        text: the message.
        meanings: the probability of pairs of intent and topic, the likeliest ones; topic "none" where none is named.
        places: codes of the place that it names and of all that this lies in, smallest first.
        topic: what the conversation is about, for a message that names no topic.
        after: id of the entry that was told last, which a short message may go on from.
    """

    text: str
    meanings: tuple[tuple[str, str, float], ...] = ()
    places: tuple[str, ...] = ()
    topic: str | None = None
    after: str | None = None
