"""What was done to the watch: starts, stops, reloads of the rules with what they changed, orders, direct notices."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_3"
down_revision = "alerts_2"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("diff", sa.Text, nullable=False),
    )
    op.create_index("audit_by_time", "audit", ["at"])
