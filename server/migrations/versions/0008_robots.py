"""Robots have names, and may be rung by escalations alone; digests stay as they were packed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("robots", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "robots", sa.Column("urgent_only", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("notifications", sa.Column("parcel", sa.Text()))
