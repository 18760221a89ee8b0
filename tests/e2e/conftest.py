import subprocess
import sys

import pytest
from installation import run_installation

from bot.trained import present_model


@pytest.fixture
def fresh_installation(tmp_path):
    if not present_model().exists():
        subprocess.run([sys.executable, "-m", "bot", "train"], check=True)
    with run_installation(tmp_path) as running:
        yield running
