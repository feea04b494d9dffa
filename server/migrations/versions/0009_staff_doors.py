"""Where WeCom's address book tells of its members."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_callbacks",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("corp_id", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("aes_key", sa.Text(), nullable=False),
        sa.Column("departments", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_contact_callbacks"),
        sqlite_with_rowid=False,
    )
