"""What a fixed set of exchanges weighs on the wire, in bytes of body: `bytes.json`.

A change there is a change of what every phone pays: look at it, and if it is meant write the file
anew with `python -m tests.vectors.bytes`.
"""

import asyncio
import gzip
import json
import random
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from server.app import create_app
from server.config import Config
from server.db import Database, open_database
from server.exchange.gzip import compressobj
from server.identity.sessions import COOKIE, start_session
from tests.bench.ids import new_id
from tests.cast import CODE, ORG, found_xinju
from tests.conftest import ORIGIN, MovableClock, browser
from tests.phone import Phone
from tests.postgres import create_schema
from tests.server.deeds import arrival, customer

FILE = Path(__file__).with_name("bytes.json")
LEVEL = 6
"""As a browser's CompressionStream has it."""

Sizes = dict[str, dict[str, int]]


class Scales:
    """A phone whose ids and clock are the same every time, and what its exchanges weighed."""

    def __init__(self, client: httpx.AsyncClient, clock: MovableClock) -> None:
        self.chance = random.Random(20261123)
        self.phone = Phone(client, clock)
        self.phone.device = new_id(self.chance)
        self.sizes: Sizes = {}

    async def weigh(self) -> Sizes:
        await self.phone.enrol()
        customers = [new_id(self.chance) for _ in range(20)]
        first = await self.push("push of one registration", [self.registration(customers[0], 0)])
        assert "except" not in first
        rest = [self.registration(id, nth) for nth, id in enumerate(customers[1:], 1)]
        await self.push("push of 19 registrations", rest)
        await self.pull("first pull of 20 customers", fresh=True)
        edits = [self.edit(customers[nth % 20], nth) for nth in range(50)]
        await self.push("push of 50 one-field edits", edits)
        await self.pull("tail of 20 edited customers")
        await self.push("push that is refused", [self.comment(new_id(self.chance))])
        await self.push("push of one comment", [self.comment(customers[0])])
        await self.pull("tail of one comment and one refusal")
        await self.push("push of one edit", [self.edit(customers[0], 99)])
        await self.pull("tail of one customer")
        await self.pull("idle pull")
        return self.sizes

    # What is sent

    def registration(self, id: str, nth: int) -> list[dict[str, Any]]:
        told = {"phone": f"1390000{nth:04d}", "need": "三室两厅全屋定制，主卧要衣帽间"}
        return [
            self.phone.operation("customer", id, customer(**told)),
            self.phone.operation("arrival", new_id(self.chance), arrival(id, **told)),
        ]

    def edit(self, id: str, nth: int) -> list[dict[str, Any]]:
        return [self.phone.operation("customer", id, {"budget": f"{nth} 万"}, base=1 << 40)]

    def comment(self, customer_id: str) -> list[dict[str, Any]]:
        fields = {"customer_id": customer_id, "text": "想看白橡木，周末带家人再来一次"}
        return [self.phone.operation("comment", new_id(self.chance), fields)]

    # How it is weighed

    async def push(self, what: str, units: list[list[dict[str, Any]]]) -> Any:
        phone = self.phone
        told = {"v": 1, "schema": 1, "device": phone.device, "sent_at": phone.clock()}
        body = msgspec.json.encode({**told, "contact_at": phone.contact_at, "units": units})
        squeezed = gzip.compress(body, LEVEL, mtime=0)
        headers = {"authorization": f"Bearer {phone.credential}", "content-encoding": "gzip"}
        answer = await phone.client.post("/sync/push", content=squeezed, headers=headers)
        assert answer.status_code == 200, answer.text
        phone.contact_at = answer.json()["contact_at"]
        sizes = {"plain": len(body), "gzip": len(squeezed), "answer": len(answer.content)}
        self.sizes[what] = sizes
        return answer.json()

    async def pull(self, what: str, *, fresh: bool = False) -> None:
        wish = {"device": self.phone.device, "cursor": None if fresh else self.phone.cursor}
        body = msgspec.json.encode(wish)
        plain = await self.fetch(body, "identity")
        squeezed = await self.fetch(body, "gzip")
        self.phone.cursor = msgspec.json.decode(plain.splitlines()[-1])["cursor"]
        self.sizes[what] = {"asked": len(body), "plain": len(plain), "gzip": len(squeezed)}

    async def fetch(self, body: bytes, encoding: str) -> bytes:
        headers = {"accept-encoding": encoding, "content-type": "application/json"}
        client = self.phone.client
        async with client.stream("POST", "/sync/pull", content=body, headers=headers) as answer:
            assert answer.status_code == 200
            return b"".join([piece async for piece in answer.aiter_raw()])


async def weigh(app: Starlette, database: Database, clock: MovableClock) -> Sizes:
    """In an app that runs, with the cast of `tests/cast.py` in its database."""
    async with browser(app) as client:
        cookie = await database.transact(
            lambda connection: start_session(connection, ORG, CODE, "bo", clock())
        )
        client.cookies.set(COOKIE, cookie)
        return await Scales(client, clock).weigh()


def text_of(sizes: Sizes) -> str:
    """One exchange a line. Compressors of another make weigh a little otherwise."""
    lines = [f"{json.dumps(what)}: {json.dumps(each)}" for what, each in sizes.items()]
    return "{\n" + ",\n".join([f'"compressors": "{compressors()}"', *lines]) + "\n}\n"


def compressors() -> str:
    """What made these sizes: zlib the phone's, the server's where it has ISA-L."""
    return f"zlib {zlib.ZLIB_RUNTIME_VERSION}, {compressobj.__module__}"


async def measure(folder: Path) -> Sizes:
    url, clock = f"sqlite:///{folder / 'shopbell.sqlite3'}", MovableClock()
    create_schema(make_url(url))
    database = open_database(url)
    config = Config(data=folder, database_url=url, keys=("test key",), origin=ORIGIN)
    app = create_app(config, clock, database=database, tasks=())
    async with app.router.lifespan_context(app):
        await database.transact(lambda connection: found_xinju(connection, clock()))
        return await weigh(app, database, clock)


def main(write: Callable[[str], Any] = FILE.write_text) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(text_of(asyncio.run(measure(Path(folder)))))


if __name__ == "__main__":
    main()
