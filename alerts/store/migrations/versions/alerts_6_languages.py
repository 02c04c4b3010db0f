"""The language of each report of an event, and its link to a report in another language."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_6"
down_revision = "alerts_5"


def upgrade() -> None:
    op.add_column("event_reports", sa.Column("lang", sa.Text, nullable=False, server_default=""))
    op.add_column("event_reports", sa.Column("other", sa.Integer))
    op.add_column("event_reports", sa.Column("other_both", sa.Text, nullable=False, server_default=""))
    op.add_column("event_reports", sa.Column("other_share", sa.Float))
    op.create_index("event_reports_by_other", "event_reports", ["other"])
