"""The full-text index of articles, empty: an older store's are added a slice at a time."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_6"
down_revision = "crawler_5"


def upgrade() -> None:
    op.create_table(
        "search_fill",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("below", sa.Integer, nullable=False),
        sa.Column("folding", sa.Text, nullable=False),
    )
    op.execute("INSERT INTO search_fill (id, below, folding) SELECT 1, coalesce(max(seq), 0) + 1, '' FROM revisions")
    if op.get_bind().dialect.name == "sqlite":
        # folded text has letters, digits and spaces: `ascii` leaves all letters beyond ASCII as they are
        op.execute("CREATE VIRTUAL TABLE article_words USING fts5(words, content='', columnsize=0, tokenize='ascii')")
