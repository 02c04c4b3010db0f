"""How each attempt to send a message ended, where only the last one's end was kept."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_11"
down_revision = "alerts_10"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("tries", sa.Text, nullable=False, server_default=""))
