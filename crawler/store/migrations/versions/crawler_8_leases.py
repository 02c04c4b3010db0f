"""Which daemons share a store and what each holds; polls asked of another daemon; hosts that asked for a rest."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_8"
down_revision = "crawler_7"


def upgrade() -> None:
    op.create_table(
        "daemons",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("program", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("takes", sa.Text, nullable=False),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_table(
        "asked_polls",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "host_rests",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("pages", sa.Boolean, nullable=False),
    )
