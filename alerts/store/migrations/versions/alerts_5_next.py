"""Indexes of what waits, in the order in which it goes: a claim reads the first few and not all."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_5"
down_revision = "alerts_4"

WAITS = sa.text("state IN ('queued', 'held', 'unknown')")
ORDER = (sa.text("severity DESC"), sa.text("(kind = 'edit')"), "queued", "id", "due", "attempts")


def upgrade() -> None:
    for name, columns in (("deliveries_next", ORDER), ("deliveries_waiting", ("thread",))):
        op.create_index(name, "deliveries", ["target", *columns], sqlite_where=WAITS, postgresql_where=WAITS)
