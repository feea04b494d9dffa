"""Until when a replaced code goes on; scans by day, and which code a registration came by."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posters", sa.Column("ends_at", sa.BigInteger()))
    op.add_column("posters", sa.Column("replaced_by", sa.Text()))
    op.add_column("posters", sa.Column("ended_by", sa.Text()))
    op.add_column("posters", sa.Column("ended_at", sa.BigInteger()))
    op.create_table(
        "poster_scans",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("poster_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "poster_id", "day", name="pk_poster_scans"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poster_registrations",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("poster_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("arrival_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "org_id", "poster_id", "day", "arrival_id", name="pk_poster_registrations"
        ),
        sqlite_with_rowid=False,
    )
