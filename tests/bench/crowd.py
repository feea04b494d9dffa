"""W3: fifty people push what they did without signal, and pull until everybody has everything."""

import asyncio
import gzip
import time

from tests.bench.device import GZIP_LEVEL, create
from tests.bench.figures import Figure, spent
from tests.bench.process import Watch
from tests.bench.records import make_customers
from tests.bench.replica import Replica, read_frames, require
from tests.bench.stage import (
    Phone,
    Server,
    Stage,
    opened,
    pack,
    pull_headers,
    pull_wish,
    push_headers,
)
from tests.bench.wire import Wire

DEVICES = 50
OPERATIONS = 20
LIMIT_S = 600


def run() -> list[Figure]:
    """Managers of one store: the desk brings each of them everybody's customers."""
    with opened(managers=DEVICES) as (stage, server):
        return asyncio.run(converge(stage, server))


async def converge(stage: Stage, server: Server) -> list[Figure]:
    members = [await join(stage, nth, phone) for nth, phone in enumerate(stage.managers)]
    wanted = {id for member in members for id in member.ids}
    before = sum(member.travelled for member in members)
    client = -time.process_time()
    async with asyncio.timeout(LIMIT_S):
        with Watch(server) as watch:
            await asyncio.gather(*(member.work(wanted) for member in members))
    client += time.process_time()
    for member in members:
        member.check(wanted)
    travelled = sum(member.travelled for member in members) - before
    pulls = sum(member.pulls for member in members)
    return spent(
        "W3.crowd",
        watch,
        devices=DEVICES,
        operations=OPERATIONS,
        pulls=pulls,
        cuts=sum(member.cuts for member in members),
        bytes=travelled,
        client_cpu=round(client, 3),
    )


class Member:
    """One of the crowd: up to date, with its operations ready to be sent."""

    def __init__(self, phone: Phone, wire: Wire, ids: set[str], body: bytes) -> None:
        self.phone = phone
        self.wire = wire
        self.ids = ids
        self.body = body
        self.replica = Replica()
        self.pulls = self.cuts = 0

    @property
    def travelled(self) -> int:
        return self.wire.sent + self.wire.received

    async def work(self, wanted: set[str]) -> None:
        status, _, body = await self.wire.request(
            "POST", "/sync/push", self.body, push_headers(self.phone)
        )
        require(status == 200 and b"except" not in body, f"push answered {status}: {body!r}")
        while not wanted <= self.replica.rows.keys():
            await self.pull()

    async def pull(self) -> None:
        """A cut stream is pulled again, as the protocol has it, and counted."""
        wish = pull_wish(self.phone, self.replica.cursor)
        self.pulls += 1
        try:
            answer = await self.wire.request("POST", "/sync/pull", wish, pull_headers(self.phone))
        except asyncio.IncompleteReadError:
            self.cuts += 1
            await self.wire.connect()
            return
        require(answer[0] == 200, f"pull answered {answer[0]}")
        self.replica.apply(read_frames(answer[2].splitlines()))

    def check(self, wanted: set[str]) -> None:
        self.replica.check()
        require(self.replica.ids("customer") == wanted, "somebody holds other customers")
        self.wire.close()


async def join(stage: Stage, nth: int, phone: Phone) -> Member:
    made = make_customers(OPERATIONS, stage.store_id, seed=100 + nth)
    body = pack(phone, 1, [[create("customer", *each)] for each in made])
    wire = await Wire.open(stage.config.port)
    member = Member(phone, wire, {id for id, _ in made}, gzip.compress(body, GZIP_LEVEL))
    while member.replica.cursor is None:
        await member.pull()
    member.pulls = member.cuts = 0
    return member
