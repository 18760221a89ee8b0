"""One training for all tests that ask the whole pipeline."""

from __future__ import annotations

import pytest

from nlu.pipeline import Pipeline, read_training


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return Pipeline().train(read_training())
