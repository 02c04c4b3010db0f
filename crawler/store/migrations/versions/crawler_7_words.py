"""In PostgreSQL the full-text index of articles, empty: SQLite has it since crawler_6."""

from alembic import op

revision = "crawler_7"
down_revision = "crawler_6"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE article_words (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX article_words_by_word ON article_words USING GIN (words)")
        op.execute("UPDATE search_fill SET below = (SELECT coalesce(max(seq), 0) + 1 FROM revisions), folding = ''")
