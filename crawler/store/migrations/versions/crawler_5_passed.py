"""Items that no rule matched, of sources that keep only what one does."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_5"
down_revision = "crawler_4"


def upgrade() -> None:
    op.create_table(
        "passed_keys",
        sa.Column("hash", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_index("passed_keys_by_day", "passed_keys", ["day"])
