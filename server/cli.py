"""The command line: `python -m server.cli serve|migrate|audit verify` and others."""

import argparse
import asyncio
import gc
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette

from server import sample
from server.app import create_app
from server.clock import Clock, system_clock
from server.config import Config, read_config
from server.db import Database, open_database
from server.db.migrate import draft_first_migration, migrate
from server.exchange.entities import ENTITIES
from server.front.journal import start_journal
from server.identity.tables import organisations
from server.notify.hooks import KINDS, check_url
from server.notify.robots import Robot, put_robot
from server.notify.vault import Vault
from server.people.list_routes import token_for
from server.people.wecom_departments import Departments
from server.people.wecom_letters import Seals
from server.people.wecom_routes import put_callback
from server.privacy.audit import has_entry, key_of, verify
from server.privacy.replaying import replay
from server.rows import begin_new_life

SHUTDOWN_S = 10
GENERATIONS = (50_000, 20, 50)


def main(words: Sequence[str] | None = None) -> None:
    wish = parser().parse_args(words)
    wish.run(wish)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="shopbell", description="The bell on the shop door.")
    commands = made.add_subparsers(required=True, metavar="command")
    serve_parser = commands.add_parser("serve", help="serve the app")
    serve_parser.add_argument("--sample", action="store_true", help="fill an empty database")
    serve_parser.set_defaults(run=serve)
    commands.add_parser("migrate", help="bring the database to the newest schema").set_defaults(
        run=lambda _: asyncio.run(migrate_only(read_config()))
    )
    commands.add_parser(
        "restored", help="an older database was put back: phones fetch everything anew"
    ).set_defaults(run=lambda _: print(asyncio.run(begin_anew(read_config(), system_clock()))))
    commands.add_parser("draft-migration", help="write 0001 anew (developers)").set_defaults(
        run=lambda _: print(draft_first_migration())
    )
    robot = commands.add_parser("add-robot", help="ring in a store's chat group too")
    robot.add_argument("organisation", help="its code")
    robot.add_argument("store", help="the store's id, as on its page")
    robot.add_argument("url", help="the group robot's webhook URL")
    robot.add_argument("--kind", choices=KINDS, default="wecom")
    robot.add_argument("--secret", help="what DingTalk or Feishu signs with")
    robot.set_defaults(run=lambda wish: asyncio.run(add_store_robot(wish, read_config())))
    token = commands.add_parser("personnel-token", help="let a personnel system tell of people")
    token.add_argument("organisation", help="its code")
    token.set_defaults(run=lambda wish: print(personnel_token(wish.organisation, read_config())))
    add_privacy(commands)
    wecom = commands.add_parser("wecom-contacts", help="let WeCom's address book tell of people")
    wecom.add_argument("organisation", help="its code")
    wecom.add_argument("corp", help="WeCom's CorpID")
    wecom.add_argument("token", help="the Token of the address book's callback")
    wecom.add_argument("key", help="its EncodingAESKey")
    wecom.add_argument(
        "--department", action="append", default=[], metavar="NUMBER=STORE", help="a store's"
    )
    wecom.add_argument(
        "--under", action="append", default=[], metavar="NUMBER=NUMBER", help="below a store's"
    )
    wecom.set_defaults(run=lambda wish: print(asyncio.run(set_up_wecom(wish, read_config()))))
    return made


def add_privacy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    erasures = commands.add_parser("erasures", help="whoever asked to be erased")
    acts = erasures.add_subparsers(required=True, metavar="act")
    acts.add_parser("replay", help="erase again after a backup was put back").set_defaults(
        run=lambda _: print(asyncio.run(replay_erasures(read_config(), system_clock())))
    )
    audit = commands.add_parser("audit", help="who looked at whom")
    checks = audit.add_subparsers(required=True, metavar="act")
    check = checks.add_parser("verify", help="whether the chain is whole; prints its size and end")
    check.add_argument(
        "--seen", action="append", default=[], metavar="ORG:SIZE:HEAD", help="printed before"
    )
    check.set_defaults(run=lambda wish: sys.exit(asyncio.run(verify_audit(wish, read_config()))))


def personnel_token(org_code: str, config: Config) -> str:
    return token_for(config.keys, org_code, system_clock())


def serve(wish: argparse.Namespace, clock: Clock = system_clock) -> None:
    config = read_config()
    start_journal()
    greeting = asyncio.run(prepare(config, sample=wish.sample))
    print(greeting, flush=True)
    app = create_app(config, clock)
    settings = uvicorn.Config(
        app,
        host=config.host,
        port=config.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    with suppress(KeyboardInterrupt):
        calm_collector()
    Server(settings, app).run()


def calm_collector() -> None:
    """A push makes thousands of objects that are gone together when it is answered; looking for
    cycles among them again and again cost a sixth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GENERATIONS)


class Server(uvicorn.Server):
    """Tells streams to end as soon as the signal comes: uvicorn waits for them."""

    def __init__(self, settings: uvicorn.Config, app: Starlette) -> None:
        super().__init__(settings)
        self.starlette = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.starlette.state.stopping.set()
        super().handle_exit(signal.Signals(sig), frame)


async def prepare(config: Config, *, sample: bool) -> str:
    """Migrates, fills an empty database if asked, and returns what to print."""
    database = open_database(config.database_url)
    try:
        await migrate(database)
        return await with_sample(database, config) if sample else config.origin
    finally:
        await database.close()


async def with_sample(database: Database, config: Config) -> str:
    now = system_clock()
    if await is_empty(database):
        print("Filling the database with sample data…", file=sys.stderr, flush=True)
        await sample.load(database, now, config)
    return await sample.greet(database, config, now)


async def is_empty(database: Database) -> bool:
    async with database.read() as connection:
        return (await connection.execute(select(organisations.c.org_id).limit(1))).first() is None


async def migrate_only(config: Config) -> None:
    await prepare(config, sample=False)


async def add_store_robot(wish: argparse.Namespace, config: Config) -> None:
    """One robot of a kind for a store; adding another replaces it. PostgreSQL, or while the server
    is down."""
    check_url(wish.kind, wish.url, loopback=config.robot_loopback)
    database = open_database(config.database_url)
    try:
        async with database.write() as connection:
            found = select(organisations.c.org_id).where(organisations.c.code == wish.organisation)
            org_id = (await connection.execute(found)).scalar_one()
            id = f"{wish.kind}-{wish.store}"
            robot = Robot(org_id, id, wish.kind, wish.store, None, wish.url, wish.secret)
            await put_robot(connection, robot.sealed(Vault(config.keys)))
    finally:
        await database.close()


async def begin_anew(config: Config, now: int) -> str:
    """Erases again who was erased since, and has every phone fetch everything anew. What phones
    still hold of what was lost they send by themselves. PostgreSQL, or while the server is down."""
    erased = await replay_erasures(config, now)
    database = open_database(config.database_url)
    try:
        async with database.write() as connection:
            await begin_new_life(connection, secrets.token_hex(8), now)
    finally:
        await database.close()
    return f"Phones fetch everything anew. Erased again: {erased}"


async def replay_erasures(config: Config, now: int) -> int:
    """How many the database did not know. Every start does this, too, before anybody is served.
    PostgreSQL, or while the server is down."""
    database = open_database(config.database_url)
    try:
        await migrate(database)
        return len(await replay(database, ENTITIES, config.journal, now))
    finally:
        await database.close()


async def verify_audit(wish: argparse.Namespace, config: Config) -> int:
    """Prints what to keep elsewhere: a later run that is told of it finds a cut end, too.
    PostgreSQL, or while the server is down."""
    database = open_database(config.database_url)
    try:
        async with database.read() as connection:
            chains = await verify(connection, key_of(config.digest_key))
            lost = [seen for seen in wish.seen if not await has_entry(connection, seen)]
    finally:
        await database.close()
    broken = [chain for chain in chains if chain.broken_at is not None]
    for chain in chains:
        print(f"{chain.org_id}:{chain.size}:{chain.head}")
    for chain in broken:
        print(f"{chain.org_id}: entry {chain.broken_at} is not what was written", file=sys.stderr)
    for seen in lost:
        print(f"{seen}: not there any more", file=sys.stderr)
    return 1 if broken or lost else 0


async def set_up_wecom(wish: argparse.Namespace, config: Config) -> str:
    """Returns the address to type in at WeCom. PostgreSQL, or while the server is down."""
    pairs = ([each.split("=", 1) for each in given] for given in (wish.department, wish.under))
    departments = Departments(*map(dict, pairs))
    seals = Seals(wish.corp, wish.token, wish.key)
    database = open_database(config.database_url)
    try:
        async with database.write() as connection:
            await put_callback(
                connection, Vault(config.keys), wish.organisation, seals, departments
            )
    finally:
        await database.close()
    return f"{config.origin}/api/wecom/{wish.organisation}"


if __name__ == "__main__":
    main()
