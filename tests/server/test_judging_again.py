"""What was refused is kept, asked about, and judged again when its time comes."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from server.db import Database
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, make_id, register, say
from tests.server.erasure_stage import Haystack
from tests.server.held import Got, Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def settle(app: Starlette, clock: MovableClock) -> None:
    while await app.state.worker.tick(clock()):
        pass


def comment(phone: Phone, customer_id: str, text: str = "想看北欧风") -> dict[str, Any]:
    return phone.operation("comment", make_id(), {"customer_id": customer_id, "text": text})


async def refused(phone: Phone) -> list[Got]:
    return (await Holder(phone).pull()).of("refusal")


async def test_a_comment_that_came_before_its_customer_is_judged_again_when_the_customer_comes(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    written_at = clock()
    answer = (await bo.push([comment(bo, id)])).json()
    assert [each["code"] for each in answer["except"]] == ["not_found"]
    clock.advance(days=6)
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    kept = held.one("comment")
    assert (kept.root, kept.body["text"]) == (id, "想看北欧风")
    assert kept.meta == ["bo", written_at, clock(), written_at]
    assert held.of("refusal") == []
    told = held.one("release")
    assert (told.body["device"], told.body["seq"]) == (bo.device, 1)
    assert (told.body["outcome"], told.meta[0]) == ("applied", None)
    assert held.agrees()


async def test_both_in_one_batch_in_the_wrong_order_come_together(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([comment(bo, id)], [bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert held.one("comment").root == id
    assert not held.of("refusal")


async def test_after_seven_days_nothing_is_judged_again_but_everything_is_still_there(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([comment(bo, id)])
    clock.advance(days=7, minutes=1)
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert held.of("comment") == []
    assert held.one("refusal").body["fields"]["text"] == "想看北欧风"


async def test_a_parent_out_of_reach_does_not_let_the_content_in(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    """Wu of the other store names a customer of Bo's that is still on its way."""
    bo, wu, id = await phone_of("bo"), await phone_of("wu"), make_id()
    await wu.push([comment(wu, id)])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    assert (await Holder(bo).pull()).of("comment") == []
    refusal = (await Holder(wu).pull()).one("refusal")
    assert (refusal.body["state"], refusal.body["code"]) == ("again", "not_found")


async def test_a_kept_unit_comes_back_whole(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id, missing = await phone_of("bo"), make_id(), make_id()
    unit = [
        bo.operation("customer", id, customer()),
        comment(bo, id),
        comment(bo, missing, "和家人一起来过"),
    ]
    answer = (await bo.push(unit)).json()
    assert [each["code"] for each in answer["except"]] == ["unit", "unit", "not_found"]
    later = customer(phone="13900000077")
    await bo.push([bo.operation("customer", missing, later)])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert {row.id for row in held.of("customer")} == {id, missing}
    assert {row.root for row in held.of("comment")} == {id, missing}
    assert not held.of("refusal")
    assert held.agrees()


async def test_a_customer_who_came_under_another_id_brings_back_what_was_kept(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    known = await register(bo)
    await bo.push([comment(bo, id)])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    assert (await Holder(bo).pull()).one("comment").root == known


async def test_judged_again_content_keeps_the_time_that_was_worked_out_at_first(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    """The phone's clock is an hour fast."""
    bo, id, hour = await phone_of("bo"), make_id(), 3_600_000
    written_at = clock()
    early = {**comment(bo, id), "t": written_at + hour}
    await bo.push([early], sent_at=written_at + hour)
    clock.advance(hours=5)
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    kept = (await Holder(bo).pull()).one("comment")
    assert kept.meta == ["bo", written_at, clock(), written_at + hour]


async def test_a_unit_that_is_refused_again_leaves_nothing_behind(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([comment(bo, id), comment(bo, make_id())])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert not held.of("comment")
    states = {(row.body["state"], row.body["code"]) for row in held.of("refusal")}
    assert states == {("again", "unit"), ("again", "not_found")}


async def test_a_unit_of_which_its_author_gave_up_a_part_is_left_alone(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([comment(bo, id), comment(bo, id, "和家人一起来过")])
    given_up = next(row for row in await refused(bo) if row.body["code"] == "unit")
    await bo.push([bo.operation("acknowledgement", make_id(), {"refusal_id": given_up.id})])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert not held.of("comment")
    assert held.one("refusal").body["state"] == "kept"


async def test_what_its_author_gave_up_is_left_alone(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([comment(bo, id)])
    (refusal,) = await refused(bo)
    await bo.push([bo.operation("acknowledgement", make_id(), {"refusal_id": refusal.id})])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert not held.of("comment")
    assert not held.of("refusal")


async def wu_asks(phone_of: PhoneOf) -> tuple[Phone, Phone, str]:
    """Wu, of the other store, wrote about Bo's customer and asks for help."""
    bo, wu = await phone_of("bo"), await phone_of("wu")
    id = await register(bo)
    await wu.push([comment(wu, id, "她姐姐在滨江店看过")])
    (refusal,) = await refused(wu)
    fields = {"refusal_id": refusal.id, "note": "是同一家人"}
    answer = await wu.push([wu.operation("appeal", make_id(), fields)])
    assert "except" not in answer.json()
    return bo, wu, refusal.id


async def test_asked_about_it_lies_before_the_manager_with_the_note(
    phone_of: PhoneOf,
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([comment(bo, id)])
    (refusal,) = await refused(bo)
    lin = await phone_of("lin")
    assert await refused(lin) == []
    await bo.push(
        [bo.operation("appeal", make_id(), {"refusal_id": refusal.id, "note": "客户在店里"})]
    )
    (seen,) = await refused(lin)
    assert (seen.body["state"], seen.body["note"]) == ("asked", "客户在店里")
    assert seen.body["fields"]["text"] == "想看北欧风"


async def test_a_manager_releases_with_the_rights_of_both(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    """Chen, a colleague, has no reach to Bo's customer; the manager of their store has."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    id = await register(bo)
    await chen.push([comment(chen, id, "周末带孩子来过")])
    (refusal,) = await refused(chen)
    await chen.push([chen.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    answer = await lin.push(
        [lin.operation("release", make_id(), {"refusal_id": refusal.id, "choice": "apply"})]
    )
    assert "except" not in answer.json()
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert (held.one("comment").body["text"], held.one("comment").meta[0]) == (
        "周末带孩子来过",
        "chen",
    )
    chens = await Holder(chen).pull()
    assert chens.of("refusal") == []
    assert chens.one("release").body["outcome"] == "applied"
    assert await refused(lin) == []


async def test_a_manager_declines_and_the_author_still_has_every_word(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, lin, id = await phone_of("bo"), await phone_of("lin"), make_id()
    await bo.push([comment(bo, id)])
    (refusal,) = await refused(bo)
    await bo.push([bo.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    fields = {"refusal_id": refusal.id, "choice": "decline", "note": "重复了"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await settle(app, clock)
    (mine,) = await refused(bo)
    assert (mine.body["state"], mine.body["answered_by"], mine.body["answer"]) == (
        "declined",
        "lin",
        "重复了",
    )
    assert mine.body["fields"]["text"] == "想看北欧风"
    assert await refused(lin) == []


async def test_whoever_declines_lends_no_rights_when_what_was_missing_comes(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    """Chen wrote about a customer of Bo's who was still on the way: the manager sees both."""
    bo, chen, lin, id = (
        await phone_of("bo"),
        await phone_of("chen"),
        await phone_of("lin"),
        make_id(),
    )
    await chen.push([comment(chen, id)])
    (refusal,) = await refused(chen)
    await chen.push([chen.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    fields = {"refusal_id": refusal.id, "choice": "decline", "note": "不是他的客户"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    assert (await Holder(bo).pull()).of("comment") == []
    held = await Holder(chen).pull()
    assert held.one("refusal").body["state"] == "again"
    assert held.one("release").body["outcome"] is None


async def test_what_was_declined_comes_in_by_its_authors_own_rights_and_says_so(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, lin, id = await phone_of("bo"), await phone_of("lin"), make_id()
    await bo.push([comment(bo, id)])
    (refusal,) = await refused(bo)
    await bo.push([bo.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    fields = {"refusal_id": refusal.id, "choice": "decline"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert held.one("comment").root == id
    told = {row.body["choice"]: (row.body["outcome"], row.meta[0]) for row in held.of("release")}
    assert told == {"decline": (None, "lin"), "apply": ("applied", None)}


async def test_what_a_release_cannot_cure_is_refused_again_and_stays(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, lin, id = await phone_of("bo"), await phone_of("lin"), make_id()
    await bo.push([comment(bo, id)])
    (refusal,) = await refused(bo)
    await bo.push([bo.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    fields = {"refusal_id": refusal.id, "choice": "apply"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await settle(app, clock)
    (mine,) = await refused(bo)
    assert (mine.body["state"], mine.body["code"]) == ("again", "not_found")
    assert mine.body["fields"]["text"] == "想看北欧风"


async def test_only_its_author_gives_up_or_asks_about_what_was_refused(phone_of: PhoneOf) -> None:
    """The manager who was asked sees it, too."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await bo.push([comment(bo, make_id())])
    (refusal,) = await refused(bo)
    asked = {"refusal_id": refusal.id, "note": "客户在店里"}
    await bo.push([bo.operation("appeal", make_id(), asked)])
    give_up = lin.operation("acknowledgement", make_id(), {"refusal_id": refusal.id})
    ask = lin.operation("appeal", make_id(), {"refusal_id": refusal.id, "note": "不是我写的"})
    answer = (await lin.push([give_up], [ask])).json()
    assert [each["code"] for each in answer["except"]] == ["not_found", "not_found"]
    (kept,) = await refused(bo)
    assert (kept.body["fields"]["text"], kept.body["note"]) == ("想看北欧风", "客户在店里")


async def test_an_edit_that_came_before_its_customer_is_judged_again_as_an_edit(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, id = await phone_of("bo"), make_id()
    await bo.push([bo.operation("customer", id, {"need": "餐桌"}, base=0)])
    await bo.push([bo.operation("customer", id, customer())])
    await settle(app, clock)
    held = await Holder(bo).pull()
    assert (held.one("customer").body["need"], held.of("refusal")) == ("餐桌", [])


async def test_an_edit_to_a_taken_number_asks_the_manager_also_when_it_is_judged_again(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, lin, id = await phone_of("bo"), await phone_of("lin"), make_id()
    held = await register(bo)
    await bo.push([bo.operation("customer", id, {"phone": "13900000001"}, base=0)])
    await bo.push([bo.operation("customer", id, customer(phone="13900000002"))])
    await settle(app, clock)
    assert [row.body["code"] for row in await refused(bo)] == ["phone_taken"]
    asked = (await Holder(lin).pull()).one("candidate").body
    assert {asked["one"]["id"], asked["other"]["id"]} == {id, held}


async def test_a_released_edit_restores_what_it_was_to_restore(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    """Chen may not see the customer whose conflict he would settle."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    id = await register(bo)
    version = (await Holder(bo).pull()).rows[id].version
    await bo.push([bo.operation("customer", id, {"need": "沙发"}, base=version)])
    await lin.push([lin.operation("customer", id, {"need": "餐桌"}, base=version)])
    held = await Holder(bo).pull()
    conflict, version = held.one("conflict"), held.rows[id].version
    restore = {"need": conflict.body["value_other"]}
    await chen.push([chen.operation("customer", id, restore, base=version, x=conflict.id)])
    (refusal,) = await refused(chen)
    await chen.push([chen.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    fields = {"refusal_id": refusal.id, "choice": "apply"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await settle(app, clock)
    assert (await Holder(bo).pull()).rows[conflict.id].body["state"] == "restored"


async def test_what_is_refused_again_waits_for_what_is_missing_now(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, one, two = await phone_of("bo"), make_id(), make_id()
    await bo.push([comment(bo, one), comment(bo, two)])
    for id, phone in ((one, "13900000001"), (two, "13900000002")):
        assert not (await Holder(bo).pull()).of("comment")
        await bo.push([bo.operation("customer", id, customer(phone=phone))])
        await settle(app, clock)
    held = await Holder(bo).pull()
    assert {row.root for row in held.of("comment")} == {one, two}
    assert not held.of("refusal")


async def test_only_a_manager_who_was_asked_can_release(phone_of: PhoneOf) -> None:
    _, wu, refusal_id = await wu_asks(phone_of)
    chen, lin = await phone_of("chen"), await phone_of("lin")
    fields = {"refusal_id": refusal_id, "choice": "apply"}
    for phone, code in ((wu, "forbidden"), (chen, "forbidden"), (lin, "not_found")):
        answer = (await phone.push([phone.operation("release", make_id(), fields)])).json()
        assert [each["code"] for each in answer["except"]] == [code]


async def test_the_second_answer_learns_who_was_first(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin, id = await phone_of("bo"), await phone_of("lin"), make_id()
    await bo.push([comment(bo, id)])
    (refusal,) = await refused(bo)
    await bo.push([bo.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    one = lin.operation("release", make_id(), {"refusal_id": refusal.id, "choice": "decline"})
    two = lin.operation("release", make_id(), {"refusal_id": refusal.id, "choice": "apply"})
    answer = (await lin.push([one], [two])).json()
    (exception,) = answer["except"]
    assert (exception["code"], exception["who"], exception["when"]) == ("taken", "lin", clock())


async def test_what_its_author_gave_up_is_nowhere_any_more(
    phone_of: PhoneOf, database: Database
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await bo.push([comment(bo, make_id(), "nadel content")])
    id = (await refused(bo))[0].id
    assert await say(bo, "appeal", refusal_id=id, note="nadel plea") is None
    assert await say(lin, "release", refusal_id=id, choice="decline", note="nadel answer") is None
    haystack = Haystack(database, Path("nowhere"))
    assert (await haystack.everything()).count("nadel") >= 3
    assert await say(bo, "acknowledgement", refusal_id=id) is None
    assert await refused(bo) == []
    assert "nadel" not in await haystack.everything()
