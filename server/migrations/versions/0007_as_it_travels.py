"""What stands around a row's body as it travels."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPENING = '["%s","%s",%s,"%s",[\x01],'
CLOSING = ",[%s,%s,%s,%s]]"


def upgrade() -> None:
    for name in ("opening", "closing"):
        op.add_column("rows", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    spelled = sa.func.printf if is_sqlite else sa.func.format
    rows = sa.table("rows", *map(sa.column, COLUMNS))
    author = sa.func.coalesce(sa.literal('"') + rows.c.author + sa.literal('"'), "null")
    op.execute(
        rows.update().values(
            opening=spelled(OPENING, rows.c.entity, rows.c.id, rows.c.seq, rows.c.root),
            closing=spelled(CLOSING, author, rows.c.at, rows.c.received_at, rows.c.captured_at),
        )
    )


COLUMNS = (
    "id", "entity", "root", "seq", "author", "at", "received_at", "captured_at",
    "opening", "closing",
)  # fmt: skip
