"""Reading, writing, cancelling, retrying: the promises of `server.db`."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.db import Connection, Database, bulk_insert, bulk_upsert, open_database
from server.db.sqlite import PASSIVE_BYTES, SqliteDatabase
from server.identity.tables import organisations, sessions

pytestmark = pytest.mark.slow

SLOW = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000)"
    " SELECT max(i) FROM n"
)


async def count(connection: Connection) -> int:
    return int(await connection.scalar(select(func.count()).select_from(organisations)) or 0)


async def add(connection: Connection, code: str) -> None:
    await connection.execute(
        insert(organisations).values(org_id=code, code=code, name=code, zone="Asia/Shanghai")
    )


async def test_a_failed_write_leaves_nothing_behind(database: Database) -> None:
    async def work(connection: Connection) -> None:
        await add(connection, "a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.transact(work)
    async with database.read() as connection:
        assert await count(connection) == 0


async def test_a_write_runs_to_its_end_though_its_request_is_gone(database: Database) -> None:
    begun, loop = asyncio.Event(), asyncio.get_running_loop()

    async def work(connection: Connection) -> None:
        await add(connection, "a")
        loop.call_soon_threadsafe(begun.set)
        await connection.execute(SLOW)
        await add(connection, "b")

    request = asyncio.create_task(database.transact(work))
    await begun.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await asyncio.gather(*database.running)
    async with database.read() as connection:
        assert await count(connection) == 2


async def test_a_write_that_waits_for_something_else_is_undone_where_all_others_wait_for_it(
    tmp_path: Path,
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'waiting.sqlite3'}")
    async with database.write() as connection:
        await connection.run_sync(organisations.create)
    other = asyncio.get_running_loop().create_future()

    async def work(connection: Connection) -> None:
        await add(connection, "a")
        await other

    with pytest.raises(RuntimeError):
        await database.transact(work)
    async with database.read() as connection:
        assert await count(connection) == 0
    await database.close()


async def test_a_cancelled_write_block_is_undone_and_the_next_one_works(
    database: Database,
) -> None:
    begun = asyncio.Event()

    async def interrupted() -> None:
        async with database.write() as connection:
            await add(connection, "a")
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(interrupted())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.transact(lambda connection: add(connection, "b"))
    async with database.read() as connection:
        assert await count(connection) == 1


async def test_a_reader_cannot_write(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(DBAPIError):
            await add(connection, "a")


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.read() as connection:
        assert await count(connection) == 0
        await database.transact(lambda writer: add(writer, "a"))
        assert await count(connection) == 0
    async with database.read() as connection:
        assert await count(connection) == 1


NAMED = select(organisations.c.code, organisations.c.name.label("called")).where(
    organisations.c.code == bindparam("wanted"), organisations.c.zone != "nowhere"
)


async def test_a_lookup_finds_the_row_as_it_is_now_or_none(database: Database) -> None:
    assert await database.find_one(NAMED, {"wanted": "a"}) is None
    await database.transact(lambda connection: add(connection, "a"))
    found = await database.find_one(NAMED, {"wanted": "a"})
    assert (found.code, found.called) == ("a", "a")


async def test_writes_at_the_same_time_all_arrive(database: Database) -> None:
    async def one(code: str) -> None:
        await database.transact(lambda connection: add(connection, code))

    await asyncio.gather(*(one(f"code-{n}") for n in range(40)))
    async with database.read() as connection:
        assert await count(connection) == 40


async def test_a_unique_violation_is_tried_again_where_others_write_too(
    database: Database,
) -> None:
    attempts = 0

    async def work(connection: Connection) -> None:
        nonlocal attempts
        attempts += 1
        await add(connection, "a" if attempts == 1 else "b")

    await database.transact(lambda connection: add(connection, "a"))
    if isinstance(database, SqliteDatabase):
        with pytest.raises(IntegrityError):
            await database.transact(work)
    else:
        await database.transact(work)
    assert attempts == database.attempts or attempts == 2


async def test_ten_thousand_rows_go_in_at_once_and_are_replaced_at_once(
    database: Database,
) -> None:
    def made(name: str) -> list[tuple[str, str, str, str]]:
        return [(f"{n}", f"{n}", name, "Asia/Shanghai") for n in range(10_000)]

    await database.transact(lambda connection: bulk_insert(connection, organisations, made("老")))
    await database.transact(lambda connection: bulk_upsert(connection, organisations, made("新")))
    async with database.read() as connection:
        names = await connection.execute(
            select(organisations.c.name, func.count()).group_by("name")
        )
        assert [tuple(row) for row in names] == [("新", 10_000)]


async def test_sqlite_commits_are_on_disk_and_only_the_writer_checkpoints(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'settings.sqlite3'}")

    async def settings(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "wal_autocheckpoint", "foreign_keys", "query_only")
        return [await connection.scalar(text(f"PRAGMA {name}")) for name in names]

    async with database.write() as connection:
        assert await settings(connection) == ["wal", 2, 0, 1, 0]
    async with database.read() as connection:
        assert await settings(connection) == ["wal", 2, 0, 1, 1]
    await database.close()


async def test_the_log_of_sqlite_is_checkpointed_as_it_grows(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    assert isinstance(database, SqliteDatabase)
    async with database.write() as connection:
        await connection.run_sync(organisations.create)
    for batch in range(12):
        rows = [(f"{batch}-{n}", f"{batch}-{n}", "x" * 1000, "") for n in range(1_000)]
        async with database.write() as connection:
            await bulk_insert(connection, organisations, rows)
        await asyncio.gather(*database.running)
        assert database.log.stat().st_size < 3 * PASSIVE_BYTES
    await database.close()


async def test_closing_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    database = open_database(f"sqlite:///{tmp_path / 'threads.sqlite3'}")
    async with database.write() as connection:
        await connection.run_sync(sessions.create)
    async with database.read() as connection:
        await connection.scalar(text("SELECT 1"))
    await database.find_one(select(sessions.c.org_id), {})
    await database.look(lambda connection: connection.scalar(text("SELECT 1")))
    await database.close()
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 2)
        assert not thread.is_alive()


@pytest.mark.parametrize("door", ["read", "write", "look"])
async def test_a_statement_cut_short_does_not_spoil_the_connections(
    database: Database, door: str
) -> None:
    async def interrupted() -> None:
        if door == "write":
            await database.transact(lambda connection: connection.execute(SLOW))
        if door == "look":
            await database.look(lambda connection: connection.execute(SLOW))
        async with database.read() as connection:
            await connection.execute(SLOW)

    for _ in range(4):
        task = asyncio.create_task(interrupted())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await database.transact(lambda connection: add(connection, "a"))
    assert await asyncio.gather(*(database.look(count) for _ in range(4))) == [1] * 4
    async with database.read() as connection:
        assert await count(connection) == 1
