"""Whose article a source only carries, and up to which post a channel was read."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_4"
down_revision = "crawler_3"


def upgrade() -> None:
    op.add_column("articles", sa.Column("carrier", sa.Text, nullable=False, server_default=""))
    op.add_column("sources", sa.Column("mark", sa.Integer, nullable=True))
