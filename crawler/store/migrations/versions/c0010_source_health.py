"""What tells a source's health: since when it fails, when it was last heard, its rhythm and pace, where it moved."""

import sqlalchemy as sa
from alembic import op

revision = "c0010"
down_revision = "c0002"


def upgrade() -> None:
    for name in ("failing", "whole", "heard", "gap", "moved_to"):
        op.add_column("sources", sa.Column(name, sa.Text))
    for name in ("rhythm", "pace", "ttl"):
        op.add_column("sources", sa.Column(name, sa.Float))
    op.add_column("sources", sa.Column("moves", sa.Integer, nullable=False, server_default="0"))
