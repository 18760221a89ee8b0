"""The tables of the registry, by concern."""

from bot.registry.models.applications import (
    TRANSITIONS,
    Application,
    ApplicationAnswer,
    ApplicationState,
    Document,
)
from bot.registry.models.base import Base
from bot.registry.models.knowledge import DataVersion, Deadline, Fact, FactQuestion, Place, Source, Trade
from bot.registry.models.messages import (
    ERASED,
    ContentTemplate,
    Delivery,
    DeliveryState,
    InboundMessage,
    InboundState,
    Offer,
    StaffRequest,
)
from bot.registry.models.people import Address, Artisan, OptOut, Person, Subscription

__all__ = [
    "ERASED",
    "TRANSITIONS",
    "Address",
    "Application",
    "ApplicationAnswer",
    "ApplicationState",
    "Artisan",
    "Base",
    "ContentTemplate",
    "DataVersion",
    "Deadline",
    "Delivery",
    "DeliveryState",
    "Document",
    "Fact",
    "FactQuestion",
    "InboundMessage",
    "InboundState",
    "Offer",
    "OptOut",
    "Person",
    "Place",
    "Source",
    "StaffRequest",
    "Subscription",
    "Trade",
]
