"""A record in the chain of what was dropped before such records were made: from now on nothing is dropped without."""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "crawler_3"
down_revision = "crawler_2"


def upgrade() -> None:
    connection = op.get_bind()
    dropped = [n for (n,) in connection.execute(sa.text("SELECT n FROM seals WHERE dropped IS NOT NULL ORDER BY n"))]
    if not dropped:
        return
    n, previous = connection.execute(sa.text("SELECT n, hash FROM seals ORDER BY n DESC LIMIT 1")).one()
    now = datetime.now(UTC)
    said = json.dumps({"records": dropped}, ensure_ascii=True, sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    fields = [n + 1, previous, "", "dropped", f"/{n + 1}", now.isoformat(), digest, said]
    connection.execute(
        sa.text(
            "INSERT INTO seals (n, story, kind, subject, at, sha256, said, previous, hash) "
            "VALUES (:n, '', 'dropped', :subject, :at, :sha256, :said, :previous, :hash)"
        ),
        {
            "n": n + 1,
            "subject": f"/{n + 1}",
            "at": f"{now.replace(tzinfo=None).isoformat(timespec='microseconds')}Z",
            "sha256": digest,
            "said": said,
            "previous": previous,
            "hash": hashlib.sha256(json.dumps(fields).encode()).hexdigest(),
        },
    )
