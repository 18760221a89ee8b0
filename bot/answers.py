"""Finds answers in the registry: the finder of `nlu.finding` over the entries as they stand now."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from sqlalchemy.orm import Session

from bot.errors import SettingsError, locate
from bot.registry import knowledge
from nlu.finding.embedding import Embedding
from nlu.finding.entries import Entry, Question
from nlu.finding.evidence import Evidence
from nlu.finding.finder import Finder, Found, Weights
from nlu.finding.index import Index, add_up
from nlu.vocabulary import Vector

log = logging.getLogger(__name__)


class AnswerFinder:
    """Finds the answer to a message among all that the registry holds.

    An entry that was added or changed counts with the next message: only what is new is read again. What was read of
    the others is kept in a file, which all processes over one home folder share.

    Args:
        embedding: of texts.
        cache: folder for what was read of the entries.
        weights: learned.
    """

    def __init__(self, embedding: Embedding, cache: Path, weights: Weights | None = None) -> None:
        self._embedding = embedding
        self._path = cache / "entries.npz"
        self._weights = weights or Weights.read()
        self._lock = threading.Lock()
        self._version: str | None = None
        self._finder: Finder | None = None

    @classmethod
    def load(cls, embedding: Path, cache: Path) -> AnswerFinder:
        """The finder with the embedding of a file.

        Raises:
            SettingsError: when the file is not there.
        """
        if not embedding.exists():
            raise SettingsError(f"{embedding.name} is missing in {embedding.parent}: `awrach train` makes it.")
        return cls(Embedding.load(embedding), cache)

    def find(self, session: Session, question: Question, today: date) -> Found:
        """The best entries for a question, and what to do with them; what has expired is not among them."""
        return self.refresh(session).find(question, knowledge.list_expired(session, today))

    def refresh(self, session: Session) -> Finder:
        """The finder over the present entries."""
        version = knowledge.read_version(session)
        with self._lock:
            if self._finder is None or version != self._version:
                entries = knowledge.list_entries(session)
                index = Index.of_vectors(self._read_sums(entries), self._embedding)
                # What an entry says is read when it is told; the finder keeps only how it is found.
                bare = [entry._replace(texts=(), titles=(), questions=()) for entry in entries]
                self._finder = Finder(self._embedding, index, Evidence(bare), self._weights)
                self._version = version
            return self._finder

    def _read_sums(self, entries: Sequence[Entry]) -> list[Vector]:
        # Not held between changes: the index is all that finding needs.
        known = self._load()
        names = [self._name(entry) for entry in entries]
        sums = {
            name: known[name] if name in known else add_up(entry, self._embedding)
            for name, entry in zip(names, entries, strict=True)
        }
        if sums.keys() != known.keys():
            self._save(sums)
        return [sums[name] for name in names]

    def _name(self, entry: Entry) -> str:
        """What an entry is known by in the file: its texts, and what they were read with."""
        content = repr((entry.id, entry.texts, entry.titles, entry.questions))
        return hashlib.sha256(f"{self._embedding.name} {content}".encode()).hexdigest()

    def _load(self) -> dict[str, Vector]:
        try:
            # Opened here: NumPy leaves a file open that it finds to be cut short.
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                ends = arrays["ends"]
                parts = zip(np.split(arrays["columns"], ends), np.split(arrays["values"], ends), strict=True)
                return {str(name): Vector(*part) for name, part in zip(arrays["names"], parts, strict=True)}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            # Not there yet, or cut short: what it holds can be read again.
            return {}

    def _save(self, sums: dict[str, Vector]) -> None:
        vectors = list(sums.values())
        arrays = {
            "names": np.array(list(sums)),
            "columns": np.concatenate([vector.columns for vector in vectors]),
            "values": np.concatenate([vector.values for vector in vectors]),
            "ends": np.cumsum([len(vector.columns) for vector in vectors])[:-1],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside = self._path.with_suffix(f".{os.getpid()}")
            with aside.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            aside.replace(self._path)
        except OSError as error:
            # Without the file the next start reads the entries once more; answers do not depend on it.
            log.warning("the entries that were read cannot be kept: %s", locate(error))
