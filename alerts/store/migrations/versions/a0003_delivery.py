"""What a delivery waits for, what its service calls it; targets, acknowledgements, silences and what they held back."""

import sqlalchemy as sa
from alembic import op

revision = "a0003"
down_revision = "a0002"


def upgrade() -> None:
    for name, default in (("thread", ""), ("rules", "[]"), ("notes", "[]"), ("handle", ""), ("held", "")):
        op.add_column("deliveries", sa.Column(name, sa.Text, nullable=False, server_default=default))
    op.add_column("deliveries", sa.Column("lease", sa.Text))
    op.add_column("deliveries", sa.Column("sent", sa.Text))
    op.create_index("decisions_by_time", "decisions", ["target", "at"])
    op.create_index("deliveries_by_thread", "deliveries", ["target", "sent"])
    op.add_column("deliveries", sa.Column("tried", sa.Text))
    op.create_index("deliveries_by_subject", "deliveries", ["subject"])
    op.create_index("deliveries_by_sent", "deliveries", ["sent"])
    op.add_column("told", sa.Column("origins", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "targets",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("rests_until", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failing_since", sa.Text),
        sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("down_from", sa.Text),
        sa.Column("down_until", sa.Text),
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "buckets",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("tokens", sa.Float, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "acks",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("begins", sa.Text, nullable=False),
        sa.Column("ends", sa.Text, nullable=False),
        sa.Column("ended_by", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("silences_by_end", "silences", ["ends"])
    op.create_table(
        "withheld",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("silence", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
