"""Whom an offer is shown to."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette

from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, say, self_reception
from tests.server.held import Holder


async def test_an_offer_is_for_whom_it_is_made_and_the_desk_and_not_for_the_customers_owner(
    phone_of: Callable[[str], Awaitable[Phone]], app: Starlette, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await bo.push(self_reception(bo, make_id()))
    lead = (await Holder(bo).pull()).one("lead")
    assert await say(lin, "reassignment", lead_id=lead.id, to_id="chen") is None
    while await app.state.worker.tick(clock()):
        pass
    offer = (await Holder(chen).pull()).one("offer")
    assert offer.id in (await Holder(lin).pull()).rows
    bos = await Holder(bo).pull()
    assert offer.root in bos.rows
    assert offer.id not in bos.rows
