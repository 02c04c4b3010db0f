"""What changed and whose report it is; candidate keys of texts; sentences that a source repeats."""

import sqlalchemy as sa
from alembic import op

revision = "c0002"
down_revision = "c0001"


def upgrade() -> None:
    op.add_column("articles", sa.Column("origin", sa.Text, nullable=False, server_default=""))
    op.add_column("articles", sa.Column("change", sa.Text, nullable=False, server_default=""))
    op.add_column("revisions", sa.Column("change", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE articles SET origin = owner")
    op.create_index("stories_by_thread", "stories", ["thread"])
    op.create_table(
        "sketches",
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sketched",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id"), nullable=False, unique=True),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
    )
    op.create_index("sketched_by_time", "sketched", ["seen"])
    op.create_table(
        "sentences",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("sentence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("sentences_by_time", "sentences", ["seen"])
