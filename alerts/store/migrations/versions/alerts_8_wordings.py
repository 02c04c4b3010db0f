"""The vector of each report's headline, and the numbers that a machine translation changed."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_8"
down_revision = "alerts_7"


def upgrade() -> None:
    op.add_column("event_reports", sa.Column("wording", sa.LargeBinary))
    op.add_column("translations", sa.Column("numbers", sa.Text, nullable=False, server_default="[]"))
