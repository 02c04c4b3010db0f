"""What waits for its thread; when a target was last told of a story, and which changes."""

import sqlalchemy as sa
from alembic import op

revision = "a0002"
down_revision = "a0001"


def upgrade() -> None:
    op.add_column("told", sa.Column("pinged", sa.Text))
    op.add_column("told", sa.Column("changes", sa.Text, nullable=False, server_default="[]"))
    op.create_table(
        "waits",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("waits_by_thread", "waits", ["thread"])
