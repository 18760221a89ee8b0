"""What one can ask about, and which programme a part belongs to; the names are those of the training messages."""

from __future__ import annotations

TOPICS = (
    "awrach",
    "awrach_temporary",
    "awrach_inclusion",
    "amo",
    "cpu",
    "rna",
    "training",
    "apprenticeship",
    "vae",
    "equipment",
    "complex",
    "outreach",
    "marketing",
    "cooperative",
    "chamber",
)

PARENT_TOPICS = {"awrach_inclusion": "awrach", "awrach_temporary": "awrach"}
"""The programme that a part belongs to."""
