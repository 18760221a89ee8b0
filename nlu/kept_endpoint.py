"""The action endpoint over connections that stay open: Rasa's own client opens one for every call."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Optional

import aiohttp
from rasa.utils.endpoints import EndpointConfig


class KeptEndpoint(EndpointConfig):
    """An endpoint with one session for all requests.

    Args:
        url: of the endpoint.
        kwargs: as for Rasa's own.
    """

    def __init__(self, url: str, **kwargs: Any) -> None:
        super().__init__(url, **kwargs)
        self._kept: Optional[aiohttp.ClientSession] = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """The session, which outlives the request."""
        if self._kept is None:
            self._kept = super().session()
        yield self._kept

    async def close(self) -> None:
        """Closes the connections."""
        if self._kept is not None:
            await self._kept.close()
