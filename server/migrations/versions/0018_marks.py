"""Marked pictures; and the pictures that are here get their codes as those to come do."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo_marks",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("marked_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "photo_id", name="pk_photo_marks"),
        sqlite_with_rowid=False,
    )
    # Looking at a photo again settles it again, and what is settled has a code.
    op.execute(
        "INSERT INTO deadlines (org_id, id, kind, subject_id, due_at)"
        " SELECT DISTINCT org_id, 'photo_code-' || photo_id, 'photo_check', photo_id, 0"
        " FROM photo_blobs WHERE reason IS NULL"
    )
