"""What happened with people: leave, shifts, handovers, and who did it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_facts",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "staff_id", "at", "id", name="pk_staff_facts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_names",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "external_id", name="pk_staff_names"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_events",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "event_id", name="pk_staff_events"),
        sqlite_with_rowid=False,
    )
