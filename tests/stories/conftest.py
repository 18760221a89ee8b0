import itertools
import subprocess
import sys

import pytest
from installation import run_installation

from bot.commands.model import present_model


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    if not present_model().exists():
        subprocess.run([sys.executable, "-m", "bot", "train"], check=True)
    with run_installation(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="session")
def new_person():
    numbers = itertools.count(1)
    return lambda: f"person-{next(numbers)}"
