"""In PostgreSQL the order in which messages were queued, as SQLite keeps it in each row's number."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_9"
down_revision = "alerts_8"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("deliveries", sa.Column("entered", sa.BigInteger, sa.Identity(), nullable=False))
