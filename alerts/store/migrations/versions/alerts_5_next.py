"""Indexes of what waits, in the order in which it goes: a claim reads the first few and not all."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_5"
down_revision = "alerts_4"

WAITS = sa.text("state IN ('queued', 'held', 'unknown')")
URGENCY = (sa.text("severity DESC"), sa.text("(kind = 'edit')"), "queued", sa.text("(reason = 'another')"), "id")


def upgrade() -> None:
    for name, columns in (("deliveries_next", (*URGENCY, "due", "attempts")), ("deliveries_waiting", ("thread",))):
        op.create_index(name, "deliveries", ["target", *columns], sqlite_where=WAITS, postgresql_where=WAITS)
