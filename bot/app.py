"""Wires the bot process together: `python -m bot.app`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy import select

from actions.turn import Desk
from bot import console
from bot.action_endpoint import make_action_app
from bot.answers import AnswerFinder
from bot.channels import simulator
from bot.channels.base import Channel
from bot.channels.simulator import Simulator
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.delivery.limits import RateLimits
from bot.delivery.sender import Sender
from bot.dialogue import Dialogue
from bot.errors import SendError, locate
from bot.gateway import Gateway
from bot.lanes import Lanes, no_lock, redis_lock
from bot.media import MediaStore
from bot.programmes import read_programmes
from bot.reception import Reception
from bot.registry.contents import RegistryContentCache
from bot.registry.database import Database
from bot.registry.keys import check_key
from bot.settings import Settings, read_settings
from bot.texts import read_texts
from bot.trained import present_embedding

log = logging.getLogger(__name__)

RETRY_SECONDS = 3.0


def read_clock() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


@dataclass
class Bot:
    """The parts of a running bot process.

    Attributes:
        settings: of this installation.
        database: the registry.
        channels: by name and account.
        simulators: those of them that are simulated, by account.
        dialogue: the client of Rasa.
        answers: finds what is asked for in the registry.
        gateway: takes messages in.
        lanes: one a person.
        sender: sends what is in the outbox.
        limits: how fast it may.
        redis: of the locks of the lanes, where there is a Redis.
        public: the application on the public port.
        actions: the application that Rasa calls.
    """

    settings: Settings
    database: Database
    channels: dict[tuple[str, str], Channel]
    simulators: dict[str, Simulator]
    dialogue: Dialogue
    answers: AnswerFinder
    gateway: Gateway
    lanes: Lanes
    sender: Sender
    limits: RateLimits
    redis: Redis | None
    public: FastAPI
    actions: FastAPI


def assemble(
    settings: Settings,
    clock: Callable[[], datetime] = read_clock,
    dialogue: Dialogue | None = None,
    answers: AnswerFinder | None = None,
) -> Bot:
    """Builds all parts; nothing runs yet.

    Args:
        settings: of this installation.
        clock: gives the present time.
        dialogue: stands in for Rasa in tests.
        answers: stands in for the trained finder in tests.

    Raises:
        SettingsError: when a setting is missing.
    """
    token = settings.read_internal_token()
    database = Database(settings.database, settings.read_secret_key())
    simulators = {account: Simulator(account, clock) for account in simulator.ACCOUNTS}
    channels = {(channel.name, channel.account): channel for channel in _make_channels(settings, database, simulators)}
    dialogue = dialogue or Dialogue(f"http://127.0.0.1:{settings.rasa_port}", token)
    media = MediaStore(settings.media_folder)
    texts, programmes = read_texts(), read_programmes()
    answers = answers or AnswerFinder.load(present_embedding(), settings.home / "cache")
    limits = RateLimits(settings.redis_url)
    sender = Sender(database, channels, limits, clock)
    reception = Reception(database, channels, dialogue, texts, programmes, media)
    gateway = Gateway(database, channels, dialogue, reception, clock, sender.wake)
    redis = Redis.from_url(settings.redis_url) if settings.redis_url else None
    lanes = Lanes(gateway.answer_next, redis_lock(redis) if redis else no_lock)
    gateway.push = lanes.push
    public = FastAPI(title="awrach", openapi_url=None)
    bot = Bot(
        settings,
        database,
        channels,
        simulators,
        dialogue,
        answers,
        gateway,
        lanes,
        sender,
        limits,
        redis,
        public,
        make_action_app(Desk(database, answers, texts, programmes, media, clock), token, demo=settings.demo),
    )
    _add_routes(bot, token)
    return bot


def _make_channels(settings: Settings, database: Database, simulators: dict[str, Simulator]) -> list[Channel]:
    channels: list[Channel] = list(simulators.values())
    if settings.telegram_bot_token:
        channels.append(Telegram(settings))
    if settings.twilio_account_sid:
        channels.append(WhatsApp(settings, RegistryContentCache(database)))
    return channels


def _add_routes(bot: Bot, token: str) -> None:
    for channel in bot.channels.values():
        bot.public.include_router(channel.routes(bot.gateway.accept, bot.gateway.report))
    bot.public.include_router(console.make_routes(bot.simulators, bot.gateway, token))
    if bot.settings.demo:
        simulator.add_page(bot.public, bot.simulators, bot.gateway.accept)

    @bot.public.get("/health")
    async def check() -> dict[str, object]:
        await bot.database.run(lambda session: session.execute(select(1)).scalar())
        return {
            "status": "ok",
            "database": True,
            "rasa": await bot.dialogue.is_ready(),
            "channels": sorted(f"{channel.name}:{channel.account}" for channel in bot.channels.values()),
        }


@asynccontextmanager
async def run_parts(bot: Bot) -> AsyncIterator[None]:
    """Starts everything that goes on beside the two servers, and stops it at the end.

    It is stopped in the order in which messages go through it: nothing comes in any more, nothing is answered any
    more, and what is being sent is sent before the connections for it are closed.
    """
    sending = asyncio.create_task(bot.sender.run())
    receiving = [asyncio.create_task(_start_channel(channel, bot)) for channel in bot.channels.values()]
    receiving.append(asyncio.create_task(_retry_unanswered(bot)))
    channels = bot.channels.values()
    try:
        yield
    finally:
        for task in receiving:
            task.cancel()
        await asyncio.gather(*receiving, *(channel.stop() for channel in channels), return_exceptions=True)
        await bot.lanes.stop()
        bot.sender.stop()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.gather(*(channel.close() for channel in channels), return_exceptions=True)
        await bot.dialogue.close()
        bot.limits.close()
        if bot.redis is not None:
            await bot.redis.aclose()
        bot.database.close()


async def _retry_unanswered(bot: Bot) -> None:
    while True:
        try:
            await bot.gateway.resume()
        except Exception as error:
            log.error("messages that wait could not be looked up: %s", locate(error))
        await asyncio.sleep(RETRY_SECONDS)


async def _start_channel(channel: Channel, bot: Bot) -> None:
    wait = 1.0
    while True:
        try:
            await channel.start(bot.gateway.accept)
            return
        except SendError as error:
            log.error("channel %s does not start: %s", channel.name, error.reason)
        await asyncio.sleep(wait)
        wait = min(wait * 2, 300.0)


def serve(settings: Settings) -> None:
    """Runs the bot process until it is told to stop.

    Raises:
        SettingsError: when a setting is missing, or the key does not fit the registry.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The registry, documents and keys are for nobody else on this machine.
    os.umask(0o077)
    bot = assemble(settings)
    with bot.database.begin() as session:
        check_key(session)
        # The first time takes seconds, for which nobody should wait.
        bot.answers.refresh(session)

    async def run() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        public = _Server(_configure(bot.public, settings.host, settings.port))
        actions = _Server(_configure(bot.actions, "127.0.0.1", settings.actions_port))
        # The actions are there for as long as something is answered.
        async with _serving(actions, stopped), run_parts(bot), _serving(public, stopped):
            await stopped.wait()

    asyncio.run(run())


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals alone: uvicorn ends the process by the signal before anything else can stop in order."""
        yield


@asynccontextmanager
async def _serving(server: _Server, stopped: asyncio.Event) -> AsyncIterator[None]:
    serving = asyncio.create_task(server.serve())
    serving.add_done_callback(lambda _done: stopped.set())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _configure(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=2)


if __name__ == "__main__":
    serve(read_settings())
