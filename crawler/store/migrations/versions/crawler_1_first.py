"""Sources, articles with their revisions and keys, stories, threads, text keys, evidence, pages, counts."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "counts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "sentences",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("sentence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("sentences_by_time", "sentences", ["seen"])
    op.create_table(
        "sketches",
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sources",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_sha256", sa.Text),
        sa.Column("polled", sa.Text),
        sa.Column("succeeded", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("baseline", sa.Text),
        sa.Column("failing", sa.Text),
        sa.Column("whole", sa.Text),
        sa.Column("heard", sa.Text),
        sa.Column("rhythm", sa.Float),
        sa.Column("pace", sa.Float),
        sa.Column("gap", sa.Text),
        sa.Column("moved_to", sa.Text),
        sa.Column("moves", sa.Integer, nullable=False),
        sa.Column("ttl", sa.Float),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("opened", sa.Text, nullable=False),
    )
    op.create_table(
        "stories",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, sa.ForeignKey("threads.id"), nullable=False),
        sa.Column("opened", sa.Text, nullable=False),
        sa.Column("joined", sa.Text, nullable=False),
    )
    op.create_index("stories_by_thread", "stories", ["thread"])
    op.create_table(
        "articles",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("story", sa.Text, sa.ForeignKey("stories.id"), nullable=False),
        sa.Column("relation", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("guid", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("lang", sa.Text),
        sa.Column("published", sa.Text),
        sa.Column("first_seen", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content_key", sa.Text, nullable=False),
    )
    op.create_index("articles_by_story", "articles", ["story"])
    op.create_index("articles_by_time", "articles", ["first_seen"])
    op.create_table(
        "identities",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("content_key", sa.Text, nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("baseline", sa.Boolean, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("article", "number"),
        sqlite_autoincrement=True,
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
