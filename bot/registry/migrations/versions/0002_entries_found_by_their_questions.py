"""Entries found by their questions: titles, example questions, what a decline declines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Facts and deadlines are read from the files anew at every start: what stands here until then is never told.
_NEW = {
    "facts": ("titles", "declined", "examples"),
    "deadlines": ("titles", "examples", "next_intents"),
}
_EMPTY = {"titles": "{}", "declined": "{}", "examples": "[]", "next_intents": "[]"}


def upgrade() -> None:
    for table, columns in _NEW.items():
        with op.batch_alter_table(table) as batch_op:
            for name in columns:
                batch_op.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=_EMPTY[name]))


def downgrade() -> None:
    for table, columns in _NEW.items():
        with op.batch_alter_table(table) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
