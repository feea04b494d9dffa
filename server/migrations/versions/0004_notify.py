"""Robots of three kinds and mailboxes: leases, states, and what is acknowledged by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("robots", sa.Column("secret", sa.Text()))
    op.add_column("robots", sa.Column("staff_id", sa.Text()))
    op.add_column(
        "robots", sa.Column("leased_until", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("robots", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("robots", sa.Column("sent_at", sa.BigInteger()))
    op.add_column("robots", sa.Column("error", sa.Text()))
    op.add_column("robots", sa.Column("detail", sa.Text()))
    op.add_column("robots", sa.Column("error_at", sa.BigInteger()))
    op.create_index("ix_robots_org_id_staff_id", "robots", ["org_id", "staff_id"])
    op.add_column("notifications", sa.Column("detail", sa.Text()))
    op.add_column("notifications", sa.Column("lead_id", sa.Text()))
    op.add_column("notifications", sa.Column("to_id", sa.Text()))
    op.create_index(
        "ix_notifications_unsent",
        "notifications",
        ["org_id", "target"],
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
