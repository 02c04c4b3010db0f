"""Whether what was told was relevant, as people judged it: one judgement a story and person."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_10"
down_revision = "alerts_9"


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("relevant", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
    )
    op.create_index("feedback_by_told", "feedback", ["told"])
