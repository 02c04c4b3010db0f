"""What tells a folded delivery, which notices belong together, and the ids that a message had before."""

import sqlalchemy as sa
from alembic import op

revision = "a0004"
down_revision = "a0003"


def upgrade() -> None:
    for name in ("series", "carried_how", "carried_by"):
        op.add_column("deliveries", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_index("deliveries_by_carrier", "deliveries", ["carried_by"])
    op.create_index("deliveries_by_series", "deliveries", ["series"])
    op.create_table(
        "former_ids",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("delivery", sa.Text, nullable=False),
    )
    op.create_index("former_ids_by_delivery", "former_ids", ["delivery"])
