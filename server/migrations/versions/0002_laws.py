"""What the sync laws need beside the first schema: rights that were, and content that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_accounts", sa.Column("rights_at", sa.BigInteger(), nullable=True))
    op.add_column("heads", sa.Column("purged", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "milestones",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "at", name="pk_milestones"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mismatches",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "device_id", "scope", "at", name="pk_mismatches"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rights",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("store_ids", sa.Text(), nullable=False),
        sa.Column("accepts_leads", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "staff_id", "until_at", name="pk_rights"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "awaited",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("missing_id", sa.Text(), nullable=False),
        sa.Column("refusal_id", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "missing_id", "refusal_id", name="pk_awaited"),
        sqlite_with_rowid=False,
    )
