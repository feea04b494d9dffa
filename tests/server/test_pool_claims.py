"""领取: who may claim whom from the pool, how many, and what whoever comes second learns."""

from server.clock import DAY_MS
from tests.cast import RENMIN
from tests.conftest import MovableClock, PhoneOf
from tests.server.deeds import make_id, register
from tests.server.held import Holder
from tests.server.pool_stage import Pool, claim


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
