"""Who looked at whom."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looked",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("nth", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Text()),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "nth", name="pk_looked"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_looked_org_id_customer_id_seen_at", "looked", ["org_id", "customer_id", "seen_at"]
    )
    op.create_index("uq_looked_org_id_id", "looked", ["org_id", "id"], unique=True)
