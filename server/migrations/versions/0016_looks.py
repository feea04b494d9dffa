"""What pictures look like, to find one that was told twice."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photo_blobs", sa.Column("look", sa.Text()))
    op.create_table(
        "photo_looks",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("slice", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("look", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "slice", "photo_id", "sha256", name="pk_photo_looks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_photo_looks_org_id_photo_id", "photo_looks", ["org_id", "photo_id"])
