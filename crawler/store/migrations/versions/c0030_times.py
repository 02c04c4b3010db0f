"""What is asked by time: articles first seen since then. The index on equal texts has no reader any more."""

from alembic import op

revision = "c0030"
down_revision = "c0020"


def upgrade() -> None:
    op.drop_index("articles_by_text", "articles")
    op.create_index("articles_by_time", "articles", ["first_seen"])
