"""The public pool: who gets there, who is warned before, who may claim whom."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from server.clock import DAY_MS
from server.db import Database
from server.exchange.entities import ENTITIES
from server.leads.offers import change_owner
from server.pool.rounds import plan_rounds
from server.rows import load, open_ledger, publish
from tests.cast import BINJIANG, ORG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register, say, self_reception
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]
SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
SKIPPED = {step: {"result": "skipped"} for step in ("needs", "proposal", "objection")}
NO_ANSWER: dict[str, Any] = {"greeting": {"result": "no_answer"}, "channel": "phone", **SKIPPED}


class Pool:
    """A store's pool over days. Its clock stands at Monday 10:30 and moves by whole days."""

    def __init__(self, app: Starlette, database: Database, clock: MovableClock) -> None:
        self.app, self.database, self.clock = app, database, clock

    async def open(self) -> "Pool":
        await plan_rounds(self.database, ENTITIES, self.clock())
        return self

    async def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.clock.advance(days=1)
            await self.settle()

    async def settle(self) -> None:
        while await self.app.state.worker.tick(self.clock()):
            pass

    async def change(self, id: str, **fields: Any) -> None:
        async def work(connection: AsyncConnection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            row = (await load(connection, ledger, [id])).row(id)
            assert row is not None
            ledger.change(row, **fields)
            await publish(connection, ledger)

        await self.database.transact(work)

    async def give(self, id: str, to_id: str | None) -> None:
        """Through the one door, as every hand-over goes."""

        async def work(connection: AsyncConnection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            row = (await load(connection, ledger, [id])).row(id)
            assert row is not None
            change_owner(ledger, row, to_id)
            await publish(connection, ledger)

        await self.database.transact(work)


@pytest.fixture
async def pool(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Pool:
    return await Pool(app, database, clock).open()


async def try_calling(phone: Phone, id: str) -> None:
    assert await say(phone, "follow_up", **follow_up(id, **NO_ANSWER)) is None


async def claim(phone: Phone, card: str) -> dict[str, Any] | None:
    return await say(phone, "pool_claim", pool_card_id=card)


# Reclaim and release


async def test_who_was_never_tried_goes_back_after_a_warning_and_the_manager_is_told(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, name="王小明", phone="13812341234", tier="A")
    await pool.pass_days(8)
    assert "release_at" not in (await Holder(bo).pull()).rows[id].body
    await pool.pass_days(1)
    held = await Holder(bo).pull()
    warned = held.rows[id].body
    assert (warned["release_why"], warned["warned_at"]) == ("no_attempt", pool.clock())
    warning = next(row.body for row in held.of("notice") if row.body["kind"] == "release_warning")
    assert warning["until_at"] == warned["release_at"] > pool.clock() + 2 * DAY_MS
    await pool.pass_days(4)
    assert id in (await Holder(bo).pull()).rows
    await pool.pass_days(1)
    bos, lins = await Holder(bo).pull(), await Holder(lin).pull()
    assert id not in bos.rows
    assert bos.agrees()
    body = lins.rows[id].body
    assert (body["owner_id"], body["former_id"], body["tier"]) == (None, "bo", "A")
    told = [row.body for row in lins.of("notice")]
    assert [(each["kind"], each["from_id"]) for each in told] == [("reclaimed", "bo")]


async def test_who_does_not_answer_is_released_and_falls_a_tier(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, tier="A")
    for _ in range(2):
        await pool.pass_days(3)
        await try_calling(bo, id)
    await pool.pass_days(8)
    lins = await Holder(lin).pull()
    assert (lins.rows[id].body["owner_id"], lins.rows[id].body["tier"]) == (None, "B")
    assert lins.one("pool_card").body["why"] == "no_answer"
    assert [row.body["kind"] for row in lins.of("notice")] == []


async def test_a_contact_after_the_warning_ends_it(pool: Pool, phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await pool.pass_days(12)
    assert (await Holder(bo).pull()).rows[id].body["release_at"]
    assert await say(bo, "follow_up", **follow_up(id, revisit=no_more())) is None
    await pool.pass_days(2)
    assert (await Holder(bo).pull()).rows[id].body["release_at"] is None
    await pool.pass_days(7)
    assert (await Holder(bo).pull()).rows[id].body["owner_id"] == "bo"


def no_more() -> dict[str, Any]:
    return {"result": "no_contact", "reason": "下个月再说"}


@pytest.mark.parametrize("state", ["leave", "travel"])
async def test_nobody_loses_a_customer_while_they_are_away(
    pool: Pool, phone_of: PhoneOf, state: str
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await pool.pass_days(12)
    assert (await Holder(bo).pull()).rows[id].body["release_at"]
    await pool.change("bo", state=state)
    await pool.pass_days(18)
    body = (await Holder(bo).pull()).rows[id].body
    assert (body["owner_id"], body["release_at"]) == ("bo", None)
    await pool.change("bo", state="active")
    await pool.pass_days(1)
    assert (await Holder(bo).pull()).rows[id].body["release_at"] > pool.clock() + 2 * DAY_MS


async def test_the_new_year_holiday_is_nobodys_fault(
    pool: Pool, phone_of: PhoneOf, clock: MovableClock
) -> None:
    """Registered on Monday the 9th of February 2026; from the 15th to the 23rd everybody rests."""
    clock.now -= 287 * DAY_MS
    bo = await phone_of("bo")
    id = await register(bo)
    clock.advance(hours=-1, minutes=-1)
    await plan_rounds(pool.database, ENTITIES, clock())
    await pool.pass_days(14)
    assert "release_at" not in (await Holder(bo).pull()).rows[id].body


async def test_a_customer_whom_somebody_is_receiving_stays(
    pool: Pool, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    id = await register(bo, phone="13900000008")
    await pool.pass_days(9)
    again = self_reception(chen, make_id(), phone="13900000008")
    await chen.push(again)
    await pool.pass_days(9)
    assert (await Holder(chen).pull()).rows[id].body["owner_id"] == "bo"


async def test_an_answered_lead_does_not_shield_a_customer_and_is_closed_with_them(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = make_id()
    await bo.push(self_reception(bo, id))
    await pool.pass_days(15)
    lins = await Holder(lin).pull()
    assert lins.rows[id].body["owner_id"] is None
    assert lins.rows[id].body["holder_ids"] == []
    lead = lins.one("lead").body
    assert (lead["state"], lead["close_reason"]) == ("closed", "pool")


# Cards


async def test_the_store_sees_a_masked_card_and_nothing_else(pool: Pool, phone_of: PhoneOf) -> None:
    bo, chen, wu = await phone_of("bo"), await phone_of("chen"), await phone_of("wu")
    id = await register(bo, name="王小明", salutation="", phone="13812341234", community="阳光花园")
    assert await say(bo, "comment", customer_id=id, text="很挑剔") is None
    await pool.give(id, None)
    chens = await Holder(chen).pull()
    body = chens.one("pool_card").body
    assert (body["name_masked"], body["phone_masked"]) == ("王**", "138 **** 1234")
    assert (body["need"], body["pooled_at"]) == ("全屋定制", pool.clock())
    assert id not in chens.rows
    seen = str([row.body for row in chens.rows.values()])
    assert not [word for word in ("王小明", "12341234", "很挑剔", "阳光花园") if word in seen]
    assert (await Holder(wu).pull()).of("pool_card") == []


async def test_a_customer_who_comes_by_leaves_the_pool_until_they_are_received(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    id = await register(bo, phone="13900000008")
    await pool.give(id, None)
    card = (await Holder(chen).pull()).one("pool_card").id
    xia = await phone_of("xia")
    unit = self_reception(xia, make_id(), phone="13900000008")[:2]
    unit[1]["f"] |= {"reception": "none"}
    del unit[1]["f"]["lead_id"]
    await xia.push(unit)
    assert (await Holder(chen).pull()).of("pool_card") == []
    refused = await claim(chen, card)
    assert refused is not None
    assert refused["code"] == "not_in_pool"
    lead = (await Holder(lin).pull()).one("lead").id
    assert await say(lin, "closing", lead_id=lead, reason="no_need") is None
    assert (await Holder(chen).pull()).one("pool_card").id != card


async def test_a_deleted_customer_leaves_the_pool_and_comes_back_with_it(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await pool.give(id, None)
    assert await say(lin, "deletion", row_id=id) is None
    lins = await Holder(lin).pull()
    assert lins.of("pool_card") == []
    deletion = lins.one("deletion").id
    assert await say(lin, "correction", fact_id=deletion, void=True) is None
    assert (await Holder(lin).pull()).one("pool_card").body["customer_id"] == id


# Claims


async def test_the_first_to_claim_has_the_customer_whole(pool: Pool, phone_of: PhoneOf) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    id = await register(bo, name="王小明")
    await pool.give(id, None)
    chens = await Holder(chen).pull()
    assert await claim(chen, chens.one("pool_card").id) is None
    chens = await Holder(chen).pull()
    assert chens.rows[id].body["owner_id"] == "chen"
    assert chens.of("pool_card") == []
    assert chens.one("pool_claim").root == id
    assert chens.agrees()
    assert (await Holder(bo).pull()).of("pool_card") == []


async def test_the_second_learns_who_was_first_and_since_when(
    pool: Pool, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen, spare = await phone_of("bo"), await phone_of("chen"), await phone_of("chen")
    id = await register(bo)
    await pool.give(id, None)
    card = (await Holder(chen).pull()).one("pool_card").id
    cooled = clock.advance(days=8)
    assert await claim(chen, card) is None
    clock.advance(minutes=1)
    refused = await claim(bo, card)
    assert refused is not None
    assert (refused["code"], refused["who"], refused["when"]) == ("not_in_pool", "chen", cooled)
    assert await claim(spare, card) is None
    assert (await Holder(chen).pull()).rows[id].body["owner_id"] == "chen"


async def test_a_person_claims_so_many_a_day_also_within_one_push(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    await pool.change(RENMIN, pool={"daily": 2})
    for nth in range(4):
        await pool.give(await register(bo, phone=f"1390000010{nth}"), None)
    cards = [row.id for row in (await Holder(chen).pull()).of("pool_card")]
    units = [
        [chen.operation("pool_claim", make_id(), {"pool_card_id": card})] for card in cards[:3]
    ]
    told = (await chen.push(*units)).json()["except"]
    assert [each["code"] for each in told] == ["daily_limit"]
    again = await claim(chen, cards[3])
    assert again is not None
    assert again["code"] == "daily_limit"
    pool.clock.advance(days=1)
    assert await claim(chen, cards[3]) is None


async def test_the_previous_owner_waits(pool: Pool, phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await pool.give(id, None)
    card = (await Holder(bo).pull()).one("pool_card").id
    refused = await claim(bo, card)
    assert refused is not None
    assert (refused["code"], refused["when"]) == ("cool_off", pool.clock() + 7 * DAY_MS)
    pool.clock.advance(days=7)
    assert await claim(bo, card) is None


async def test_nobody_claims_more_than_they_can_carry(pool: Pool, phone_of: PhoneOf) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    await pool.change(RENMIN, pool={"capacity": 2})
    for nth in range(2):
        await pool.give(await register(bo, phone=f"1390000010{nth}"), None)
    await register(chen, phone="13900000200")
    cards = [row.id for row in (await Holder(chen).pull()).of("pool_card")]
    assert await claim(chen, cards[0]) is None
    refused = await claim(chen, cards[1])
    assert refused is not None
    assert refused["code"] == "full"


async def test_clerks_strangers_and_those_who_receive_nobody_claim_nothing(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo = await phone_of("bo")
    await pool.give(await register(bo), None)
    card = (await Holder(bo).pull()).one("pool_card").id
    for who, code in (("xia", "forbidden"), ("lin", "forbidden"), ("wu", "not_found")):
        refused = await claim(await phone_of(who), card)
        assert refused is not None
        assert refused["code"] == code, who
    unknown = await claim(bo, make_id())
    assert unknown is not None
    assert unknown["code"] == "not_found"


# The dry run


async def test_the_dry_run_says_who_would_lose_whom_and_changes_nothing(
    pool: Pool, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    id = await register(bo, name="王小明", tier="A")
    kept = await register(bo, phone="13900000009")
    pool.clock.advance(days=10)
    assert await say(bo, "follow_up", **follow_up(kept)) is None
    pool.clock.advance(days=5)
    before = (await Holder(bo).pull()).rows
    told = (await lin.get(f"/api/stores/{RENMIN}/pool/rehearsal")).json()
    assert told["rules"]["days"] == 14
    (line,) = told["customers"]
    assert (line["id"], line["owner_id"], line["why"]) == (id, "bo", "no_attempt")
    assert (line["heard_on"], line["is_due"], line["attempts"]) == ("2026-11-23", False, 0)
    assert (await Holder(bo).pull()).rows == before


async def test_the_round_does_what_the_dry_run_said(
    pool: Pool, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    for nth in range(3):
        await register(bo, phone=f"1390000010{nth}")
    while True:
        told = (await lin.get(f"/api/stores/{RENMIN}/pool/rehearsal")).json()["customers"]
        going = {each["id"] for each in told if each["is_due"]}
        mine = {row.id for row in (await Holder(bo).pull()).of("customer")}
        if not mine:
            break
        await pool.pass_days(1)
        assert mine - {row.id for row in (await Holder(bo).pull()).of("customer")} == going
    assert pool.clock.now > 0


@pytest.mark.parametrize(
    ("who", "store", "status"),
    [
        ("lin", RENMIN, 200),
        ("qiao", BINJIANG, 200),
        ("hua", BINJIANG, 200),
        ("lin", BINJIANG, 404),
        ("bo", RENMIN, 404),
        ("lin", "store-nowhere", 404),
    ],
)
async def test_the_dry_run_is_for_who_leads_the_store(
    sign_in: SignIn, who: str, store: str, status: int
) -> None:
    answer = await (await sign_in(who)).get(f"/api/stores/{store}/pool/rehearsal")
    assert answer.status_code == status


async def test_thresholds_nobody_understands_are_not_followed_and_said_so(
    pool: Pool, lin: httpx.AsyncClient
) -> None:
    await pool.change(RENMIN, pool={"days": -3})
    told = (await lin.get(f"/api/stores/{RENMIN}/pool/rehearsal")).json()
    assert (told["followed"], told["rules"]["days"]) == (False, 14)
