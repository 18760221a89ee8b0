"""Stand-ins for what lies outside the bot process: the time, Rasa, the providers, the wording of the texts."""

import asyncio
import inspect
import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from bot.channels.base import TELEGRAM_LIMITS, WHATSAPP_LIMITS, Inbound, Kind
from bot.delivery.sender import Sender
from bot.dialogue import Dialogue
from bot.errors import MediaUnavailable
from bot.gateway import Gateway
from bot.lanes import Lanes
from bot.reception import Reception
from bot.texts import LANGUAGES, Texts


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def advance(self, **delta):
        self.now += timedelta(**delta)


class EchoTexts(Texts):
    """Says which text would be said, in which language and with what in it; titles are short, as real ones are."""

    def __init__(self):
        self.missing = set()

    def say(self, key, language, **values):
        group, _, name = key.partition(".")
        if group in ("button", "menu", "topic", "month", "place") or name in LANGUAGES:
            return (name or group)[:20]
        return "|".join([key, str(language), *(f"{name}={value}" for name, value in values.items())])

    def has(self, key):
        return key not in self.missing


def answer(*texts, intent="ask_definition", topic=None, buttons=(), forget=False, language=None):
    """What Rasa's channel says after a turn."""
    messages = [{"text": text} for text in texts]
    if buttons:
        messages[-1]["buttons"] = [{"title": title, "payload": payload} for title, payload in buttons]
    told = {"topic": topic, "language": language, "forget": forget}
    messages.append({"custom": {"turn": told}})
    return {"messages": messages, "intent": intent, "topic": topic, "confidence": 0.9}


class FakeRasa:
    """Rasa's own channel, at the other end of the bot's client.

    Attributes:
        turns: bodies of the turns that were asked for.
        script: gives the answer to a turn: a dict, an httpx.Response, an awaitable of either, or raises.
        ready: whether Rasa is there at all.
    """

    def __init__(self):
        self.turns = []
        self.forgotten = []
        self.ready = True
        self.script = lambda turn: answer(f"re: {turn['message']}")

    @property
    def heard(self):
        return [turn["message"] for turn in self.turns]

    def make_client(self):
        return Dialogue("http://rasa", "token", httpx.MockTransport(self._handle))

    async def _handle(self, request):
        if not self.ready:
            raise httpx.ConnectError("connection refused", request=request)
        if request.method == "DELETE":
            self.forgotten.append(request.url.path.rpartition("/")[2])
            return httpx.Response(204)
        if request.method == "GET":
            return httpx.Response(200, json={"ready": True})
        turn = json.loads(request.content)
        self.turns.append(turn)
        said = self.script(turn)
        if inspect.isawaitable(said):
            said = await said
        return said if isinstance(said, httpx.Response) else httpx.Response(200, json=said)


@dataclass(frozen=True)
class Sent:
    """A message that a provider took."""

    address: str
    part: object
    delivery_id: int

    @property
    def text(self):
        return self.part.text


class RecordingChannel:
    """A provider that notes what it is handed, and fails as it is told.

    Attributes:
        sent: what was taken.
        tried: every call, failed ones included.
        failures: raised by the next calls, in order; None lets one through.
        files: contents by attachment reference.
    """

    def __init__(self, name, account, limits):
        self.name = name
        self.account = account
        self.limits = limits
        self.sent = []
        self.typing = []
        self.tried = []
        self.failures = []
        self.files = {}
        self._changed = asyncio.Condition()

    async def wait_for(self, number):
        """Waits until that many messages were taken."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= number)

    def routes(self, accept, report):
        raise NotImplementedError

    async def start(self, accept):
        raise NotImplementedError

    async def stop(self):
        pass

    async def close(self):
        pass

    async def send(self, address, part, delivery_id):
        message = Sent(address, part, delivery_id)
        self.tried.append(message)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.sent.append(message)
        async with self._changed:
            self._changed.notify_all()
        return f"{self.name}-{delivery_id}"

    async def fetch(self, attachment):
        try:
            return self.files[attachment.ref]
        except KeyError as error:
            raise MediaUnavailable("gone") from error

    async def show_typing(self, address, external_id):
        self.typing.append((address, external_id))
        async with self._changed:
            self._changed.notify_all()

    async def wait_for_typing(self):
        async with self._changed:
            await self._changed.wait_for(lambda: self.typing)


class NoLimits:
    """Lets everything through; the real limits go by the machine's clock."""

    async def admit(self, message):
        return 0.0


class Office:
    """A bot process over a registry, with providers and a Rasa that are not real.

    Args:
        database: the registry.
        clock: of everything in it.
        texts, programmes, media: as for the gateway.
        limits: of the sender.
    """

    _numbers = itertools.count(1)

    def __init__(self, database, clock, texts, programmes, media, limits=None):
        self.database = database
        self.clock = clock
        self.rasa = FakeRasa()
        self.telegram = RecordingChannel("telegram", "bot", TELEGRAM_LIMITS)
        self.whatsapp = RecordingChannel("whatsapp", "+212500000000", WHATSAPP_LIMITS)
        self.channels = {(channel.name, channel.account): channel for channel in (self.telegram, self.whatsapp)}
        self.texts = texts
        self._parts = (texts, programmes, media)
        self._limits = limits or NoLimits()
        self.dialogue = self.rasa.make_client()
        self.restart()

    def restart(self):
        """A new process over the same registry: nothing that was only in memory is left."""
        self.sender = Sender(self.database, self.channels, self._limits, self.clock)
        reception = Reception(self.database, self.channels, self.dialogue, *self._parts)
        self.gateway = Gateway(self.database, self.channels, self.dialogue, reception, self.clock, self.sender.wake)
        self.lanes = Lanes(self.gateway.answer_next)
        self.gateway.push = self.lanes.push

    def write(self, text="", sender="ali", channel=None, external_id=None, **details):
        """A message of a person, as a channel would hand it over."""
        channel = channel or self.telegram
        return Inbound(
            channel=channel.name,
            account=channel.account,
            external_id=external_id or f"message-{next(self._numbers)}",
            address=sender,
            text=text,
            **{"kind": Kind.TEXT, **details},
        )

    async def settle(self):
        """Waits until all that can be answered is answered and all that can be sent is sent."""
        await self.lanes.drain()
        await self.sender.drain()

    async def receive(self, *messages):
        """Takes messages in and lets everything come to rest; returns whether each was new."""
        new = [await self.gateway.accept(message) for message in messages]
        await self.settle()
        return new

    async def say(self, text, **details):
        """A person writes; returns what they are told, the notice at the first contact left out."""
        channel = details.get("channel") or self.telegram
        before = len(channel.sent)
        await self.receive(self.write(text, **details))
        return [sent.text for sent in channel.sent[before:] if not sent.text.startswith("notice")]

    async def tap(self, button, **details):
        """A person taps a button of a reply."""
        return await self.say(button.title, kind=Kind.BUTTON, button=button.id, **details)
