"""Last step of the pipeline: say "I do not know" rather than guess.

The classifier chooses, on messages held out of its own training, the thresholds under which a message is refused;
they travel on the message, so that this step needs no training of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from nlu.features import Reading
from nlu.linear import HeldOut
from nlu.normaliser import READING

REFUSAL = "refusal"
"""Message key: the `Refusal` that the classifier learned."""

_OUT_OF_SCOPE = "out_of_scope"


class Refusal(NamedTuple):
    """When a message is refused.

    Attributes:
        confidence: below this probability of the best intent.
        outside: from this probability of `out_of_scope` on, whatever intent is best.
    """

    confidence: float
    outside: float


def choose_refusal(held_out: HeldOut, classes: Sequence[str], wrongly_refused: float) -> Refusal:
    """The thresholds that refuse most messages out of scope while few in scope are refused.

    Args:
        held_out: labels and probabilities of messages that were left out of training.
        classes: the intents, in the order of the probabilities.
        wrongly_refused: the share of in-scope messages that may be refused.
    """
    if _OUT_OF_SCOPE not in classes:
        return Refusal(float(np.quantile(held_out.probabilities.max(axis=1), wrongly_refused)), 1.0)
    column = list(classes).index(_OUT_OF_SCOPE)
    outside = held_out.probabilities[:, column]
    # A message that looks most like one out of scope is refused whatever the thresholds.
    lost = held_out.probabilities.argmax(axis=1) == column
    best = np.where(lost, np.inf, held_out.probabilities.max(axis=1))
    out = held_out.labels == column
    chosen, caught = Refusal(0.0, 1.0), -1.0
    for share in np.linspace(0, wrongly_refused, 7):
        confidence = float(np.quantile(best[~out], share)) if share else 0.0
        refused = (best < confidence) | lost
        spare = int(wrongly_refused * (~out).sum()) - int((refused & ~out).sum())
        rest = np.sort(outside[~out & ~refused])[::-1]
        limit = float(rest[spare]) + 1e-9 if 0 <= spare < len(rest) else 1.0
        found = float((refused | (outside >= limit))[out].mean())
        if found > caught:
            chosen, caught = Refusal(confidence, limit), found
    return chosen


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CalibratedFallback(GraphComponent):
    """Puts `nlu_fallback` first where the classifier is not sure or the message has no word at all."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Nothing to configure: the thresholds are learned."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedFallback:
        """A fallback; it keeps nothing in the model."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Refuse the messages that should be.

        Their intent becomes `nlu_fallback` where the classifier is unsure or there is no word, and `out_of_scope`
        where the message is likely outside.
        """
        for message in messages:
            refusal: Refusal | None = message.get(REFUSAL)
            ranking = list(message.get(INTENT_RANKING_KEY) or [])
            if refusal is None or not ranking:
                continue
            refused = _refuse(message.get(READING), ranking, refusal)
            if refused is not None:
                ranking = [
                    refused,
                    *(entry for entry in ranking if entry[INTENT_NAME_KEY] != refused[INTENT_NAME_KEY]),
                ]
                message.set(INTENT, refused, add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _refuse(reading: Reading, ranking: Sequence[dict[str, Any]], refusal: Refusal) -> dict[str, Any] | None:
    best = ranking[0]
    if not reading.tokens:
        return {INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME, PREDICTED_CONFIDENCE_KEY: 1.0}
    for entry in ranking:
        if entry[INTENT_NAME_KEY] == _OUT_OF_SCOPE and entry[PREDICTED_CONFIDENCE_KEY] >= refusal.outside:
            return {INTENT_NAME_KEY: _OUT_OF_SCOPE, PREDICTED_CONFIDENCE_KEY: best[PREDICTED_CONFIDENCE_KEY]}
    if best[PREDICTED_CONFIDENCE_KEY] < refusal.confidence and best[INTENT_NAME_KEY] != _OUT_OF_SCOPE:
        return {
            INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
            PREDICTED_CONFIDENCE_KEY: refusal.confidence,
        }
    return None
