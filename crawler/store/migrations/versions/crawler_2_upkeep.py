"""Sizes of the store, keys of deleted articles, the chain of what alerted, indexes for deleting articles."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_2"
down_revision = "crawler_1"


def upgrade() -> None:
    op.create_table(
        "store_sizes",
        sa.Column("at", sa.Text, primary_key=True),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("file", sa.BigInteger, nullable=False),
        sa.Column("free", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "former_keys",
        sa.Column("hash", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_index("former_keys_by_day", "former_keys", ["day"])
    op.create_table(
        "seals",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("packed", sa.LargeBinary),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("dropped", sa.Text),
        sa.UniqueConstraint("kind", "subject"),
    )
    op.create_index("seals_by_story", "seals", ["story"])
    op.create_index("stories_by_joined", "stories", ["joined"])
    op.create_index("identities_by_article", "identities", ["article"])
