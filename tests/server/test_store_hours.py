"""A store's hours, changed by those who lead it: who may, what is wrong and where, what is kept."""

from collections import Counter
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.applications import Starlette

from server.db import Database
from server.rows.tables import history
from server.stores.hours import judge
from server.stores.special_days import update_special_days
from tests.cast import ORG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.shop import Shop

DOOR = f"/api/stores/{RENMIN}"
SPLIT = [[[540, 720], [840, 1260]]] * 7
NIGHT = [[], [], [], [], [[1200, 120]], [], []]


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


def faults(answer: httpx.Response) -> list[tuple[Any, ...]]:
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "hours_faulty")
    told = answer.json()["error"]["faults"]
    return [(each["code"], each["field"], each["day"], each["shift"]) for each in told]


# Who


@pytest.mark.parametrize("who", ["lin", "qiao", "hua"])
async def test_the_stores_manager_its_area_manager_and_admins_change_hours(
    sign_in: SignIn, shop: Shop, who: str
) -> None:
    client = await sign_in(who)
    answer = await client.patch(DOOR, json={"hours": SPLIT, "patience_s": 600})
    assert (answer.status_code, answer.json()["hours"]) == (200, SPLIT)
    assert answer.json()["changed_by"] == who
    body = (await shop.row("store", code="RM")).body
    assert (body["hours"], body["patience_s"]) == (SPLIT, 600)
    assert (await client.get(DOOR)).json() == answer.json()


@pytest.mark.parametrize("who", ["bo", "xia", "wu"])
async def test_nobody_else_does(sign_in: SignIn, shop: Shop, who: str) -> None:
    client = await sign_in(who)
    for answer in (await client.get(DOOR), await client.patch(DOOR, json={"hours": SPLIT})):
        assert (answer.status_code, answer.json()["error"]) == (403, {"code": "forbidden"})


async def test_a_manager_changes_no_store_but_their_own(lin: httpx.AsyncClient) -> None:
    wish = {"patience_s": 600}
    assert (await lin.patch("/api/stores/store-binjiang", json=wish)).status_code == 403
    for id in ("nowhere", "lin", ORG):
        assert (await lin.patch(f"/api/stores/{id}", json=wish)).status_code == 404
        assert (await lin.get(f"/api/stores/{id}")).status_code == 404


# What is kept


async def test_what_was_before_is_kept_with_who_had_set_it_and_when(
    lin: httpx.AsyncClient, qiao: httpx.AsyncClient, database: Database, clock: MovableClock
) -> None:
    await lin.patch(DOOR, json={"patience_s": 600, "holiday_rule": "closed"})
    first_at = clock.now
    clock.advance(minutes=5)
    answer = await qiao.patch(DOOR, json={"patience_s": 900, "holiday_rule": "closed"})
    assert (answer.json()["changed_by"], answer.json()["changed_at"]) == ("qiao", clock.now)
    wanted = select(history.c.field, history.c.value, history.c.author, history.c.at)
    query = wanted.where(history.c.row_id == RENMIN).order_by(history.c.seq, history.c.nth)
    async with database.read() as connection:
        kept = [tuple(each) for each in await connection.execute(query)]
    assert [each[:3] for each in kept] == [
        ("holiday_rule", '"usual"', None),
        ("patience_s", "1800", None),
        ("patience_s", "600", "lin"),
    ]
    assert kept[2][3] == first_at


async def test_a_change_that_changes_nothing_is_none(lin: httpx.AsyncClient) -> None:
    before = (await lin.get(DOOR)).json()
    answer = await lin.patch(DOOR, json={"patience_s": 1800, "holiday_rule": "usual"})
    assert answer.json() == before


async def test_two_managers_at_once_do_not_undo_each_other(
    lin: httpx.AsyncClient, qiao: httpx.AsyncClient
) -> None:
    seen = (await lin.get(DOOR)).json()["version"]
    assert (await qiao.patch(DOOR, json={"version": seen, "hours": SPLIT})).status_code == 200
    late = await lin.patch(DOOR, json={"version": seen, "closures": ["2026-12-01"]})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "changed_meanwhile")
    assert late.json()["error"]["changed_by"] == "qiao"
    now = (await lin.get(DOOR)).json()
    assert (now["hours"], now["closures"]) == (SPLIT, [])
    again = await lin.patch(DOOR, json={"version": now["version"], "closures": ["2026-12-01"]})
    assert again.status_code == 200


# What is wrong, and where


def week(**days: list[list[int]]) -> list[list[list[int]]]:
    return [days.get(name, []) for name in ("mo", "tu", "we", "th", "fr", "sa", "su")]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("hours", "found"),
    [
        (week(tu=[[600, 780], [720, 900]]), [("overlap", "hours", 1, 1)]),
        (week(tu=[[720, 900], [600, 780]]), [("overlap", "hours", 1, 0)]),
        (week(fr=[[600, 720], [600, 720]]), [("overlap", "hours", 4, 1)]),
        (week(fr=[[1320, 120]], sa=[[60, 600]]), [("overlap", "hours", 5, 0)]),
        (week(su=[[1320, 120]], mo=[[0, 60], [600, 700]]), [("overlap", "hours", 0, 0)]),
        (week(we=[[0, 0], [600, 700]]), [("overlap", "hours", 2, 1)]),
        (week(we=[[600, 600]], th=[[500, 700]]), [("overlap", "hours", 3, 0)]),
        (week(mo=[[-1, 700]]), [("out_of_day", "hours", 0, 0)]),
        (week(mo=[[600, 1441]], th=[[1440, 60]]),
         [("out_of_day", "hours", 0, 0), ("out_of_day", "hours", 3, 0)]),
        (week(), [("never_opens", "hours", None, None)]),
    ],
)  # fmt: skip
async def test_wrong_hours_are_named_by_day_and_shift(
    lin: httpx.AsyncClient, hours: Any, found: list[tuple[Any, ...]]
) -> None:
    before = (await lin.get(DOOR)).json()
    assert faults(await lin.patch(DOOR, json={"hours": hours})) == found
    assert (await lin.get(DOOR)).json() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    "hours",
    [
        week(tu=[[600, 780], [780, 900]]),
        week(fr=[[1320, 120]], sa=[[120, 600]]),
        week(su=[[1320, 120]], mo=[[120, 600]]),
        [[[0, 1440]]] * 7,
        [[[0, 0]]] * 7,
        [[[600, 600]]] * 7,
        NIGHT,
    ],
)
async def test_shifts_may_touch_run_over_midnight_and_last_all_day(
    lin: httpx.AsyncClient, hours: Any
) -> None:
    assert (await lin.patch(DOOR, json={"hours": hours})).json()["hours"] == hours


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("openings", "found"),
    [
        ({"2026-12-02": [[600, 780], [700, 800]]}, [("overlap", "openings", "2026-12-02", 1)]),
        ({"2026-12-02": [[1320, 660]]}, [("overlap", "openings", "2026-12-02", 0)]),
        ({"2026-12-02": [[1200, 60]], "2026-12-03": [[0, 90]]},
         [("overlap", "openings", "2026-12-02", 0), ("overlap", "openings", "2026-12-03", 0)]),
        ({"2026-12-02": [[600, 1500]]}, [("out_of_day", "openings", "2026-12-02", 0)]),
        ({"2026-02-30": [[600, 900]]}, [("bad_date", "openings", "2026-02-30", None)]),
        ({"2062-12-02": [[600, 900]]}, [("date_out_of_range", "openings", "2062-12-02", None)]),
    ],
)  # fmt: skip
async def test_wrong_openings_are_named_by_date_and_shift(
    lin: httpx.AsyncClient, openings: Any, found: list[tuple[Any, ...]]
) -> None:
    assert faults(await lin.patch(DOOR, json={"openings": openings})) == found


@pytest.mark.one_database
async def test_a_night_before_a_day_of_its_own_must_not_run_into_it(
    lin: httpx.AsyncClient,
) -> None:
    wish = {"hours": NIGHT, "openings": {"2026-12-05": [[60, 600]]}}  # a Saturday
    assert faults(await lin.patch(DOOR, json=wish)) == [("overlap", "openings", "2026-12-05", 0)]


@pytest.mark.one_database
async def test_dates_of_long_ago_and_far_ahead_are_mistyped_unless_they_were_there(
    lin: httpx.AsyncClient, sign_in: SignIn, clock: MovableClock
) -> None:
    for day in ("2016-12-01", "2036-12-01"):
        answer = await lin.patch(DOOR, json={"closures": [day]})
        assert faults(answer) == [("date_out_of_range", "closures", day, None)]
    assert (await lin.patch(DOOR, json={"closures": ["2026-12-01"]})).status_code == 200
    clock.advance(days=300)
    later = {"closures": ["2027-12-01", "2026-12-01", "2027-12-01"]}
    answer = await (await sign_in("lin")).patch(DOOR, json=later)
    assert answer.json()["closures"] == ["2026-12-01", "2027-12-01"]


@pytest.mark.one_database
async def test_a_store_that_opens_on_one_day_to_come_opens_and_without_it_never(
    lin: httpx.AsyncClient,
) -> None:
    wish = {"hours": week(), "openings": {"2026-12-02": [[600, 900]]}}
    assert (await lin.patch(DOOR, json=wish)).status_code == 200
    assert faults(await lin.patch(DOOR, json={"openings": {}})) == [
        ("never_opens", "hours", None, None)
    ]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"zone": "Asia/Chengdu"}, "unknown_zone"),
        ({"zone": "../../etc/passwd"}, "unknown_zone"),
        ({"country": "XX"}, "unknown_country"),
        ({"patience_s": 299}, "patience_out_of_range"),
        ({"patience_s": 14_401}, "patience_out_of_range"),
        ({"patience_s": -1}, "patience_out_of_range"),
    ],
)
async def test_places_and_patience_that_cannot_be(
    lin: httpx.AsyncClient, wish: dict[str, Any], found: str
) -> None:
    assert faults(await lin.patch(DOOR, json=wish)) == [(found, next(iter(wish)), None, None)]


async def test_a_store_more_impatient_than_allowed_may_still_change_its_hours(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await shop.change(RENMIN, patience_s=120)
    answer = await lin.patch(DOOR, json={"hours": SPLIT, "patience_s": 120})
    assert (answer.status_code, answer.json()["patience_s"]) == (200, 120)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"version": 1},
        {"hours": [[]] * 6},
        {"hours": [[]] * 8},
        {"hours": [[[600]]] * 7},
        {"hours": [[[600, 700, 800]]] * 7},
        {"hours": [[["10:00", "22:00"]]] * 7},
        {"hours": [[[n, n + 1] for n in range(0, 14, 2)]] * 7},
        {"closures": ["tomorrow"]},
        {"closures": ["20261201"]},
        {"openings": {"2026-W49-2": []}},
        {"holiday_rule": "maybe"},
        {"make_up_rule": "closed"},
        {"patience_s": 600.5},
        {"manager_id": 7},
        {"as_weekday": {}},
    ],
)
async def test_what_is_no_calendar_at_all_is_refused(
    lin: httpx.AsyncClient, wish: dict[str, Any]
) -> None:
    answer = await lin.patch(DOOR, json=wish)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


shifts = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(0, 1440)).map(list), min_size=0, max_size=2
)


@pytest.mark.one_database
@given(st.lists(shifts, min_size=7, max_size=7))
@settings(max_examples=60, deadline=None)
def test_hours_are_wrong_just_when_a_minute_of_the_week_is_in_two_shifts(hours: Any) -> None:
    covered: Counter[int] = Counter()
    for day, shifts_of_day in enumerate(hours):
        for opens, closes in shifts_of_day:
            until = closes if closes > opens else closes + 1440
            covered.update((day * 1440 + minute) % 10_080 for minute in range(opens, until))
    body = {"zone": "Asia/Shanghai", "hours": [[[600, 1320]]] * 7, "closures": [], "openings": {}}
    codes = {fault.code for fault in judge(body, {"hours": hours}, 1_790_000_000_000)}
    if not covered:
        assert codes == {"never_opens"}
    else:
        assert codes == ({"overlap"} if max(covered.values()) > 1 else set())


# Holidays


@pytest.mark.one_database
async def test_the_screen_is_told_of_holidays_and_of_years_nobody_knows(
    sign_in: SignIn, clock: MovableClock
) -> None:
    clock.advance(days=-56)  # 28 September
    shown = (await (await sign_in("lin")).get(f"{DOOR}?lang=zh")).json()
    golden = {"first": "2026-10-01", "last": "2026-10-07", "name": "国庆节"}
    assert shown["holidays"][0] == golden
    assert shown["make_up_days"][0] == {"day": "2026-10-10", "weekday": 2}
    clock.advance(days=20_000)
    shown = (await (await sign_in("lin")).get(DOOR)).json()
    assert shown["unknown_years"] == [2081, 2082]


async def test_phones_get_the_days_that_have_the_hours_of_another_weekday(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await lin.patch(DOOR, json={"holiday_rule": "closed", "make_up_rule": "weekday"})
    told = (await shop.row("store", code="RM")).body["as_weekday"]
    assert {told[f"2026-10-0{n}"] for n in range(1, 8)} == {None}
    assert (told["2026-10-10"], told.get("2026-10-17", "usual")) == (2, "usual")
    await lin.patch(DOOR, json={"holiday_rule": "sunday"})
    told = (await shop.row("store", code="RM")).body["as_weekday"]
    assert (told["2026-10-01"], "2026-10-04" in told) == (6, False)
    await lin.patch(DOOR, json={"holiday_rule": "usual", "make_up_rule": "usual"})
    assert (await shop.row("store", code="RM")).body["as_weekday"] == {}


async def test_a_new_year_is_named_without_anybody_changing_anything(
    lin: httpx.AsyncClient, app: Starlette, database: Database, shop: Shop, clock: MovableClock
) -> None:
    await lin.patch(DOOR, json={"holiday_rule": "closed"})
    entities = app.state.entities
    assert await update_special_days(database, entities, clock.now) == []
    clock.advance(days=60)
    (published,) = await update_special_days(database, entities, clock.now)
    assert published.due_at == clock.now  # a look at what waits
    told = (await shop.row("store", code="RM")).body["as_weekday"]
    assert ("2028-01-01" in told, "2026-10-01" in told) == (True, False)
    assert await update_special_days(database, entities, clock.now) == []
