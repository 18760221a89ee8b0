"""The bot process stops in order: nothing that is under way is lost, and it ends well."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from backends import SECRET
from doubles import FakeRasa, RecordingChannel
from sqlalchemy import func, select

from bot.app import assemble, run_parts
from bot.channels.base import TELEGRAM_LIMITS, Inbound, Kind, Part
from bot.commands.servers import choose_free_ports
from bot.registry import outbox, people
from bot.registry.models import Delivery, InboundMessage, InboundState
from bot.settings import Settings


class NoAnswers:
    """Stands in for the trained finder, which nobody asks here."""

    def refresh(self, session):
        pass


class SlowChannel(RecordingChannel):
    """A provider that answers only when the stop has begun, and nothing more when it is closed."""

    def __init__(self, *given):
        super().__init__(*given)
        self.stopping = asyncio.Event()
        self.steps = []

    async def start(self, accept):
        self.steps.append("start")

    async def stop(self):
        self.steps.append("stop")
        self.stopping.set()

    async def close(self):
        self.steps.append("close")

    async def send(self, address, part, delivery_id):
        self.tried.append(address)
        async with self._changed:
            self._changed.notify_all()
        await self.stopping.wait()
        # The stop goes on meanwhile, if it does not wait for this.
        for _ in range(100):
            await asyncio.sleep(0)
        assert "close" not in self.steps, "the connection is closed"
        return await super().send(address, part, delivery_id)

    async def wait_for_tries(self, number):
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.tried) >= number)


def plan(session, channel, clock, number):
    for index in range(number):
        address = people.find_or_add_address(session, channel.name, channel.account, f"s{index}", None, clock())
        outbox.plan(session, address.id, [Part(text="x")], clock())


@pytest.fixture
def settings(backend, tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Settings(
        _env_file=None,
        AWRACH_HOME=tmp_path / "home",
        AWRACH_SECRET_KEY=SECRET,
        database_url=backend.database_url,
        redis_url=backend.redis_url,
    )


async def test_a_stop_under_load_loses_nothing(settings, database, clock):
    rasa = FakeRasa()
    asked, never = asyncio.Event(), asyncio.Event()

    async def think(turn):
        asked.set()
        await never.wait()

    rasa.script = think
    bot = assemble(settings, clock, dialogue=rasa.make_client(), answers=NoAnswers())
    channel = bot.channels["unlimited", "bot"] = SlowChannel("unlimited", "bot", TELEGRAM_LIMITS)
    with database.begin() as session:
        plan(session, channel, clock, 40)
    async with run_parts(bot):
        question = Inbound(
            channel="unlimited", account="bot", external_id="1", address="ali", kind=Kind.TEXT, text="salam"
        )
        await bot.gateway.accept(question)
        await asyncio.wait_for(asked.wait(), 10)
        await channel.wait_for_tries(32)
    assert channel.steps == ["start", "stop", "close"]
    with database.begin() as session:
        states = dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
        assert states == {"sent": 32, "planned": 8}
        assert session.scalars(select(InboundMessage.state)).all() == [InboundState.RECEIVED]


# The bot process itself; Rasa and the provider are not real.
PROCESS = """
import sys
sys.path[:0] = sys.argv[1:3]
from test_app import NoAnswers, SlowChannel, plan
from doubles import Clock, FakeRasa
from bot import app
from bot.channels.base import TELEGRAM_LIMITS
from bot.settings import read_settings

class Provider(SlowChannel):
    async def send(self, *given):
        print("sending", flush=True)
        return await super().send(*given)

def assemble(settings, real=app.assemble):
    bot = real(settings, Clock(), dialogue=FakeRasa().make_client(), answers=NoAnswers())
    channel = bot.channels["unlimited", "bot"] = Provider("unlimited", "bot", TELEGRAM_LIMITS)
    with bot.database.begin() as session:
        plan(session, channel, Clock(), 1)
    return bot

app.assemble = assemble
app.serve(read_settings())
"""


@pytest.fixture
def start(settings):
    started = []

    def start(**ports):
        environment = {
            **os.environ,
            "AWRACH_HOME": str(settings.home),
            "AWRACH_SECRET_KEY": SECRET,
            "DATABASE_URL": settings.database_url,
            "AWRACH_PORT": str(ports["port"]),
            "AWRACH_ACTIONS_PORT": str(ports["actions_port"]),
        }
        tests = Path(__file__).parent
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(tests), str(tests.parent)],
            cwd=tests.parents[1],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_well_when_all_is_sent(start, database, number):
    port, actions_port = choose_free_ports(2)
    process = start(port=port, actions_port=actions_port)
    assert process.stdout.readline() == "sending\n", process.stderr.read()
    process.send_signal(number)
    _, complaints = process.communicate(timeout=30)
    assert process.returncode == 0, complaints
    assert "Traceback" not in complaints
    with database.begin() as session:
        assert session.scalars(select(Delivery.state)).all() == ["sent"]


def test_a_port_that_is_taken_ends_the_process_with_an_error(start, database):
    (port,) = choose_free_ports(1)
    process = start(port=port, actions_port=port)
    process.communicate(timeout=30)
    assert process.returncode > 0
