"""One WhatsApp sender at Twilio as a channel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any
from urllib.parse import parse_qsl

import httpx
from fastapi import APIRouter, HTTPException, Request, Response
from starlette.datastructures import ImmutableMultiDict
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from bot.channels.base import WHATSAPP_LIMITS, Accept, Attachment, Part, Report
from bot.channels.whatsapp.client import TwilioHttp
from bot.channels.whatsapp.content import Content, ContentCache, MemoryContentCache, number_choices, split_content
from bot.channels.whatsapp.errors import NO_SUCH_CONTENT, sort_error
from bot.channels.whatsapp.messages import PREFIX, read_message, read_receipt
from bot.errors import Ambiguous, MediaUnavailable, NotSent, SendError, SettingsError
from bot.settings import Settings

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhooks/whatsapp"
STATUS_PATH = "/webhooks/whatsapp/status"
MOST_BODY = 64 * 1024
LONGEST_FETCH = 60.0

_FAILURES = (TwilioException, httpx.HTTPError, ValueError)


class WhatsApp:
    """A WhatsApp sender.

    Args:
        settings: of which the account, its token, the sender and the public URL are needed.
        contents: remembers the contents that were made for buttons; without it they are made anew in each process.

    Raises:
        SettingsError: when one of them is missing.
    """

    name = "whatsapp"
    limits = WHATSAPP_LIMITS

    def __init__(self, settings: Settings, contents: ContentCache | None = None) -> None:
        sid, token, sender = settings.twilio_account_sid, settings.twilio_auth_token, settings.whatsapp_sender
        if not (sid and token and sender and settings.public_url):
            raise SettingsError(
                "WhatsApp needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, PUBLIC_URL, and either TWILIO_WHATSAPP_FROM or "
                "TWILIO_MESSAGING_SERVICE_SID in .env."
            )
        self.account = sender
        self._public_url = settings.public_url
        self._auth = (sid, token.get_secret_value())
        self._sender = _name_sender(settings)
        tokens = (token, settings.twilio_auth_token_secondary)
        self._validators = [RequestValidator(known.get_secret_value()) for known in tokens if known]
        self._http = TwilioHttp(settings.twilio_api_base_url)
        self._client = Client(*self._auth, http_client=self._http)
        self._contents = MemoryContentCache() if contents is None else contents
        self._making = asyncio.Lock()
        self._takes_contents = True
        self._refused = 0

    def routes(self, accept: Accept, report: Report) -> APIRouter:
        """The webhooks for messages and for status reports; each is answered once it is stored."""
        routes = APIRouter()

        @routes.post(WEBHOOK_PATH)
        async def take_message(request: Request) -> Response:
            message = read_message(await self._read_form(request), self.account)
            if message is not None:
                await accept(message)
            # With a body of text/plain Twilio would send that text to the person.
            return Response(status_code=204)

        @routes.post(STATUS_PATH)
        async def take_status(request: Request) -> Response:
            receipt = read_receipt(await self._read_form(request), request.query_params.get("delivery"))
            if receipt is not None:
                await report(receipt)
            return Response(status_code=204)

        return routes

    async def start(self, accept: Accept) -> None:
        """Nothing to do: the webhook's address is set at Twilio."""

    async def stop(self) -> None:
        """Nothing to do: the public port is closed."""

    async def close(self) -> None:
        """Closes connections."""
        await self._http.close()

    async def send(self, address: str, part: Part, delivery_id: int) -> str:
        """Sends text, or a content where there are buttons.

        Returns:
            The sid of the message.

        Raises:
            SendError: of the kind that says whether it may be tried again.
        """
        if not part.buttons:
            return await self._create(address, delivery_id, body=part.text)
        content = split_content(part) if self._takes_contents else None
        if content is not None:
            # The second time round the content was removed at Twilio; the message has certainly not been sent.
            for find in (self._find_content, self._make_content):
                sid = await find(content)
                if sid is None:
                    break
                try:
                    return await self._create(
                        address, delivery_id, content_sid=sid, content_variables=content.variables
                    )
                except SendError as error:
                    if error.code != NO_SUCH_CONTENT:
                        raise
        return await self._create(address, delivery_id, body=number_choices(part))

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file.

        Raises:
            MediaUnavailable: when it does not lie at Twilio, is gone or too large.
        """
        try:
            async with asyncio.timeout(LONGEST_FETCH):
                return await self._http.download(attachment.ref, self._auth, self.limits.attachment_bytes)
        except TimeoutError as error:
            raise MediaUnavailable("took too long") from error

    async def show_typing(self, address: str, external_id: str) -> None:
        """Marks the message as read and shows "typing" for 25 seconds, or until the answer."""
        with contextlib.suppress(*_FAILURES):
            await self._client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=external_id)

    async def _read_form(self, request: Request) -> ImmutableMultiDict[str, str]:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY:
                raise HTTPException(413)
        form = ImmutableMultiDict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        if not self._is_signed(request, form):
            self._refused += 1
            log.warning("WhatsApp webhook: signature refused, %d since the start", self._refused)
            raise HTTPException(403)
        return form

    def _is_signed(self, request: Request, form: ImmutableMultiDict[str, str]) -> bool:
        signature = request.headers.get("X-Twilio-Signature")
        if not signature:
            return False
        # The address that Twilio was given, never one from Host or X-Forwarded headers: those are the caller's.
        path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
        url = self._public_url + path + (f"?{query}" if query else "")
        return any(validator.validate(url, form, signature) for validator in self._validators)

    async def _create(self, address: str, delivery_id: int, **fields: str) -> str:
        try:
            message = await self._client.messages.create_async(
                to=address,
                status_callback=f"{self._public_url}{STATUS_PATH}?delivery={delivery_id}",
                **self._sender,
                **fields,
            )
        except _FAILURES as error:
            raise sort_error(error) from error
        return str(message.sid)

    async def _find_content(self, content: Content) -> str | None:
        digest = content.digest(self._auth[0])
        async with self._making:
            return await self._contents.get(digest) or await self._make_content(content)

    async def _make_content(self, content: Content) -> str | None:
        digest = content.digest(self._auth[0])
        try:
            made = await self._client.content.v1.contents.create_async(
                ContentList.ContentCreateRequest(content.make_request(digest))
            )
        except _FAILURES as error:
            if isinstance(error, TwilioRestException | TwilioServiceException) and error.status in (403, 404):
                log.error("Twilio makes no contents for this account: buttons are sent as numbered text")
                self._takes_contents = False
                return None
            outcome = sort_error(error)
            if isinstance(outcome, Ambiguous):
                # Whether or not the content exists now, the message does not.
                raise NotSent(outcome.reason, outcome.code) from error
            raise outcome from error
        await self._contents.put(digest, str(made.sid))
        return str(made.sid)


def _name_sender(settings: Settings) -> dict[str, Any]:
    named = {}
    if settings.twilio_whatsapp_from:
        named["from_"] = PREFIX + settings.twilio_whatsapp_from.removeprefix(PREFIX)
    if settings.twilio_messaging_service_sid:
        named["messaging_service_sid"] = settings.twilio_messaging_service_sid
    return named
