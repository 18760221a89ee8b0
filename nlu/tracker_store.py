"""Rasa's trackers, kept short and bare: what was going on before the last message, and what that led to.

Rasa replays every event of a session at each turn, so that a turn costs the more the longer one talks. What must last
is in the registry, encrypted; of the tracker only its state is needed, and one turn to take back when a message is
tried again. Nothing that was written, on either side, is kept.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Iterable, List, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import RedisTrackerStore, SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

EXPIRY_SECONDS = 30 * 24 * 3600


def compact(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A tracker in the same state with the events of the last message only.

    Args:
        tracker: at the end of a turn.
    """
    events: List[Event] = list(tracker.applied_events())
    last = max((index for index, event in enumerate(events) if isinstance(event, UserUttered)), default=0)
    before = _copy(tracker, events[:last])
    base: List[Event] = [SessionStarted()]
    base += [
        SlotSet(name, slot.value)
        for name, slot in before.slots.items()
        if slot.value != tracker.slots[name].initial_value
    ]
    if before.active_loop_name:
        base.append(ActiveLoop(before.active_loop_name))
    base.append(ActionExecuted("action_listen"))
    return _copy(tracker, base + [_strip(event) for event in events[last:] if not isinstance(event, BotUttered)])


def _strip(event: Event) -> Event:
    """The event without what was written: the next turn needs to know the intent only, and which message it was."""
    if not isinstance(event, UserUttered):
        return event
    return UserUttered(
        intent=event.intent,
        parse_data={"intent": event.intent, "entities": [], "text": ""},
        timestamp=event.timestamp,
        input_channel=event.input_channel,
        message_id=event.message_id,
        metadata=event.metadata,
    )


def _copy(tracker: DialogueStateTracker, events: List[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(
        tracker.sender_id, events, slots=list(tracker.slots.values()), sender_source=tracker.sender_source
    )


class FileTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Trackers in a SQLite file, one row a person.

    Args:
        domain: of the model.
        path: of the file.
        event_broker: none is used.
    """

    def __init__(
        self, domain: Optional[Domain], path: str, event_broker: Optional[EventBroker] = None, **kwargs: Any
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # A tracker is disposable: a commit need not wait for the disk.
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "CREATE TABLE IF NOT EXISTS trackers "
            "(sender TEXT PRIMARY KEY, dialogue TEXT NOT NULL, saved REAL NOT NULL);"
        )
        self._connection.execute("DELETE FROM trackers WHERE saved < ?", (time.time() - EXPIRY_SECONDS,))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the state of a conversation."""
        row = (tracker.sender_id, self.serialise_tracker(compact(tracker)), time.time())
        self._connection.execute("INSERT OR REPLACE INTO trackers VALUES (?, ?, ?)", row)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation of a sender, or None where there is none."""
        row = self._connection.execute("SELECT dialogue FROM trackers WHERE sender = ?", (sender_id,)).fetchone()
        return self.deserialise_tracker(sender_id, row[0]) if row else None

    async def keys(self) -> Iterable[str]:
        """All senders."""
        return [row[0] for row in self._connection.execute("SELECT sender FROM trackers")]

    async def delete(self, sender_id: str) -> None:
        """Removes all that is held on a sender."""
        self._connection.execute("DELETE FROM trackers WHERE sender = ?", (sender_id,))


class CompactRedisTrackerStore(RedisTrackerStore):
    """Trackers in Redis, for several Rasa processes."""

    async def save(self, tracker: DialogueStateTracker, *_timeout: Any) -> None:
        """Keeps the state of a conversation."""
        dialogue = self.serialise_tracker(compact(tracker))
        self.red.set(self.key_prefix + tracker.sender_id, dialogue, ex=EXPIRY_SECONDS)

    async def delete(self, sender_id: str) -> None:
        """Removes all that is held on a sender."""
        self.red.delete(self.key_prefix + sender_id)
