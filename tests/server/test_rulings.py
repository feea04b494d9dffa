"""Who is shown a collision and who may rule it: whoever answers for a store, with a desk or not."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette

from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, say, self_reception
from tests.server.held import Got, Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def collided(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock, second: str, store: str
) -> Got:
    """Bo and another receive one customer at the same moment, offline."""
    bo, other, lin = await phone_of("bo"), await phone_of(second), await phone_of("lin")
    mine = self_reception(bo, make_id(), phone="13812341234", name="王小明")
    theirs = self_reception(other, make_id(), phone="13812341234", store_id=store)
    theirs[2]["f"]["store_id"] = store
    await bo.push(mine)
    clock.advance(hours=1)
    await other.push(theirs)
    while await app.state.worker.tick(clock()):
        pass
    return (await Holder(lin).pull()).one("collision")


async def test_who_answers_for_a_store_without_a_desk_is_shown_it_and_rules(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    qiao = await phone_of("qiao")
    card = await collided(phone_of, app, clock, "wu", BINJIANG)
    assert (await Holder(qiao).pull()).one("collision").id == card.id
    assert await say(qiao, "ruling", collision_id=card.id, choice="one") is None
    assert (await Holder(qiao).pull()).one("collision").body["ruled_by"] == "qiao"


@pytest.mark.parametrize(("role", "store"), [("manager", BINJIANG), ("area", RENMIN)])
async def test_nobody_rules_their_own_collision_by_having_risen_since(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock, role: str, store: str
) -> None:
    card = await collided(phone_of, app, clock, "chen", RENMIN)
    hua = await phone_of("hua")
    risen = {"role": role, "store_ids": [store], "accepts_leads": False}
    assert (await hua.client.patch("/api/staff/chen", json=risen)).status_code == 204
    chen = await phone_of("chen")
    assert (await Holder(chen).pull()).one("collision").id == card.id
    refused = await say(chen, "ruling", collision_id=card.id, choice="other")
    assert refused is not None
    assert refused["code"] == "forbidden"
