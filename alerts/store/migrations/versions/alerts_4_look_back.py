"""Indexes for what commands and the start look up, which read whole tables of a large store without them."""

from alembic import op

revision = "alerts_4"
down_revision = "alerts_3"


def upgrade() -> None:
    op.create_index("deliveries_by_kind", "deliveries", ["kind", "state"])
    op.create_index("deliveries_by_changed", "deliveries", ["changed"])
    op.create_index("told_by_pinged", "told", ["pinged"])
    op.create_index("alerts_by_time", "alerts", ["created"])
