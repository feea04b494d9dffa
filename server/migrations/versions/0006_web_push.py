"""Phones that are rung while the app is closed: which device each of them is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("robots", sa.Column("device_id", sa.Text(), nullable=True))
