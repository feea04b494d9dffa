"""Two phones, one customer, no signal between them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from server.customers.likeness import suggest_alikes
from server.db import Database
from server.exchange.entities import ENTITIES
from server.exchange.pull import read_head
from server.rows import begin_new_life
from server.rows.tables import heads
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, make_id, register, say
from tests.server.held import Got, Holder

PhoneOf = Callable[[str], Awaitable[Phone]]
BUDGETS = ("5 万", "6 万")


async def two_phones(phone_of: PhoneOf) -> tuple[Phone, Phone, str, int]:
    """Bo's phone and the manager's, both holding Mr Sun; his version."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, budget="10 万")
    version = (await Holder(lin).pull()).rows[id].version
    bo.clock.advance(minutes=10)  # type: ignore[attr-defined]
    return bo, lin, id, version


async def test_different_fields_both_win(phone_of: PhoneOf) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    await bo.push([bo.operation("customer", id, {"budget": "8 万"}, base=version)])
    answer = await lin.push([lin.operation("customer", id, {"need": "餐桌"}, base=version)])
    assert "except" not in answer.json()
    body = (await Holder(bo).pull()).rows[id].body
    assert (body["budget"], body["need"]) == ("8 万", "餐桌")
    assert not (await Holder(lin).pull()).of("conflict")


async def test_the_same_field_the_later_wins_and_the_other_value_is_shown_to_both(
    phone_of: PhoneOf,
) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    later = lin.operation("customer", id, {"budget": "6 万"}, base=version)
    earlier = bo.operation("customer", id, {"budget": "8 万"}, base=version)
    earlier["t"] -= 60_000
    await lin.push([later])
    answer = await bo.push([earlier])
    assert answer.json()["except"] == [{"o": "merged", "n": 2, "fields": ["budget"]}]
    for phone in (bo, lin):
        held = await Holder(phone).pull()
        assert held.rows[id].body["budget"] == "6 万"
        conflict = held.one("conflict").body
        assert (conflict["value_now"], conflict["by_now"]) == ("6 万", "lin")
        assert (conflict["value_other"], conflict["by_other"]) == ("8 万", "bo")
        assert held.agrees()


@pytest.mark.parametrize(("beyond", "is_seen"), [(0, True), (1, False), (10**6, False)])
async def test_a_version_that_there_never_was_has_seen_nothing(
    phone_of: PhoneOf, beyond: int, is_seen: bool
) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    await lin.push([lin.operation("customer", id, {"budget": "6 万"}, base=version)])
    head = (await Holder(bo).pull()).rows[id].version
    await bo.push([bo.operation("customer", id, {"budget": "8 万"}, base=head + beyond)])
    assert bool((await Holder(bo).pull()).of("conflict")) != is_seen


async def test_a_version_of_a_life_that_was_lost_saw_nothing_of_the_next_one(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    """An older database was put back, and its next numbers go to what Bo never saw."""
    bo, lin, id, version = await two_phones(phone_of)
    seen_and_lost = version + 2
    await database.transact(lambda connection: begin_new_life(connection, "second", clock()))
    earlier = bo.operation("customer", id, {"budget": "8 万"}, base=seen_and_lost)
    earlier["t"] -= 60_000
    for budget in BUDGETS:
        await lin.push([lin.operation("customer", id, {"budget": budget}, base=version)])
    answer = await bo.push([earlier])
    assert answer.json()["except"] == [{"o": "merged", "n": 2, "fields": ["budget"]}]
    held = await Holder(bo).pull()
    assert held.rows[id].body["budget"] == BUDGETS[-1]
    assert held.one("conflict").body["value_other"] == "8 万"


async def test_a_server_that_is_put_back_twice_gives_no_number_of_the_life_between(
    database: Database, clock: MovableClock, xinju: str
) -> None:
    """Both times to the same older state, which knows nothing of either life."""
    beginnings = []
    for life in ("second", "third"):
        clock.advance(minutes=1)
        async with database.write() as connection:
            await connection.execute(update(heads).values(seq=3))
            await begin_new_life(connection, life, clock())
            beginnings.append(await read_head(connection, xinju))
    assert beginnings[1] - beginnings[0] == 60_000


async def test_the_order_of_arrival_does_not_decide(phone_of: PhoneOf) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    earlier = bo.operation("customer", id, {"budget": "8 万"}, base=version)
    earlier["t"] -= 60_000
    later = lin.operation("customer", id, {"budget": "6 万"}, base=version)
    await bo.push([earlier])
    await lin.push([later])
    assert (await Holder(bo).pull()).rows[id].body["budget"] == "6 万"


async def test_a_value_that_lost_to_a_record_without_one_leaves_no_null_there(
    phone_of: PhoneOf, database: Database
) -> None:
    """Lin registered the number first and without signal, and wrote the community a minute later;
    Bo registered it a day later and was heard of first."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    alias, day = make_id(), 24 * 3600 * 1000
    unit = [
        lin.operation("customer", alias, customer(name="孙")),
        lin.operation("customer", alias, {"community": "河畔"}, base=0),
    ]
    for each in unit:
        each["t"] -= day
    fields = {"store_id": RENMIN, "name": "孙伟", "phone": "13900000001"}
    held = make_id()
    await bo.push([bo.operation("customer", held, fields)])
    answer = (await lin.push([unit[0]], [unit[1]])).json()
    assert [each["o"] for each in answer["except"]] == ["duplicate", "merged"]
    rows = await Holder(bo).pull()
    assert "community" not in rows.rows[held].body
    offered = {row.body["field"]: row.body["value_other"] for row in rows.of("conflict")}
    assert offered["community"] == "河畔"
    await suggest_alikes(database, ENTITIES, bo.clock())


async def test_one_tap_restores_the_other_value(phone_of: PhoneOf) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    earlier = bo.operation("customer", id, {"budget": "8 万"}, base=version)
    earlier["t"] -= 60_000
    await lin.push([lin.operation("customer", id, {"budget": "6 万"}, base=version)])
    await bo.push([earlier])
    held = await Holder(bo).pull()
    conflict = held.one("conflict")
    restore = bo.operation(
        "customer", id, {"budget": "8 万"}, base=held.rows[id].version, x=conflict.id
    )
    assert "except" not in (await bo.push([restore])).json()
    after = await Holder(lin).pull()
    assert after.rows[id].body["budget"] == "8 万"
    assert after.one("conflict").body["state"] == "restored"


async def restore(phone: Phone, id: str, conflict: Got, field: str, value: Any) -> Holder:
    """A patch of this field that cites the conflict; what the phone holds afterwards."""
    base = (await Holder(phone).pull()).rows[id].version
    made = phone.operation("customer", id, {field: value}, base=base, x=conflict.id)
    outcome = (await phone.push([made])).json().get("except", [{"o": "applied"}])
    assert outcome[0]["o"] in ("applied", "merged"), outcome
    return await Holder(phone).pull()


async def test_a_patch_of_another_field_restores_nothing(phone_of: PhoneOf) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    await lin.push([lin.operation("customer", id, {"budget": "6 万"}, base=version)])
    await bo.push([bo.operation("customer", id, {"budget": "8 万"}, base=version)])
    conflict = (await Holder(bo).pull()).one("conflict")
    held = await restore(bo, id, conflict, "need", "沙发")
    assert (held.rows[id].body["need"], held.one("conflict").body["state"]) == ("沙发", "open")
    held = await restore(bo, id, conflict, "budget", "7 万")
    assert (held.rows[id].body["budget"], held.one("conflict").body["state"]) == ("7 万", "open")
    other = {"budget": conflict.body["value_other"]}
    await bo.push([bo.operation("customer", id, other, base=held.rows[id].version)])
    held = await restore(bo, id, conflict, "need", "沙发和床")
    assert held.one("conflict").body["state"] == "open"


async def test_the_same_value_of_another_row_in_the_tree_restores_nothing(
    phone_of: PhoneOf,
) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    await lin.push([lin.operation("customer", id, {"name": "孙大伟"}, base=version)])
    await bo.push([bo.operation("customer", id, {"name": "孙小伟"}, base=version)])
    conflict, contact = (await Holder(bo).pull()).one("conflict"), make_id()
    fields = {"customer_id": id, "relation": "spouse", "name": "周芳"}
    await bo.push([bo.operation("contact", contact, fields)])
    named = {"name": conflict.body["value_other"]}
    base = (await Holder(bo).pull()).rows[contact].version
    await bo.push([bo.operation("contact", contact, named, base=base, x=conflict.id)])
    held = await Holder(bo).pull()
    assert held.rows[contact].body["name"] == named["name"]
    assert held.one("conflict").body["state"] == "open"


async def test_of_a_duplicates_values_tags_come_back_and_the_first_source_stands(
    phone_of: PhoneOf,
) -> None:
    bo, wu = await phone_of("bo"), await phone_of("wu")
    id = await register(bo, tags=["沙发"])
    other = customer(store_id=BINJIANG, source="poster", tags=["床"])
    await wu.push([wu.operation("customer", make_id(), other)])
    offered = {row.body["field"]: row for row in (await Holder(bo).pull()).of("conflict")}
    held = await restore(bo, id, offered["tags"], "tags", offered["tags"].body["value_other"])
    assert held.rows[id].body["tags"] == sorted(["床", "沙发"])
    assert held.rows[offered["tags"].id].body["state"] == "restored"
    held = await restore(bo, id, offered["source"], "source", "poster")
    assert held.rows[id].body["source"] == "staff"
    assert held.rows[offered["source"].id].body["state"] == "open"


async def test_the_same_tags_in_another_order_are_no_other_value(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo, tags=["急", "北欧", "急"])
    again = bo.operation("customer", make_id(), customer(tags=["北欧", "急"]))
    assert (await bo.push([again])).json()["except"][0]["of"] == id
    held = await Holder(bo).pull()
    assert (held.rows[id].body["tags"], held.of("conflict")) == (["北欧", "急"], [])


async def test_whoever_had_kept_one_value_and_then_restores_the_other_has_it(
    phone_of: PhoneOf,
) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    await bo.push([bo.operation("customer", id, {"budget": "8 万"}, base=version)])
    lin.clock.advance(minutes=1)  # type: ignore[attr-defined]
    await lin.push([lin.operation("customer", id, {"budget": "6 万"}, base=version)])
    conflict = (await Holder(bo).pull()).one("conflict")
    assert await say(lin, "resolution", conflict_id=conflict.id, choice="keep") is None
    held = await restore(bo, id, conflict, "budget", "8 万")
    assert (held.rows[id].body["budget"], held.one("conflict").body["state"]) == (
        "8 万",
        "restored",
    )


async def test_what_ended_when_the_records_were_parted_is_not_restored(
    phone_of: PhoneOf,
) -> None:
    bo, lin, twin = await phone_of("bo"), await phone_of("lin"), make_id()
    id = await register(bo)
    await lin.push([lin.operation("customer", twin, customer(name="老孙"))])
    conflict = (await Holder(lin).pull()).one("conflict")
    assert await say(lin, "unmerge", alias_id=twin, phone="record") is None
    held = await restore(lin, id, conflict, "name", "老孙")
    assert (held.rows[id].body["name"], held.one("conflict").body["state"]) == ("老孙", "ended")


async def test_a_bare_list_is_no_change_of_a_set_where_nothing_is_restored(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    id = await register(bo, tags=["沙发"])
    answer = await bo.push([bo.operation("customer", id, {"tags": ["床"]}, base=1)])
    assert answer.json()["except"][0]["code"] == "invalid"


async def test_keeping_the_value_closes_the_conflict(phone_of: PhoneOf) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    await lin.push([lin.operation("customer", id, {"budget": "6 万"}, base=version)])
    await bo.push([bo.operation("customer", id, {"budget": "8 万"}, base=version)])
    conflict = (await Holder(bo).pull()).one("conflict")
    fields = {"conflict_id": conflict.id, "choice": "keep"}
    assert "except" not in (await bo.push([bo.operation("resolution", make_id(), fields)])).json()
    assert (await Holder(lin).pull()).one("conflict").body["state"] == "kept"


async def test_a_fast_clock_wins_nothing(phone_of: PhoneOf) -> None:
    bo, lin, id, version = await two_phones(phone_of)
    year = 365 * 24 * 3600 * 1000
    fast = bo.operation("customer", id, {"budget": "8 万"}, base=version)
    fast["t"] += year
    await bo.push([fast], sent_at=bo.clock() + year)
    lin.clock.advance(minutes=1)  # type: ignore[attr-defined]
    await lin.push([lin.operation("customer", id, {"budget": "6 万"}, base=version)])
    assert (await Holder(bo).pull()).rows[id].body["budget"] == "6 万"


async def test_a_known_number_becomes_part_of_the_record_already_there(phone_of: PhoneOf) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    id = await register(bo, budget="")
    twin = make_id()
    fields = {
        "name": "孙大伟",
        "phone": "139 0000 0001",
        "budget": "8 万",
        "store_id": "store-renmin",
    }
    answer = await chen.push([chen.operation("customer", twin, {"source": "staff", **fields})])
    assert answer.json()["except"] == [{"o": "duplicate", "n": 1, "of": id}]
    held = await Holder(bo).pull()
    assert [row.id for row in held.of("customer")] == [id]
    assert (held.rows[id].body["name"], held.rows[id].body["budget"]) == ("孙伟", "8 万")
    assert held.one("conflict").body["value_other"] == "孙大伟"
    assert not (await Holder(chen).pull()).of("customer")


async def test_a_customer_registered_again_and_again_under_other_names_keeps_every_name(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, name="孙伟")
    for name in ("孙先生", "老孙"):
        again = lin.operation("customer", make_id(), customer(name=name))
        answer = await lin.push([again])
        assert answer.status_code == 200
        assert answer.json()["except"] == [{"o": "duplicate", "n": again["n"], "of": id}]
    offered = {row.body["value_other"] for row in (await Holder(bo).pull()).of("conflict")}
    assert offered == {"孙先生", "老孙"}
