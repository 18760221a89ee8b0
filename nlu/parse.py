"""Parses standard input with the trained model: `python -m nlu.parse`, one message a line in, one JSON object out."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Dict

import sanic  # noqa: F401 - switches deprecation warnings on when it is imported; here they are switched off again


def main() -> None:
    """Reads the command line and parses until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models"))
    parser.add_argument("--timed", action="store_true", help="add `milliseconds` to each object")
    options = parser.parse_args()
    # Ctrl-C is an end like any other, not worth a trace.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Whatever Rasa and its libraries print must not get among the results.
    warnings.simplefilter("ignore")
    results = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(results, "wb", buffering=0) as sink:
        try:
            asyncio.run(_parse(options.model, options.timed, sink))
        except BrokenPipeError:
            return


async def _parse(model: Path, timed: bool, sink: Any) -> None:
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    from nlu import speedups
    from nlu.channel import describe, neutralise

    # Rasa's own default is to log every message in full.
    configure_structlog(logging.WARNING)
    speedups.install()
    agent = Agent.load(str(model))
    for line in sys.stdin.buffer:
        text = line.rstrip(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
        started = time.perf_counter()
        parsed: Dict[str, Any] = describe(await agent.parse_message(neutralise(text)), text)
        if timed:
            parsed["milliseconds"] = round((time.perf_counter() - started) * 1000, 3)
        sink.write(json.dumps(parsed, ensure_ascii=False).encode("utf-8") + b"\n")


if __name__ == "__main__":
    main()
