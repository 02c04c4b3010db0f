"""Which silence held back what a decision would have told, so that it can be named."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_12"
down_revision = "alerts_11"

HELD = sa.text("silence IS NOT NULL")


def upgrade() -> None:
    op.add_column("decisions", sa.Column("silence", sa.Text))
    op.create_index("decisions_by_silence", "decisions", ["silence"], sqlite_where=HELD, postgresql_where=HELD)
