"""A busy fortnight by chance: whatever people do, what must hold about leads holds."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from server.db import Database
from sync import Exceptional, Refused, Row
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop, new_id

pytestmark = pytest.mark.slow

STEPS = 40
REPS = ("bo", "chen")
OUTCOMES = {"taken", "not_open", "not_found", "not_eligible", "unit", "forbidden"}


class Day:
    """One run: does something at random, then looks whether the store is still in order."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop = shop
        self.chance = random.Random(seed)

    async def run(self) -> None:
        deeds = [self.scan, self.scan, self.receive, self.accept, self.accept, self.reassign]
        deeds += [self.close, self.leave, self.wait, self.wait, self.wait]
        for _ in range(STEPS):
            await self.chance.choice(deeds)()
            await self.look()

    async def scan(self) -> None:
        await self.shop.scan(phone=self.phone())

    async def receive(self) -> None:
        reception = self.chance.choice(["me", "colleague", "none"])
        who = self.chance.choice(REPS)
        self.expect(await self.shop.receive(who, self.phone(), reception, "chen"))

    async def accept(self) -> None:
        if offers := await self.shop.rows("offer"):
            offer = self.chance.choice(offers[-8:])
            self.expect(await self.shop.accept(offer.body["to_id"], offer))

    async def reassign(self) -> None:
        if leads := await self.shop.rows("lead"):
            fields = {
                "lead_id": self.chance.choice(leads).id,
                "to_id": self.chance.choice([*REPS, "lin"]),
            }
            self.expect(await self.shop.push("lin", ("reassignment", new_id(), fields)))

    async def close(self) -> None:
        if leads := await self.shop.rows("lead"):
            fields = {"lead_id": self.chance.choice(leads).id, "reason": "no_need"}
            self.expect(await self.shop.push("lin", ("closing", new_id(), fields)))

    async def leave(self) -> None:
        who = self.chance.choice([*REPS, "lin"])
        await self.shop.change(who, state=self.chance.choice(["active", "active", "leave"]))

    async def wait(self) -> None:
        await self.shop.wait(minutes=self.chance.choice([0, 1, 7, 16, 31, 400]))

    def phone(self) -> str:
        return f"1390000000{self.chance.randint(0, 4)}"

    def expect(self, outcomes: Sequence[Exceptional]) -> None:
        for each in outcomes:
            assert not isinstance(each, Refused) or each.code in OUTCOMES

    # What must hold

    async def look(self) -> None:
        leads, offers = await self.shop.rows("lead"), await self.shop.rows("offer")
        still_open = Counter(row.body["lead_id"] for row in offers if row.body["state"] == "open")
        for lead in leads:
            assert lead.body["responsible_id"], "a lead is never without a name"
            assert still_open[lead.id] == (lead.body["offer_id"] is not None)
            assert (lead.body["state"] == "offered") == (lead.body["offered_to"] is not None)
            assert (lead.body["state"] == "accepted") == (lead.body["holder_id"] is not None)
        await self.look_at_customers([lead for lead in leads if lead.body["state"] != "closed"])
        await self.look_at_escalations()

    async def look_at_customers(self, open_leads: list[Row]) -> None:
        each = Counter((lead.root, lead.body["store_id"]) for lead in open_leads)
        assert set(each.values()) <= {1}, "one open lead for each customer and store"
        for customer in await self.shop.rows("customer"):
            own = [lead for lead in open_leads if lead.root == customer.id]
            holders = [lead.body["holder_id"] for lead in own if lead.body["holder_id"]]
            assert customer.body["holder_ids"] == holders
            assert customer.body["open_lead_id"] == (own[0].id if own else None)
            for holder in holders:
                assert f"staff:{holder}" in customer.scopes

    async def look_at_escalations(self) -> None:
        for escalation in await self.shop.rows("escalation"):
            body = escalation.body
            assert body["to_id"] != body["from_id"], "never to whoever missed it"


@pytest.fixture(autouse=True)
def no_deadline_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The worker survives a rule that fails; this test does not."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("seed", range(2))
async def test_leads_stay_in_order_whatever_happens(
    database: Database, clock: MovableClock, xinju: str, seed: int
) -> None:
    await Day(Shop(database, clock), seed).run()


async def test_every_open_lead_is_answered_for_once_everybody_is_back(
    database: Database, clock: MovableClock, xinju: str
) -> None:
    shop = Shop(database, clock)
    day = Day(shop, 99)
    await day.run()
    for who in (*REPS, "lin"):
        await shop.change(who, state="active")
    await shop.wait(hours=24)
    states = [row.body["state"] for row in await shop.rows("lead", store_id=RENMIN)]
    assert "waiting" not in states
