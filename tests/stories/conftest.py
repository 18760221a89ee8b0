import itertools
import subprocess
import sys
from contextlib import ExitStack

import pytest
from backends import SECRET
from installation import run_installation

from bot.trained import present_model


@pytest.fixture(scope="session", params=["embedded", "servers"])
def installation(request, tmp_path_factory):
    """Both processes, on the embedded defaults and then on PostgreSQL and Redis."""
    if not present_model().exists():
        subprocess.run([sys.executable, "-m", "bot", "train"], check=True)
    home = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        settings = {}
        if request.param == "servers":
            backend = stack.enter_context(request.getfixturevalue("servers").create(home))
            settings = {
                "DATABASE_URL": backend.database_url,
                "REDIS_URL": backend.redis_url,
                "AWRACH_SECRET_KEY": SECRET,
            }
        yield stack.enter_context(run_installation(home, **settings))


@pytest.fixture(scope="session")
def new_person():
    numbers = itertools.count(1)
    return lambda: f"person-{next(numbers)}"
