"""Alerts, decisions, what was told, deliveries, digests, targets, acknowledgements, silences, counts, marks."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "acks",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "alert_counts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "buckets",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("tokens", sa.Float, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
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
        sa.Column("waiting", sa.Text, nullable=False),
    )
    op.create_index("decisions_by_story", "decisions", ["story"])
    op.create_index("decisions_by_time", "decisions", ["target", "at"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("queued", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("repeat", sa.Boolean, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("held", sa.Text, nullable=False),
        sa.Column("lease", sa.Text),
        sa.Column("sent", sa.Text),
        sa.Column("tried", sa.Text),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("carried_how", sa.Text, nullable=False),
        sa.Column("carried_by", sa.Text, nullable=False),
        sa.UniqueConstraint("subject", "kind", "revision", "target"),
    )
    op.create_index("deliveries_by_carrier", "deliveries", ["carried_by"])
    op.create_index("deliveries_by_sent", "deliveries", ["sent"])
    op.create_index("deliveries_by_series", "deliveries", ["series"])
    op.create_index("deliveries_by_subject", "deliveries", ["subject"])
    op.create_index("deliveries_by_thread", "deliveries", ["target", "sent"])
    op.create_index("deliveries_due", "deliveries", ["state", "target", "due"])
    op.create_table(
        "digest_items",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "former_ids",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("delivery", sa.Text, nullable=False),
    )
    op.create_index("former_ids_by_delivery", "former_ids", ["delivery"])
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
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
        sa.Column("ended_by", sa.Text, nullable=False),
    )
    op.create_index("silences_by_end", "silences", ["ends"])
    op.create_table(
        "targets",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.Text),
        sa.Column("rests_until", sa.Text),
        sa.Column("asked", sa.Boolean, nullable=False),
        sa.Column("down_from", sa.Text),
        sa.Column("down_until", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "told",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("pinged", sa.Text),
        sa.Column("untold", sa.Text, nullable=False),
        sa.Column("origins", sa.Integer, nullable=False),
    )
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
    op.create_table(
        "withheld",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("silence", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
