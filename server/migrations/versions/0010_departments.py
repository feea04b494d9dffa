"""What WeCom's departments are under, and who is in them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "contact_callbacks", sa.Column("parents", sa.Text(), nullable=False, server_default="{}")
    )
    op.create_table(
        "contact_members",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("departments", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "staff_id", name="pk_contact_members"),
        sqlite_with_rowid=False,
    )
