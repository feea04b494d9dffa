"""`python -m tests.vectors.release`: freezes the exchange of the present schema, once, for a
release. `--again` overwrites it, until the release is out; after that never.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from server.app import create_app
from server.config import Config
from server.db import Connection, Database, open_database
from server.identity.sessions import COOKIE, start_session
from sync import SCHEMA
from tests.cast import CODE, ORG, found_xinju
from tests.conftest import ORIGIN, MovableClock, browser
from tests.phone import Phone
from tests.postgres import create_schema
from tests.vectors import story
from tests.vectors.exchange import Exchange, Step, read_hashes, send

HERE = Path(__file__).parent / "released"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.release")
    parser.add_argument("--again", action="store_true")
    wish = parser.parse_args()
    path = HERE / str(SCHEMA) / "exchange.json"
    if path.exists() and not wish.again:
        raise SystemExit(f"schema {SCHEMA} is frozen: raise SCHEMA in sync/versions.py first")
    with tempfile.TemporaryDirectory() as folder:
        exchange = asyncio.run(record(Path(folder)))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(exchange), indent=1) + b"\n")


async def record(folder: Path) -> Exchange:
    url = f"sqlite:///{folder / 'shopbell.sqlite3'}"
    create_schema(make_url(url))
    config = Config(data=folder, database_url=url, keys=("test key",), origin=ORIGIN)
    clock, database = MovableClock(), open_database(url)
    app = create_app(config, clock, database=database, tasks=())
    steps = []
    async with app.router.lifespan_context(app):
        await database.transact(lambda connection: found_xinju(connection, clock()))
        phones = {
            who: await enrol(app, database, clock, who, device)
            for who, device in story.DEVICES.items()
        }
        for who, at, body in story.tell(clock()):
            clock.now = at
            told = await send(phones[who], body)
            promised = {name: told.get(name) for name in ("next", "done", "except", "gap")}
            answer = {name: each for name, each in promised.items() if each is not None}
            steps.append(Step(at, who, body, answer))
        hashes = {who: await read_hashes(database, each) for who, each in story.DEVICES.items()}
    await database.close()
    return Exchange(SCHEMA, story.DEVICES, steps, hashes)


async def enrol(
    app: Starlette, database: Database, clock: MovableClock, who: str, device: str
) -> Phone:
    async def sign_in(connection: Connection) -> str:
        return await start_session(connection, ORG, CODE, who, clock())

    client = browser(app)
    client.cookies.set(COOKIE, await database.transact(sign_in))
    phone = Phone(client, clock)
    phone.device = device
    return await phone.enrol()


if __name__ == "__main__":
    main()
