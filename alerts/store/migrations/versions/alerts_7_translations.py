"""What a translation service made of headlines, by text: each is asked for once."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_7"
down_revision = "alerts_6"


def upgrade() -> None:
    op.create_table(
        "translations",
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("original", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("missing", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("translations_by_time", "translations", ["at"])
