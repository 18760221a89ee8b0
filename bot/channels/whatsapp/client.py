"""HTTP for Twilio: its library's requests, and the media that people sent."""

from __future__ import annotations

import re
from typing import Any

import httpx
from twilio.http.response import Response

from bot.errors import MediaUnavailable

MOST_REDIRECTS = 3
_API_HOST = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")


class TwilioHttp:
    """Twilio's requests over httpx: what its library calls an asynchronous HTTP client.

    The library's own AsyncTwilioHttpClient does not do: it forgets its timeout, sends the JSON of the Content API as a
    form, and needs a running loop to be made. Nothing is retried here, since Messages has no idempotency key.

    Args:
        base_url: takes the place of all hosts of Twilio, for tests and proxies.
    """

    is_async = True

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url
        # As long as Twilio itself waits for a webhook.
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(15, connect=5))

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_unused: Any,
    ) -> Response:
        """One call, once.

        Raises:
            httpx.HTTPError: when there is no answer.
        """
        target = httpx.URL(url)
        if self._base_url:
            target = httpx.URL(self._base_url + target.raw_path.decode())
        is_json = (headers or {}).get("Content-Type", "").startswith("application/json")
        response = await self._client.request(
            method,
            target,
            params=_as_texts(params),
            json=data if is_json else None,
            data=None if is_json else _as_texts(data),
            headers=headers,
            auth=auth,
        )
        return Response(response.status_code, response.text, dict(response.headers))

    async def download(self, address: str, auth: tuple[str, str], most_bytes: int) -> bytes:
        """The file at an address that a webhook named.

        The credentials go to Twilio's API host only, and not along with a redirect.

        Raises:
            MediaUnavailable: when it lies elsewhere, is gone or too large.
        """
        try:
            url = httpx.URL(address)
            if not self._is_twilio(url):
                raise MediaUnavailable("not at Twilio")
            return await self._download(url, auth, most_bytes)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MediaUnavailable(type(error).__name__) from error

    async def close(self) -> None:
        """Closes connections."""
        await self._client.aclose()

    def _is_twilio(self, url: httpx.URL) -> bool:
        if self._base_url:
            return _origin(url) == _origin(httpx.URL(self._base_url))
        return url.scheme == "https" and url.port is None and bool(_API_HOST.fullmatch(url.host))

    async def _download(self, url: httpx.URL, credentials: tuple[str, str], most_bytes: int) -> bytes:
        scheme = url.scheme
        auth: tuple[str, str] | None = credentials
        for _ in range(MOST_REDIRECTS + 1):
            async with self._client.stream("GET", url, auth=auth, headers={"Accept-Encoding": "identity"}) as response:
                if response.has_redirect_location:
                    url, auth = url.join(response.headers["Location"]), None
                    if url.scheme != scheme:
                        raise MediaUnavailable("redirected to another scheme")
                    continue
                if response.status_code != 200:
                    raise MediaUnavailable(f"HTTP {response.status_code}")
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > most_bytes:
                        raise MediaUnavailable("too large")
                return bytes(content)
        raise MediaUnavailable("too many redirects")


def _as_texts(fields: dict[str, object] | None) -> dict[str, str] | None:
    return {name: str(value) for name, value in fields.items()} if fields else None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
