"""When a target was last pinged and what waits to be told it; matches that wait for their rule's `when`."""

import sqlalchemy as sa
from alembic import op

revision = "a0002"
down_revision = "a0001"
COLUMNS = "seq, target, at, story, receiver, kind, severity, reason, queued, rules"


def upgrade() -> None:
    op.add_column("told", sa.Column("pinged", sa.Text))
    op.add_column("told", sa.Column("untold", sa.Text, nullable=False, server_default="[]"))
    op.rename_table("decisions", "decisions_before")
    op.drop_index("decisions_by_story", "decisions_before")
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("queued", sa.Boolean, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("waiting", sa.Text, nullable=False, server_default="[]"),
    )
    op.execute(f"INSERT INTO decisions ({COLUMNS}) SELECT {COLUMNS} FROM decisions_before")  # noqa: S608 - ours
    op.drop_table("decisions_before")
    op.create_index("decisions_by_story", "decisions", ["story"])
    op.create_table(
        "waits",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("match", sa.Text, nullable=False),
    )
    op.create_index("waits_by_thread", "waits", ["thread"])
