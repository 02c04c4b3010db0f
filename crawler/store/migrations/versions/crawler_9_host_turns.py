"""When a host may be asked next that several daemons reach by redirects."""

import sqlalchemy as sa
from alembic import op

revision = "crawler_9"
down_revision = "crawler_8"


def upgrade() -> None:
    op.create_table(
        "host_turns",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("next", sa.Float, nullable=False),
    )
