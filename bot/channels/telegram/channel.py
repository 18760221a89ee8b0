"""One Telegram bot as a channel."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
from collections.abc import Coroutine

from fastapi import APIRouter, Request, Response
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)
from telegram.constants import ChatAction
from telegram.error import EndPointNotFound, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.base import TELEGRAM_LIMITS, Accept, Attachment, Button, Layout, Part, Report
from bot.channels.telegram.errors import describe, sort_error
from bot.channels.telegram.polling import Poller, Sleep, keep_trying
from bot.channels.telegram.updates import ALLOWED_UPDATES, find_callback, read_update
from bot.errors import ChannelDown, MediaUnavailable, SettingsError
from bot.settings import Settings

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MOST_CONNECTIONS = 40
SHORT_TITLE = 14
"""Titles up to this many characters leave room for two buttons on a row of a small phone."""

# httpx logs the address of every call, which holds the token; python-telegram-bot logs what people write and answers
# that it cannot read. All that goes wrong is raised as well.
for _name, _level in (("httpx", logging.WARNING), ("httpcore", logging.WARNING), ("telegram", logging.CRITICAL)):
    logging.getLogger(_name).setLevel(_level)


class Telegram:
    """A bot.

    Args:
        settings: of which the token is needed.
        sleep: waits so many seconds between tries.

    Raises:
        SettingsError: when there is no token.
    """

    name = "telegram"
    limits = TELEGRAM_LIMITS

    def __init__(self, settings: Settings, sleep: Sleep = asyncio.sleep) -> None:
        if settings.telegram_bot_token is None:
            raise SettingsError("TELEGRAM_BOT_TOKEN is not set: ask @BotFather for one and put it in .env.")
        self._token = settings.telegram_bot_token.get_secret_value()
        self.account = self._token.partition(":")[0]
        self._secret = _choose_secret(settings, self._token)
        self._webhook = settings.public_url and settings.public_url + WEBHOOK_PATH
        self._sleep = sleep
        self._request = HTTPXRequest(
            connection_pool_size=2 * MOST_CONNECTIONS,
            connect_timeout=10,
            read_timeout=20,
            write_timeout=20,
            pool_timeout=10,
        )
        self._bot = Bot(
            self._token,
            base_url=settings.telegram_api_base_url + "/bot",
            base_file_url=settings.telegram_api_base_url + "/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self, accept: Accept, report: Report) -> APIRouter:
        """The webhook: it answers 200 only when the update is stored, since Telegram sends what got no 200 again."""
        routes = APIRouter()

        @routes.post(WEBHOOK_PATH)
        async def take_update(request: Request) -> Response:
            given = request.headers.get(SECRET_HEADER, "")
            if not hmac.compare_digest(given.encode(), self._secret.encode()):
                log.warning("Telegram webhook: secret refused")
                return Response(status_code=403)
            try:
                update = json.loads(await request.body())
            except ValueError:
                return Response(status_code=400)
            await self._take(update, accept)
            return Response()

        return routes

    async def start(self, accept: Accept) -> None:
        """Sets the webhook, or begins to poll where there is no public URL.

        A Telegram that cannot be reached just now is tried again until it can.

        Raises:
            ChannelDown: when the token is refused.
        """
        try:
            await self._register()
            registered = True
        except (InvalidToken, EndPointNotFound):
            raise ChannelDown("Telegram does not accept the bot's token", "401") from None
        except TelegramError as error:
            log.warning("Telegram cannot be reached yet: %s", describe(error, self._token))
            registered = False
        self._run(self._receive(accept, registered))

    async def stop(self) -> None:
        """Stops to poll."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Closes connections."""
        await self._request.shutdown()

    async def send(self, address: str, part: Part, delivery_id: int) -> str:
        """Sends plain text, with its buttons.

        Returns:
            The id of the message in its chat.

        Raises:
            SendError: of the kind that says whether it may be tried again.
        """
        try:
            message = await self._bot.send_message(
                chat_id=address,
                text=part.text,
                reply_markup=make_keyboard(part),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            # Not `from error`: a traceback would show the token.
            raise sort_error(error, self._token) from None
        return str(message.message_id)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file.

        Raises:
            MediaUnavailable: when it is gone or larger than bots may fetch.
        """
        if (attachment.size or 0) > self.limits.attachment_bytes:
            raise MediaUnavailable("too large")
        try:
            file = await self._bot.get_file(attachment.ref)
            if (file.file_size or 0) > self.limits.attachment_bytes or not file.file_path:
                raise MediaUnavailable("too large")
            content = bytes(await file.download_as_bytearray())
        except TelegramError as error:
            raise MediaUnavailable(describe(error, self._token)) from None
        if len(content) > self.limits.attachment_bytes:
            raise MediaUnavailable("too large")
        return content

    async def show_typing(self, address: str, external_id: str) -> None:
        """Shows "typing" for five seconds, or until the answer."""
        with contextlib.suppress(TelegramError):
            await self._bot.send_chat_action(address, ChatAction.TYPING)

    async def _register(self) -> None:
        if not self._webhook:
            await self._bot.delete_webhook()
            return
        await self._bot.set_webhook(
            url=self._webhook,
            secret_token=self._secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=MOST_CONNECTIONS,
            drop_pending_updates=False,
        )

    async def _receive(self, accept: Accept, registered: bool) -> None:
        if not registered:
            await keep_trying(self._register, self._token, self._sleep)
        if not self._webhook:
            await Poller(self._bot, lambda update: self._take(update, accept), self._sleep).run()

    async def _take(self, update: object, accept: Accept) -> None:
        if callback := find_callback(update):
            self._run(self._acknowledge(callback))
        message = read_update(update, self.account)
        if message is not None:
            await accept(message)

    async def _acknowledge(self, callback: str) -> None:
        # Ends the small clock on the button. The query may be too old after a restart, which harms nobody.
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(callback)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def make_keyboard(part: Part) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """The buttons of a part as Telegram shows them."""
    if part.layout is Layout.SHARE_PHONE:
        share = KeyboardButton(part.label, request_contact=True)
        return ReplyKeyboardMarkup([[share]], resize_keyboard=True, one_time_keyboard=True)
    if not part.buttons:
        return None
    rows: list[list[Button]] = []
    for button in part.buttons:
        if rows and len(rows[-1]) == 1 and max(len(rows[-1][0].title), len(button.title)) <= SHORT_TITLE:
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.title, callback_data=button.id) for button in row] for row in rows]
    )


def _choose_secret(settings: Settings, token: str) -> str:
    if settings.telegram_webhook_secret:
        return settings.telegram_webhook_secret.get_secret_value()
    return hashlib.sha256(f"webhook secret of {token}".encode()).hexdigest()
