"""Fair routing: what each person is owed, what each day brought whom, and whose a poster is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("balance", "present_at"):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        op.add_column("turns", column)
    op.add_column("posters", sa.Column("staff_id", sa.Text(), nullable=True))
    op.create_table(
        "tallies",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("entitled", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "store_id", "day", "staff_id", name="pk_tallies"),
        sqlite_with_rowid=False,
    )
