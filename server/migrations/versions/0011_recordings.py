"""Uploads are of photos or of recordings; what the bytes of recordings turned out to be."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("kind", sa.Text(), nullable=False, server_default="photo"))
    op.create_table(
        "recording_blobs",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kept_sha256", sa.Text()),
        sa.Column("media_type", sa.Text()),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "recording_id", "sha256", name="pk_recording_blobs"),
        sqlite_with_rowid=False,
    )
