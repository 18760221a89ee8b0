"""WhatsApp through Twilio."""

from bot.channels.whatsapp.channel import WhatsApp
from bot.channels.whatsapp.content import ContentCache

__all__ = ["ContentCache", "WhatsApp"]
