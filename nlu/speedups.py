"""Two caches for Rasa 3.6.21, which otherwise spends most of a turn on work that never changes.

Installed by `nlu.serve` only; tests/nlu/test_speedups.py shows that cached and stock Rasa agree.
"""

from __future__ import annotations

import functools
from typing import Any, Dict, Optional, Type

import rasa
from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException

PINNED = "3.6.21"


def install() -> None:
    """Puts the caches in place.

    Raises:
        RasaException: when Rasa is not the release that they were made for.
    """
    if rasa.__version__ != PINNED:
        raise RasaException(f"nlu/speedups.py is for Rasa {PINNED}, this is {rasa.__version__}")
    RemoteAction._validate_action_result = _validate  # type: ignore[method-assign]
    Event.resolve_by_type = staticmethod(_resolve)  # type: ignore[assignment, method-assign]


@functools.lru_cache(maxsize=1)
def _read_validator() -> Draft7Validator:
    # Stock Rasa builds and checks the schema anew for every action call: 23 ms.
    return Draft7Validator(RemoteAction.action_response_format_spec())


def _validate(action: RemoteAction, result: Dict[str, Any]) -> bool:
    error = next(_read_validator().iter_errors(result), None)
    if error is not None:
        error.message += f". The answer of the action {action.name()} is not valid."
        raise error
    return True


_stock_resolve = Event.resolve_by_type


@functools.lru_cache(maxsize=None)
def _resolve(type_name: str, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
    # Stock Rasa walks all subclasses of Event for every event of a replayed tracker.
    return _stock_resolve(type_name, default)
