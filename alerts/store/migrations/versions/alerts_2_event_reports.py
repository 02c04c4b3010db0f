"""What each matching revision tells of an event, and why it joined its thread."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_2"
down_revision = "alerts_1"


def upgrade() -> None:
    op.create_table(
        "event_reports",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("mention", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_index("event_reports_by_story", "event_reports", ["story"])
    op.create_index("event_reports_by_thread", "event_reports", ["thread"])
    op.create_index("event_reports_by_time", "event_reports", ["at"])
