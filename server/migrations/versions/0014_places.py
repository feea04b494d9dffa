"""What says where staff were is found by its age; how far it has been rounded."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PRECISE = sa.text("entity IN ('visit', 'refusal')")


def upgrade() -> None:
    op.add_column(
        "heads", sa.Column("rounded", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_index(
        "ix_rows_precise",
        "rows",
        ["org_id", "received_at"],
        sqlite_where=PRECISE,
        postgresql_where=PRECISE,
    )
