"""Bringing a database to the newest schema, in one transaction."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.database import Database
from server.db.direct import Direct
from server.db.metadata import metadata

SCRIPTS = Path(__file__).parent.parent / "migrations"
LOCK = 730_041
"""Any number: which advisory lock of PostgreSQL several starting processes queue for."""

FIRST = SCRIPTS / "versions" / "0001_first.py"
PREAMBLE = '''"""The first schema. Drafted by `server.cli draft-migration`, frozen once released."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    '''


async def migrate(database: Database) -> None:
    async with database.write() as connection:
        await connection.run_sync(upgrade)


async def is_current(connection: AsyncConnection | Direct) -> bool:
    found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(found == newest())


@cache
def newest() -> str | None:
    return ScriptDirectory(str(SCRIPTS)).get_current_head()


def upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    if MigrationContext.configure(connection).get_current_revision() != newest():
        command.upgrade(settings(connection), "head")


def stamp(connection: Connection) -> None:
    """Says that the schema is the newest, without running anything."""
    command.stamp(settings(connection), "head")


def settings(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=metadata)
    return config


def draft_first_migration() -> Path:
    """Writes 0001 anew from the metadata, as explicit operations. Before the first release only;
    import every slice first, so that the metadata is complete."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        script = produce_migrations(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert script.upgrade_ops is not None
    steps = render_python_code(script.upgrade_ops)
    FIRST.write_text(PREAMBLE + steps + "\n")
    return FIRST
