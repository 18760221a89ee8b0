"""Telegram: the Bot API, by webhook where the assistant has a public address, else by polling."""

from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
