"""What a phone says of its outbox, who hears of it, and that saying it costs no write."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from server.app import create_app
from server.clock import DAY_MS
from server.config import Config
from server.db import Database
from server.identity.reports import Reports
from server.identity.tables import devices, sessions, staff_accounts
from tests.cast import ORG
from tests.conftest import MovableClock, SignIn, browser
from tests.phone import Phone
from tests.server.deeds import register

pytestmark = pytest.mark.slow

PhoneOf = Callable[[str], Awaitable[Phone]]
REPORTED = ("last_seen_at", "pending", "oldest_pending_at", "photos")


async def told(client: httpx.AsyncClient, phone: Phone) -> tuple[int | None, ...] | None:
    """(last contact, pending, oldest, photos) of the phone as the client is told; None unseen."""
    listed = (await client.get("/api/devices")).json()["devices"]
    found = [each for each in listed if each["id"] == phone.device]
    return tuple(found[0][key] for key in REPORTED) if found else None


async def stored(database: Database) -> list[Sequence[Any]]:
    async with database.read() as connection:
        return [
            tuple(row)
            for table in (devices, sessions)
            for row in await connection.execute(select(table).order_by(*table.primary_key))
        ]


async def make_manager(database: Database, who: str) -> None:
    change = update(staff_accounts).where(
        staff_accounts.c.org_id == ORG, staff_accounts.c.id == who
    )
    await database.transact(lambda connection: connection.execute(change.values(role="manager")))


async def test_what_waits_on_a_phone_is_told_to_those_who_lead_its_owner_and_to_no_other(
    phone_of: PhoneOf, sign_in: SignIn, database: Database, clock: MovableClock
) -> None:
    await make_manager(database, "wu")  # of the other store
    phone = await phone_of("bo")
    saved_at = clock() - 90_000
    await phone.pull(pending=4, oldest_at=saved_at, photos=2)
    expected = (clock(), 4, saved_at, 2)
    seen = {who: await told(await sign_in(who), phone) for who in ("lin", "qiao", "hua", "bo")}
    assert seen == dict.fromkeys(seen, expected)
    unseen = {who: await told(await sign_in(who), phone) for who in ("wu", "chen", "xia")}
    assert unseen == dict.fromkeys(unseen)


async def test_an_idle_pull_writes_nothing_until_the_minute_is_over(
    phone_of: PhoneOf, lin: httpx.AsyncClient, database: Database, app: Starlette,
    clock: MovableClock,
) -> None:  # fmt: skip
    phone = await phone_of("bo")
    await phone.pull()
    before = await stored(database)
    clock.advance(minutes=1)
    await phone.pull(pending=4, oldest_at=clock.now, photos=0)
    assert await stored(database) == before
    assert await told(lin, phone) == (clock(), 4, clock(), 0)
    await app.state.reports.flush(database)
    assert await stored(database) != before
    assert (await stored_report(database, phone)) == (clock(), 4, clock())


async def stored_report(database: Database, phone: Phone) -> tuple[Any, ...]:
    columns = (devices.c.last_seen_at, devices.c.pending, devices.c.oldest_pending_at)
    async with database.read() as connection:
        found = await connection.execute(select(*columns).where(devices.c.id == phone.device))
        return tuple(found.one())


async def test_many_reports_become_one_statement_and_a_second_flush_none(
    phone_of: PhoneOf, database: Database, app: Starlette, clock: MovableClock
) -> None:
    phones = [await phone_of(who) for who in ("bo", "chen", "wu")]
    for waiting, phone in enumerate(phones):
        await phone.pull(pending=waiting, oldest_at=None)
    reports: Reports = app.state.reports
    await reports.flush(database)
    assert [await stored_report(database, phone) for phone in phones] == [
        (clock(), waiting, None) for waiting in range(3)
    ]
    assert not reports.unwritten


async def test_the_pull_after_a_push_brings_the_truth(
    phone_of: PhoneOf, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    phone = await phone_of("bo")
    await phone.pull(pending=1, oldest_at=clock(), photos=0)
    clock.advance(minutes=2)
    await register(phone)
    assert (await told(lin, phone) or [None])[0] == clock()
    await phone.pull(pending=0, oldest_at=None, photos=0)
    assert await told(lin, phone) == (clock(), 0, None, 0)


async def test_a_phone_that_says_nothing_of_its_outbox_is_heard_all_the_same(
    phone_of: PhoneOf, lin: httpx.AsyncClient, database: Database, app: Starlette,
    clock: MovableClock,
) -> None:  # fmt: skip
    phone = await phone_of("bo")
    await phone.pull()
    await app.state.reports.flush(database)
    assert await told(lin, phone) == (clock(), None, None, None)


async def test_a_report_outlives_the_process_that_heard_it_and_an_older_one_does_not_return(
    phone_of: PhoneOf, lin: httpx.AsyncClient, config: Config, database: Database,
    app: Starlette, clock: MovableClock,
) -> None:  # fmt: skip
    phone = await phone_of("bo")
    await phone.pull(pending=9, oldest_at=1)
    clock.advance(minutes=1)
    other = create_app(config, clock, tasks=())
    async with other.router.lifespan_context(other), browser(other) as client:
        client.cookies = phone.client.cookies
        phone.client = client
        await phone.pull(pending=4, oldest_at=2)
    assert await told(lin, phone) == (clock(), 4, 2, None)
    await app.state.reports.flush(database)
    assert await told(lin, phone) == (clock(), 4, 2, None)


async def test_the_longest_silent_phone_comes_first(
    phone_of: PhoneOf, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    never, early, late = [await phone_of(who) for who in ("xia", "chen", "bo")]
    for phone in (early, late):
        clock.advance(minutes=1)
        await phone.pull()
    listed = (await lin.get("/api/devices")).json()["devices"]
    assert [each["id"] for each in listed] == [each.device for each in (never, early, late)]


@pytest.mark.one_database
@pytest.mark.parametrize("report", [{"pending": -1}, {"oldest_at": "昨天"}, {"photos": 2**31}])
async def test_a_report_that_cannot_be_true_is_refused_by_name(
    phone_of: PhoneOf, report: dict[str, Any]
) -> None:
    phone = await phone_of("bo")
    body = {"cursor": None, "device": phone.device, **report}
    answer = await phone.client.post("/sync/pull", json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, *report)


async def losses_told_to(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await client.get("/api/devices")).json()["losses"]
    return listed


async def test_work_that_a_browser_threw_away_is_told_to_those_who_lead_its_owner_for_a_week(
    sign_in: SignIn, database: Database, clock: MovableClock
) -> None:
    """By the phone's own clock, which is a year behind, and only of colleagues of one's stores."""
    await make_manager(database, "wu")  # of the other store
    year = 365 * DAY_MS
    lost = {"records": 3, "photos": 2, "oldest_at": clock() - year - 7}
    told = {"id": "01890000-0000-7000-8000-0000000000ff", "found_at": clock() - year}
    told["people"] = [{"staff_id": who, **lost} for who in ("bo", "xia", "wu", "nobody")]
    bo, lin = await sign_in("bo"), await sign_in("lin")
    found_at = clock()
    for _ in range(2):
        clock.advance(minutes=5)
        answer = await bo.post("/api/losses", json={**told, "sent_at": clock() - year})
        assert answer.status_code == 204
    seen = await losses_told_to(lin)
    names = [(loss["staff_name"], loss["staff_id"]) for loss in seen]
    assert names == [("薄", "bo"), ("夏", "xia")]
    assert all({**loss, **lost, "found_at": found_at} == loss for loss in seen)
    whose = {
        who: [loss["staff_id"] for loss in await losses_told_to(await sign_in(who))]
        for who in ("bo", "chen", "wu", "hua")
    }
    assert whose == {"bo": ["bo"], "chen": [], "wu": [], "hua": ["bo", "xia"]}

    nothing_tells = {"id": "01890000-0000-7000-8000-0000000000fe", "people": None}
    await bo.post("/api/losses", json={**nothing_tells, "found_at": 9, "sent_at": 9})
    assert (await losses_told_to(lin))[0]["records"] is None
    clock.advance(days=7)
    assert await losses_told_to(await sign_in("lin")) == []
