"""What browsers threw away with a phone's databases."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "losses",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.Integer()),
        sa.Column("photos", sa.Integer()),
        sa.Column("oldest_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("org_id", "id", "staff_id", name="pk_losses"),
        sqlite_with_rowid=False,
    )
