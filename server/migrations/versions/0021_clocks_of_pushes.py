"""What the clock of a push was held against: the device's contact before."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pushes", sa.Column("contact_at", sa.BigInteger()))
    op.add_column("pushes", sa.Column("last_skew_ms", sa.BigInteger()))
