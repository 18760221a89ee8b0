"""Serves the trained model to the bot: `python -m nlu.serve`, on loopback only.

Rasa's HTTP API stays off: it can load a model from any URL (CVE-2024-49375), and the bot needs nothing of it.
"""

from __future__ import annotations

import argparse
import logging
import os
import warnings
from functools import partial
from pathlib import Path
from typing import Any, Optional
from urllib.parse import urlsplit

from nlu import speedups
from nlu.channel import GatewayInput


def main() -> None:
    """Reads the command line and serves until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models"))
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--actions", default="http://127.0.0.1:5055/webhook")
    parser.add_argument("--trackers", type=Path, default=Path("var/trackers.db"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    serve(
        options.model,
        options.port,
        options.actions,
        options.trackers,
        token=os.environ["AWRACH_INTERNAL_TOKEN"],
        redis_url=os.environ.get("REDIS_URL"),
    )


def serve(model: Path, port: int, actions: str, trackers: Path, token: str, redis_url: Optional[str]) -> None:
    """Loads a model and answers the bot.

    Args:
        model: a model file, or a folder whose newest model is taken.
        port: on 127.0.0.1.
        actions: URL of the bot's action endpoint.
        trackers: SQLite file of the conversations, where there is no Redis.
        token: shared with the bot.
        redis_url: of the server that holds trackers and locks, where there is one.
    """
    from rasa.core.run import close_resources, configure_app, load_agent_on_start
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    from nlu.kept_endpoint import KeptEndpoint

    # Importing Sanic switches deprecation warnings on, and Rasa 3.6 will not be mended.
    warnings.simplefilter("ignore")
    # Rasa's own default is to log every message in full.
    configure_structlog(logging.WARNING)
    # Trackers and logs are for nobody else on this machine.
    os.umask(0o077)
    speedups.install()
    endpoints = AvailableEndpoints(
        action=KeptEndpoint(actions, headers={"Authorization": f"Bearer {token}"}, enable_selective_domain=True),
        tracker_store=EndpointConfig(**_describe_trackers(trackers, redis_url)),
        lock_store=EndpointConfig(**_describe_redis(redis_url), type="redis") if redis_url else None,
    )
    app = configure_app([GatewayInput(token)], enable_api=False, keep_alive_timeout=3600)
    app.register_listener(partial(load_agent_on_start, str(model), endpoints, None), "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    app.register_listener(lambda *_: endpoints.action.close(), "after_server_stop")
    app.run(host="127.0.0.1", port=port, access_log=False, motd=False)


def _describe_trackers(trackers: Path, redis_url: Optional[str]) -> "dict[str, Any]":
    if redis_url:
        return {
            "type": "nlu.tracker_store.CompactRedisTrackerStore",
            **_describe_redis(redis_url),
        }
    trackers.parent.mkdir(parents=True, exist_ok=True)
    return {"type": "nlu.tracker_store.FileTrackerStore", "path": str(trackers)}


def _describe_redis(redis_url: str) -> "dict[str, Any]":
    parts = urlsplit(redis_url)
    return {
        "url": parts.hostname,
        "port": parts.port or 6379,
        "db": int(parts.path.strip("/") or 0),
        "username": parts.username,
        "password": parts.password,
        "use_ssl": parts.scheme == "rediss",
    }


if __name__ == "__main__":
    main()
