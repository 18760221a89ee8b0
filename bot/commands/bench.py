"""`awrach bench`: how fast the assistant is, beside the goals and Rasa's default pipeline."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from bot.commands import servers
from bot.commands.model import QUIET, RASA, train_model
from bot.commands.terminal import console, progress
from bot.commands.turns import Person, read_content, read_turn
from bot.errors import SettingsError
from bot.interrupts import Interrupts
from bot.settings import ROOT, Settings, read_settings
from bot.supervisor import Program, Supervisor

TURNS = ROOT / "tests" / "benchmarks" / "turns.jsonl"
DEFAULT_CONFIG = ROOT / "tests" / "benchmarks" / "rasa_default.yml"
PEOPLE = 8
PARSED = 500
IDLE_LOAD = 0.5
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    Attributes:
        one_p50: milliseconds of a turn, one person at a time, median.
        one_p95: the same, 95th percentile.
        one_rate: turns a second.
        eight_p50: milliseconds of a turn, eight people at once, median.
        eight_p95: the same, 95th percentile.
        eight_rate: turns a second.
        parse_p50: milliseconds to parse a message, in the process, on one core, median.
        cold_start: seconds from the start of `awrach up` to the first turn that it takes.
        rss: MB of memory of Rasa, the bot and the supervisor: what is resident, shared pages counted in each.
        uss: MB of the same that no other process shares.
    """

    one_p50: float
    one_p95: float
    one_rate: float
    eight_p50: float
    eight_p95: float
    eight_rate: float
    parse_p50: float
    cold_start: float
    rss: float
    uss: float


_ROWS = (
    ("one_p50", "Turn, one person, p50", "ms", ""),
    ("one_p95", "Turn, one person, p95", "ms", "<= 40"),
    ("one_rate", "Turns, one person", "a second", ""),
    ("eight_p50", "Turn, eight people, p50", "ms", ""),
    ("eight_p95", "Turn, eight people, p95", "ms", ""),
    ("eight_rate", "Turns, eight people", "a second", ">= 60"),
    ("parse_p50", "Parse, one core, p50", "ms", "<= 4"),
    ("cold_start", "Cold start", "s", "<= 15"),
    ("rss", "Memory, resident (sum of RSS)", "MB", "<= 800"),
    ("uss", "Memory, not shared (sum of USS)", "MB", ""),
)


def bench(
    conversations: Annotated[int, typer.Option(min=1, help="Conversations of one after the other.")] = 8,
    with_default: Annotated[
        bool, typer.Option("--with-default", help="Train and measure Rasa's default pipeline too: about ten minutes.")
    ] = False,
) -> None:
    """Measure turns, parsing, start and memory, on SQLite, with a server of its own."""
    interrupts = Interrupts()
    interrupts.install()
    model = servers.prepare_model(read_settings(), interrupts)
    load = os.getloadavg()[0]
    if load > IDLE_LOAD:
        console.print(f"Other programs keep this machine busy (load {load:.1f}): the times will be too long.")
    results = {"ours": _measure(model, conversations, interrupts, servers.describe_rasa)}
    if with_default:
        with tempfile.TemporaryDirectory(prefix="awrach-") as folder:
            default = Path(folder) / "default.tar.gz"
            with progress("Training Rasa's default pipeline (about ten minutes) ...") as show:
                log = Path(folder) / "train.log"
                train_model(default, log, interrupts, lambda step: show(f"Training: {step} ..."), DEFAULT_CONFIG)
            results["default"] = _measure(default, conversations, interrupts, _describe_stock_rasa)
    Console(highlight=False).print(draw(results))
    typer.echo(json.dumps({name: asdict(figures) for name, figures in results.items()}))


def draw(results: dict[str, Figures]) -> Table:
    """The figures beside the goals."""
    table = Table("Figure", box=None, pad_edge=False, header_style="bold")
    for title in ("Unit", "Goal", "Awrach", "Rasa's default")[: 2 + len(results)]:
        table.add_column(title, justify="right")
    for key, title, unit, goal in _ROWS:
        table.add_row(title, unit, goal, *(f"{getattr(figures, key):.1f}" for figures in results.values()))
    return table


def _measure(
    model: Path,
    conversations: int,
    interrupts: Interrupts,
    describe_rasa: Callable[[Settings, Path, Path], Program],
) -> Figures:
    turns = [read_content(read_turn(line)) for line in TURNS.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory(prefix="awrach-") as home, Supervisor(interrupts, ROOT) as supervisor:
        os.environ.update(AWRACH_HOME=home, DATABASE_URL="", REDIS_URL="")
        settings = servers.isolate(Settings())
        with progress("Measuring the start ..."):
            started = time.monotonic()
            supervisor.start(describe_rasa(settings, model, Path(home) / "trackers.db"))
            servers.prepare_database_apart(examples=True)
            supervisor.start(servers.describe_bot(settings))
            supervisor.wait_until_ready(servers.START_SECONDS)
            cold_start = time.monotonic() - started
        with progress("Measuring turns, one person ..."):
            _run_conversation(settings, turns, "warm-up")
            one, one_rate = _run_conversations(settings, turns, conversations, at_once=1)
        with progress("Measuring turns, eight people ..."):
            eight, eight_rate = _run_conversations(settings, turns, max(conversations, PEOPLE), at_once=PEOPLE)
        rss, uss = _measure_memory(supervisor.pids)
    with progress("Measuring the parser ..."):
        parse_p50 = _measure_parser(model, [turn["text"] for turn in turns if "text" in turn])
    return Figures(
        *(statistics.median(one), _percentile(one, 95), one_rate),
        *(statistics.median(eight), _percentile(eight, 95), eight_rate),
        *(parse_p50, cold_start, rss, uss),
    )


def _run_conversations(
    settings: Settings, turns: list[dict[str, Any]], count: int, at_once: int
) -> tuple[list[float], float]:
    """Milliseconds of every turn, and turns a second; each conversation is another person's."""
    started = time.monotonic()
    with ThreadPoolExecutor(at_once) as threads:
        people = [f"bench-{at_once}-{number}" for number in range(count)]
        runs = threads.map(lambda name: _run_conversation(settings, turns, name), people)
        times = [milliseconds for run in runs for milliseconds in run]
    return times, len(times) / (time.monotonic() - started)


def _run_conversation(settings: Settings, turns: list[dict[str, Any]], name: str) -> list[float]:
    person = Person(servers.locate(settings), settings.read_internal_token(), "telegram", name)
    times = []
    for turn in turns:
        started = time.perf_counter()
        if not person.send(turn)["replies"]:
            raise SettingsError("A turn had no reply: the figures would mean nothing.")
        times.append((time.perf_counter() - started) * 1000)
    person.close()
    return times


def _measure_parser(model: Path, texts: list[str]) -> float:
    lines = (texts * (PARSED // len(texts) + 1))[:PARSED]
    run = subprocess.run(
        [RASA / "python", "-m", "nlu.parse", "--model", model, "--timed"],
        input="\n".join(lines),
        env={**os.environ, **QUIET, **_ONE_CORE},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=True,
    )
    times: list[float] = [json.loads(line)["milliseconds"] for line in run.stdout.splitlines()]
    # The first messages fill caches.
    return statistics.median(times[len(texts) :])


def _measure_memory(pids: list[int]) -> tuple[float, float]:
    # Of the development group: only this command needs it.
    import psutil

    processes = [psutil.Process(), *(psutil.Process(pid) for pid in pids)]
    processes += [child for parent in processes[1:] for child in parent.children(recursive=True)]
    memory = [process.memory_full_info() for process in processes]
    return sum(use.rss for use in memory) / 2**20, sum(use.uss for use in memory) / 2**20


def _percentile(values: list[float], rank: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[rank - 1]


def _describe_stock_rasa(settings: Settings, model: Path, trackers: Path) -> Program:
    """Rasa as `rasa run` starts it, without our caches, behind the same bot."""
    ours = servers.describe_rasa(settings, model, trackers)
    token = settings.read_internal_token()
    endpoints = trackers.with_name("endpoints.yml")
    endpoints.write_text(
        yaml.safe_dump(
            {
                "action_endpoint": {
                    "url": f"http://127.0.0.1:{settings.actions_port}/webhook",
                    "headers": {"Authorization": f"Bearer {token}"},
                },
                "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(trackers)},
            }
        )
    )
    credentials = trackers.with_name("credentials.yml")
    credentials.write_text(yaml.safe_dump({"nlu.channel.GatewayInput": {"token": token}}))
    command = (
        *(str(RASA / "python"), "-m", "rasa", "run", "--model", str(model), "--interface", "127.0.0.1"),
        *("--port", str(settings.rasa_port), "--credentials", str(credentials), "--endpoints", str(endpoints)),
    )
    return Program("Rasa", command, ours.environment, ours.log, ours.is_ready)
