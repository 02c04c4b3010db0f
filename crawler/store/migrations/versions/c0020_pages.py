"""Evidence of what was fetched, and the pages still to be fetched."""

import sqlalchemy as sa
from alembic import op

revision = "c0020"
down_revision = "c0010"


def upgrade() -> None:
    op.create_table(
        "fetches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("fetched", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body_sha256", sa.Text),
    )
    op.create_index("fetches_by_time", "fetches", ["fetched"])
    op.create_table(
        "evidence",
        sa.Column("article", sa.Text, primary_key=True),
        sa.Column("fetch", sa.Text, sa.ForeignKey("fetches.id"), primary_key=True),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_index("evidence_by_fetch", "evidence", ["fetch"])
    op.create_table(
        "pages_wanted",
        sa.Column("article", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("pages_wanted_by_due", "pages_wanted", ["due"])
