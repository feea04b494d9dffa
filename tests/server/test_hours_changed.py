"""What becomes of open leads when their store's hours change: new times, nothing twice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette

from server.db import Database
from server.leads.clock import climb
from server.stores.calendar import calendar_of
from tests.cast import RENMIN, ZONE
from tests.conftest import MovableClock
from tests.server.shop import Shop, new_id

DOOR = f"/api/stores/{RENMIN}"
Change = Callable[..., Any]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    """Its worker is the application's, which knows every kind of deadline."""
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


@pytest.fixture
def change(lin: httpx.AsyncClient, shop: Shop) -> Change:
    async def changed(**wish: Any) -> None:
        answer = await lin.patch(DOOR, json=wish)
        assert answer.status_code == 200, answer.text
        await shop.settle()

    return changed


async def go(shop: Shop, text: str) -> None:
    shop.clock.now = at(text)
    await shop.settle()


async def come(shop: Shop, text: str) -> None:
    """A customer at this time, whom the worker takes care of."""
    shop.clock.now = at(text)
    await shop.scan()
    await shop.settle()


async def test_a_longer_patience_moves_every_rung_from_when_the_customer_came(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-23 11:10")
    await change(patience_s=3600)
    clock, offer = (await shop.lead())["clock"], (await shop.offer()).body
    assert (clock["nudge_at"], clock["escalate_at"]) == (
        at("2026-11-23 11:30"),
        at("2026-11-23 12:00"),
    )
    assert {field: offer[field] for field in ("nudge_at", "next_at", "escalate_at")} == {
        field: clock[field] for field in ("nudge_at", "next_at", "escalate_at")
    }
    await go(shop, "2026-11-23 11:29")
    assert await shop.told("nudge") == []
    await go(shop, "2026-11-23 11:59")
    assert (len(await shop.told("nudge")), await shop.told("escalated")) == (1, [])
    await go(shop, "2026-11-23 12:00")
    assert await shop.told("escalated") == ["lin"]


async def test_a_rung_that_has_fired_stays_fired_and_never_fires_again(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-23 11:16")
    assert len(await shop.told("nudge")) == 1
    nudged_at = (await shop.lead())["clock"]["nudge_at"]
    for patience_s in (7200, 1800, 3600, 3600):
        await change(patience_s=patience_s)
    assert (await shop.lead())["clock"]["nudge_at"] == nudged_at
    await go(shop, "2026-11-23 15:00")
    assert len(await shop.told("nudge")) == 1
    assert len(await shop.rows("escalation", level="next")) == 1
    assert len(await shop.rows("escalation", level="manager")) == 1
    assert len(await shop.rows("escalation", level="area")) == 1
    await change(patience_s=1800)
    await go(shop, "2026-11-23 18:00")
    assert len(await shop.told("nudge")) == 1
    assert len(await shop.rows("escalation")) == 3


async def test_a_shorter_patience_makes_due_at_once_what_is_overdue_in_order(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-23 11:10")
    await change(patience_s=600)
    levels = [row.body["level"] for row in await shop.rows("escalation")]
    assert levels == ["next", "manager"]
    assert len(await shop.told("nudge")) == 1
    assert (await shop.lead())["clock"]["area_at"] == at("2026-11-23 11:20")


async def test_a_store_closed_from_now_on_rings_nobody_until_it_opens(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-23 11:10")
    await change(closures=["2026-11-23"])
    await go(shop, "2026-11-23 20:00")
    assert await shop.rows("notice") == []
    assert await shop.rows("escalation") == []
    assert (await shop.lead())["clock"]["escalate_at"] == at("2026-11-24 10:30")
    await go(shop, "2026-11-24 10:14")
    assert await shop.rows("notice") == []
    await go(shop, "2026-11-24 10:30")
    assert await shop.told("escalated") == ["lin"]


async def test_what_was_due_before_the_store_was_closed_waits_and_comes_one_by_one(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 21:30")
    await go(shop, "2026-11-23 21:44")
    shop.clock.now = at("2026-11-23 22:10")  # nobody was looking
    await change(hours=[[[600, 1300]]] * 7)
    assert await shop.rows("notice") == []
    await go(shop, "2026-11-24 10:40")
    assert [row.body["level"] for row in await shop.rows("escalation")] == ["next", "manager"]


async def test_a_lead_of_the_night_is_offered_when_the_store_now_opens(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 23:00")
    await change(hours=[[[480, 1320]]] * 7)
    await go(shop, "2026-11-24 07:59")
    assert await shop.rows("offer") == []
    await go(shop, "2026-11-24 08:00")
    assert (await shop.offer()).body["offered_at"] == at("2026-11-24 08:00")
    assert (await shop.lead())["clock"]["escalate_at"] == at("2026-11-24 08:30")
    await go(shop, "2026-11-24 10:00")
    assert len(await shop.rows("offer", state="open")) == 1


async def test_a_lead_of_the_night_is_offered_at_once_when_the_store_turns_out_to_be_open(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 23:00")
    await change(openings={"2026-11-23": [[600, 1430]]})
    assert (await shop.offer()).body["offered_at"] == at("2026-11-23 23:00")


async def test_a_lead_of_a_store_that_never_opened_is_not_lost(shop: Shop, change: Change) -> None:
    await shop.change(RENMIN, hours=[[]] * 7)
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-25 11:00")
    assert (await shop.lead())["state"] == "waiting"
    await change(hours=[[[600, 1320]]] * 7)
    assert (await shop.lead())["state"] == "offered"
    await go(shop, "2026-11-25 11:29")
    assert await shop.told("escalated") == []
    await go(shop, "2026-11-25 11:30")
    assert await shop.told("escalated") == ["lin"]
    assert (await shop.rows("escalation"))[-1].body["at"] == at("2026-11-25 11:30")


async def test_hours_in_which_the_store_was_closed_never_count_whatever_it_says_of_them_later(
    shop: Shop, change: Change
) -> None:
    """It opens at eight from now on, it is said at half past nine: nobody came before."""
    await come(shop, "2026-11-23 21:50")
    await go(shop, "2026-11-24 09:30")
    await change(hours=[[[480, 1320]]] * 7)
    clock, offer = (await shop.lead())["clock"], (await shop.offer()).body
    assert [offer[each] - clock[each] for each in ("nudge_at", "escalate_at")] == [0, 0]
    assert clock["nudge_at"] == at("2026-11-24 09:35"), "ten minutes of the evening are over"
    await go(shop, "2026-11-24 09:49")
    assert await shop.told("escalated") == []
    await shop.accept(offer["to_id"], await shop.offer(state="missed"))
    assert (await shop.lead())["responsibility_s"] == (10 + 19) * 60


async def test_a_lead_escalated_before_it_had_a_clock_is_timed_from_when_the_store_has_hours(
    shop: Shop, change: Change
) -> None:
    """Five minutes before the store closes for good nobody but the manager can take it."""
    for who in ("bo", "chen"):
        await shop.change(who, state="leave")
    await shop.change(RENMIN, hours=[[]] * 7, openings={"2026-11-23": [[600, 665]]})
    await come(shop, "2026-11-23 11:00")
    assert (await shop.told("escalated"), (await shop.lead())["clock"]) == (["lin"], None)
    await go(shop, "2026-11-25 11:00")
    await change(hours=[[[600, 1320]]] * 7)
    assert (await shop.lead())["clock"]["escalate_at"] == at("2026-11-25 11:25")
    await go(shop, "2026-11-25 11:24")
    assert await shop.told("escalated") == ["lin"]
    await go(shop, "2026-11-25 11:25")
    assert await shop.told("escalated") == ["lin", "qiao"]


async def test_a_lead_handed_to_somebody_is_counted_from_then(shop: Shop, change: Change) -> None:
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-23 11:20")
    lead = await shop.row("lead")
    fields = {"lead_id": lead.id, "to_id": "bo"}
    await shop.push("lin", ("reassignment", new_id(), fields))
    await shop.settle()
    await change(patience_s=3600)
    assert (await shop.lead())["clock"]["escalate_at"] == at("2026-11-23 12:20")


async def test_an_accepted_lead_has_its_first_follow_up_moved_and_no_clock_started(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 11:00")
    offer = await shop.offer()
    await shop.accept(offer.body["to_id"], offer)
    await change(closures=["2026-11-24"])
    assert (await shop.lead())["first_follow_up_due_at"] == at("2026-11-25 11:00")
    await go(shop, "2026-11-25 10:59")
    assert await shop.rows("notice") == []
    await go(shop, "2026-11-25 11:00")
    assert await shop.told("warning") == [offer.body["to_id"]]
    assert len(await shop.rows("escalation")) == 1


async def test_an_offer_is_looked_at_again_at_the_opening_after_the_new_closing(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 18:00")
    await change(hours=[[[600, 1090]]] * 7)  # until 18:10
    first = (await shop.offer()).body["to_id"]
    await shop.change(first, state="leave")
    await go(shop, "2026-11-24 10:00")
    assert (await shop.offer()).body["to_id"] in {"bo", "chen"} - {first}


async def test_closed_leads_and_those_of_other_stores_are_left_alone(
    shop: Shop, change: Change
) -> None:
    await come(shop, "2026-11-23 11:00")
    await shop.scan("13900000009", "王老师", store="store-binjiang")
    await shop.settle()
    other = await shop.row("lead", store_id="store-binjiang")
    own = await shop.row("lead", store_id=RENMIN)
    closing = {"lead_id": own.id, "reason": "test"}
    await shop.push("lin", ("closing", new_id(), closing))
    before = [row.seq for row in await shop.rows("lead")]
    await change(patience_s=3600)
    assert [row.seq for row in await shop.rows("lead")] == before
    calendar = calendar_of((await shop.row("store", code="BJ")).body)
    ladder = climb(calendar, other.body["received_at"], 1800)
    assert ladder is not None
    assert other.body["clock"] == ladder._asdict()


async def test_a_change_that_moves_nothing_touches_nothing(shop: Shop, change: Change) -> None:
    await come(shop, "2026-11-23 11:00")
    before = await shop.row("lead")
    await change(closures=["2027-03-01"])
    assert await shop.row("lead") == before
    await go(shop, "2026-11-23 11:30")
    assert len(await shop.told("nudge")) == 1
    assert await shop.told("escalated") == ["lin"]


async def test_a_lead_that_was_put_off_stays_put_off(shop: Shop, change: Change) -> None:
    await come(shop, "2026-11-23 11:00")
    await go(shop, "2026-11-23 11:10")
    until, lead = at("2026-11-23 12:10"), await shop.row("lead")
    asked = {"lead_id": lead.id, "reason": "with_them", "until": until}
    assert await shop.push("lin", ("snooze", new_id(), asked)) == []
    await change(patience_s=3600)
    clock = (await shop.lead())["clock"]
    assert (clock["nudge_at"], clock["escalate_at"]) == (
        at("2026-11-23 12:30"),
        at("2026-11-23 13:00"),
    )
    await go(shop, "2026-11-23 12:29")
    assert await shop.told("nudge") == []
    await go(shop, "2026-11-23 12:30")
    assert len(await shop.told("nudge")) == 1
