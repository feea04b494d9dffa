"""Two people registered one customer: who was first, who decides, and what stays."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from server.collisions.captures import Capture, capture_of, compare
from server.ground import ground_in
from sync import SKEW_TOLERANCE_MS, Timing
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register, say, self_reception
from tests.server.held import Got, Holder
from tests.server.pool_stage import Pool

PhoneOf = Callable[[str], Awaitable[Phone]]


class Scene(NamedTuple):
    """Bo's registration reached the server first; Chen's came an hour later."""

    bo: Phone
    chen: Phone
    lin: Phone
    customer: str

    async def card(self) -> Got:
        return (await Holder(self.lin).pull()).one("collision")

    async def owner(self) -> Any:
        return (await Holder(self.lin).pull()).rows[self.customer].body["owner_id"]


@pytest.fixture
def collide(
    app: Starlette, phone_of: PhoneOf, clock: MovableClock
) -> Callable[..., Awaitable[Scene]]:
    async def made(chen_after_s: float, days: int = 0, meet: bool = False) -> Scene:
        bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
        first = clock.now
        clock.now = first + int(chen_after_s * 1000)
        hers = self_reception(chen, make_id(), phone="13812341234")
        clock.now = first
        customer = make_id()
        mine = self_reception(bo, customer, phone="13812341234", name="王小明")
        clock.now = max(first, hers[0]["t"])
        await bo.push(mine)
        if meet:
            assert await say(bo, "follow_up", **follow_up(customer)) is None
        clock.advance(hours=1, days=days)
        await chen.push(hers)
        while await app.state.worker.tick(clock()):
            pass
        return Scene(bo, chen, lin, customer)

    return made


Collide = Callable[..., Awaitable[Scene]]


async def test_at_the_same_moment_neither_was_first_and_the_manager_gets_the_evidence(
    collide: Collide,
) -> None:
    scene = await collide(2)
    card = (await scene.card()).body
    assert (card["state"], card["why"]) == ("open", "overlap")
    assert (card["one"]["staff_id"], card["other"]["staff_id"]) == ("bo", "chen")
    assert card["one"]["to_at"] - card["one"]["from_at"] <= 2 * SKEW_TOLERANCE_MS
    assert card["other"]["is_certain"]
    assert (card["name_masked"], card["phone_masked"]) == ("王**", "138 **** 1234")
    assert await scene.owner() == "bo"
    told = [row.body for row in (await Holder(scene.lin).pull()).of("notice")]
    assert [each["kind"] for each in told] == ["collision"]


async def test_who_was_clearly_later_is_told_who_was_first(collide: Collide) -> None:
    scene = await collide(60)
    body = (await scene.card()).body
    assert (body["state"], body["why"], body["ruled_by"]) == ("one", "earlier", None)
    assert await scene.owner() == "bo"
    chens = await Holder(scene.chen).pull()
    assert chens.one("collision").body["one"]["staff_id"] == "bo"
    assert "王小明" not in str(chens.one("collision").body)
    assert scene.customer not in chens.rows


async def test_who_was_clearly_earlier_gets_the_customer_and_the_lead(collide: Collide) -> None:
    scene = await collide(-60)
    assert (await scene.card()).body["state"] == "other"
    chens = await Holder(scene.chen).pull()
    assert chens.rows[scene.customer].body["owner_id"] == "chen"
    lead = chens.one("lead").body
    assert (lead["holder_id"], lead["state"]) == ("chen", "accepted")
    assert sorted(row.meta[0] for row in chens.of("arrival")) == ["bo", "chen"]
    assert chens.agrees()


async def test_two_who_registered_a_known_customer_are_held_against_each_other_once(
    app: Starlette,
    phone_of: PhoneOf,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Both came to a record that nobody owned, and the one who was later is looked at last."""
    bo, chen, xia = await phone_of("bo"), await phone_of("chen"), await phone_of("xia")
    customer = await register(xia)
    hers = self_reception(chen, make_id())
    clock.advance(minutes=1)
    await bo.push(self_reception(bo, make_id()))
    clock.advance(seconds=-1)
    await chen.push(hers)
    clock.advance(minutes=1)
    while await app.state.worker.tick(clock()):
        pass
    held = await Holder(chen).pull()
    assert (held.rows[customer].body["owner_id"], held.one("collision").body["state"]) == (
        "chen",
        "other",
    )
    assert "deadline failed" not in caplog.text


async def test_who_has_met_the_customer_since_does_not_lose_them_by_the_clock(
    collide: Collide,
) -> None:
    scene = await collide(-60, meet=True)
    body = (await scene.card()).body
    assert (body["state"], body["why"]) == ("open", "met")
    assert await scene.owner() == "bo"


@pytest.mark.parametrize("is_second_push", [False, True])
async def test_a_clock_that_was_moved_proves_nothing(
    app: Starlette, phone_of: PhoneOf, clock: MovableClock, is_second_push: bool
) -> None:
    """Nor in the second push of a queue, whose first push had the same wrong clock."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await chen.push([remark(chen)])
    contact_at = clock.now
    clock.advance(minutes=10)
    await bo.push(self_reception(bo, make_id(), phone="13812341234"))
    clock.advance(minutes=10)
    if is_second_push:
        await chen.push([remark(chen)], sent_at=clock() + 30_000, more=True)
    late = self_reception(chen, make_id(), phone="13812341234")
    for operation in late:
        operation["t"] -= 15 * 60_000
    await chen.push(late, sent_at=clock() + 30_000)
    while await app.state.worker.tick(clock()):
        pass
    body = (await Holder(lin).pull()).one("collision").body
    assert (body["state"], body["why"], body["other"]["is_certain"]) == ("open", "overlap", False)
    assert (body["other"]["from_at"], body["other"]["to_at"]) == (contact_at, clock.now)


def remark(phone: Phone) -> dict[str, Any]:
    return phone.operation("comment", make_id(), {"customer_id": "x", "text": "在"})


async def test_after_the_protection_window_nobody_is_held_against_anybody(
    collide: Collide,
) -> None:
    scene = await collide(8 * 24 * 3600)
    assert (await Holder(scene.lin).pull()).of("collision") == []


async def test_one_tap_gives_the_customer_to_the_other_and_deletes_nothing(
    collide: Collide,
) -> None:
    scene = await collide(2, meet=True)
    card = await scene.card()
    before = {row.id for row in (await Holder(scene.lin).pull()).rows.values()}
    assert await say(scene.lin, "ruling", collision_id=card.id, choice="other") is None
    lins = await Holder(scene.lin).pull()
    assert before <= lins.rows.keys()
    assert lins.rows[scene.customer].body["owner_id"] == "chen"
    body = lins.rows[card.id].body
    assert (body["state"], body["ruled_by"], body["shares"]) == (
        "other",
        "lin",
        {"bo": 0, "chen": 100},
    )
    assert (await Holder(scene.chen).pull()).of("follow_up")
    told = [row.body for row in (await Holder(scene.bo).pull()).of("notice")]
    assert {row["state"] for row in told if row["kind"] == "collision"} == {"open", "other"}


async def test_credit_is_split_and_the_larger_part_owns(collide: Collide) -> None:
    scene = await collide(2)
    card = await scene.card()
    fields = {"choice": "split", "share": 30, "wish": "other", "wish_note": "客户说找陈"}
    assert await say(scene.lin, "ruling", collision_id=card.id, **fields) is None
    lins = await Holder(scene.lin).pull()
    customer = lins.rows[scene.customer].body
    assert (customer["owner_id"], customer["credits"]) == ("chen", {"bo": 30, "chen": 70})
    body = lins.rows[card.id].body
    assert (body["state"], body["wish"], body["wish_note"]) == ("split", "other", "客户说找陈")


# The partner of a split


@pytest.fixture
def split(collide: Collide) -> Callable[[], Awaitable[Scene]]:
    """Bo met the customer, has a photo and a note of them, and owns; Chen has thirty per cent."""

    async def made() -> Scene:
        scene = await collide(2, meet=True)
        assert await say(scene.bo, "photo", **photo_of(scene.customer)) is None
        assert await say(scene.bo, "comment", **note_on(scene.customer)) is None
        fields = {"collision_id": (await scene.card()).id, "choice": "split", "share": 70}
        assert scene.customer not in (await Holder(scene.chen).pull()).rows
        assert await say(scene.lin, "ruling", **fields) is None
        return scene

    return made


Split = Callable[[], Awaitable[Scene]]


def photo_of(customer: str) -> dict[str, Any]:
    told = {"subject_id": customer, "customer_id": customer, "kind": "customer"}
    return {**told, "sha256": "a" * 64, "bytes": 9, "width": 9, "height": 9}


def note_on(customer: str) -> dict[str, Any]:
    return {"customer_id": customer, "text": "想看白橡木"}


async def give(app: Starlette, clock: MovableClock, id: str, to_id: str | None) -> None:
    await Pool(app, ground_in(app).database, clock).give(id, to_id)


async def test_the_partner_of_a_split_has_the_whole_tree_and_works_on_it(
    split: Split, phone_of: PhoneOf
) -> None:
    scene = await split()
    chens, bos = await Holder(scene.chen).pull(), await Holder(scene.bo).pull()
    tree = {id: row.version for id, row in bos.rows.items() if row.root == scene.customer}
    of_tree = {row.entity for row in bos.rows.values() if row.root == scene.customer}
    assert {"customer", "follow_up", "photo", "comment", "lead"} <= of_tree
    both = {id: row.version for id, row in chens.rows.items() if id in tree}
    private = {row.id for row in bos.of("notice")} | {row.id for row in bos.of("offer")}
    assert both == {id: version for id, version in tree.items() if id not in private}
    assert chens.agrees()
    assert await say(scene.chen, "follow_up", **follow_up(scene.customer)) is None
    assert len((await Holder(scene.bo).pull()).of("follow_up")) == 2
    for stranger in ("wu", "xia"):
        theirs = await Holder(await phone_of(stranger)).pull()
        mine = {row.entity for row in theirs.rows.values() if row.root == scene.customer}
        assert mine <= {"arrival_card"}


@pytest.mark.parametrize("to_id", [None, "lin"])
async def test_the_split_ends_with_a_third_owner_and_what_the_partner_wrote_meanwhile_counts(
    split: Split, app: Starlette, clock: MovableClock, to_id: str | None
) -> None:
    scene = await split()
    held = await Holder(scene.chen).pull()
    clock.advance(minutes=1)
    waiting = scene.chen.operation("follow_up", make_id(), follow_up(scene.customer))
    await give(app, clock, scene.customer, to_id)
    for frame in await scene.chen.pull():
        told = {row[1]: row for row in frame["rows"]}
        assert not [row for row in told.values() if row[3] == scene.customer]
        held.apply(frame)
    of_tree = {row.entity for row in held.rows.values() if row.root == scene.customer}
    assert of_tree <= {"collision", "notice", "arrival_card"}
    assert held.agrees()
    assert "except" not in (await scene.chen.push([waiting])).json()
    lins = await Holder(scene.lin).pull()
    assert waiting["i"] in lins.rows
    assert lins.rows[scene.customer].body["credits"] is None
    assert scene.customer not in (await Holder(scene.chen).pull()).rows


async def test_of_a_split_that_is_over_the_partner_learns_as_much_as_of_nothing(
    split: Split, app: Starlette, clock: MovableClock
) -> None:
    scene = await split()
    chens = await Holder(scene.chen).pull()
    follow, photo = chens.one("follow_up").id, chens.one("photo").id
    await give(app, clock, scene.customer, "lin")
    await scene.chen.pull()
    await scene.chen.push([scene.chen.operation("comment", make_id(), note_on(make_id()))])
    clock.advance(hours=25)
    for entity, fields, name in (
        ("comment", note_on("?"), "customer_id"),
        ("follow_up", follow_up("?"), "customer_id"),
        ("correction", {"fact_id": "?", "fields": {}, "void": True}, "fact_id"),
    ):
        refused = [
            await say(scene.chen, entity, **{**fields, name: id})
            for id in (make_id(), scene.customer if name == "customer_id" else follow)
        ]
        assert [each and {**each, "n": 0} for each in refused[1:]] == [
            {"o": "refused", "n": 0, "code": "not_found", "field": name}
        ]
        assert refused[0] is not None
        assert refused[0]["code"] == "not_found"
    answers = [await scene.chen.client.get(f"/photos/{id}/thumb") for id in (make_id(), photo)]
    assert [each.status_code for each in answers] == [404, 404]


async def test_the_split_goes_on_while_one_of_the_two_owns_and_ends_where_they_were_two_people(
    split: Split, app: Starlette, clock: MovableClock
) -> None:
    scene = await split()
    await give(app, clock, scene.customer, "chen")
    bos = await Holder(scene.bo).pull()
    assert bos.rows[scene.customer].body["credits"] == {"bo": 70, "chen": 30}
    alias = bos.rows[scene.customer].body["merged_ids"][0]
    assert await say(scene.lin, "unmerge", alias_id=alias, phone="record") is None
    lins = await Holder(scene.lin).pull()
    assert lins.rows[scene.customer].body["credits"] is None
    assert lins.rows[alias].body["owner_id"] == "chen"


@pytest.mark.parametrize(("who", "other"), [("chen", "bo"), ("bo", "chen")])
async def test_the_split_ends_in_the_one_act_by_which_either_of_the_two_hands_over(
    split: Split, who: str, other: str
) -> None:
    """Chen's part goes with nothing else of theirs; what Bo owned becomes Chen's, whole."""
    scene = await split()
    phones = {"bo": scene.bo, "chen": scene.chen}
    held = await Holder(phones[who]).pull()
    door = f"/api/staff/{who}/handover"
    wish = {"to_ids": [other]}
    foreseen = (await scene.lin.client.post(f"{door}/rehearsal", json=wish)).json()
    assert foreseen["credits"] == 1
    assert foreseen["rows"] >= len([row for row in held.rows.values() if is_theirs(row, scene)])
    assert (await scene.lin.client.post(door, json=wish)).status_code == 200
    body = (await Holder(scene.lin).pull()).rows[scene.customer].body
    assert (body["owner_id"], body["credits"]) == (other, None)
    (fact,) = [
        each
        for each in (await scene.lin.client.get(f"/api/staff/{who}")).json()["facts"]
        if each["kind"] == "handover"
    ]
    assert fact["told"]["credits"] == {other: [scene.customer]}
    for frame in await phones[who].pull():
        held.apply(frame)
    assert not [row for row in held.rows.values() if is_theirs(row, scene)]
    assert held.agrees()
    assert scene.customer in (await Holder(phones[other]).pull()).rows


def is_theirs(row: Got, scene: Scene) -> bool:
    """Of the tree, but for what was told to them alone and the evidence."""
    return row.root == scene.customer and row.entity not in ("collision", "notice", "arrival_card")


async def test_a_collision_goes_back_with_the_record_that_it_is_about(
    collide: Collide, phone_of: PhoneOf
) -> None:
    older = await register(await phone_of("bo"), phone="13900000002")
    scene = await collide(0)
    taken = scene.bo.operation("customer", scene.customer, {"phone": "13900000002"}, base=0)
    await scene.bo.push([taken])
    asked = (await Holder(scene.lin).pull()).one("candidate")
    assert await say(scene.lin, "decision", candidate_id=asked.id, choice="same") is None
    assert (await scene.card()).root == older
    assert await say(scene.lin, "unmerge", alias_id=scene.customer) is None
    card = await scene.card()
    assert card.root == scene.customer
    assert await say(scene.lin, "ruling", collision_id=card.id, choice="other") is None
    rows = (await Holder(scene.lin).pull()).rows
    assert [rows[id].body["owner_id"] for id in (scene.customer, older)] == ["chen", "bo"]


async def test_what_was_split_is_split_again_when_the_record_comes_back(
    collide: Collide, phone_of: PhoneOf
) -> None:
    older = await register(await phone_of("bo"), phone="13900000002")
    scene = await collide(0)
    lin, id = scene.lin, (await scene.card()).id
    assert await say(lin, "ruling", collision_id=id, choice="split", share=60) is None
    taken = scene.bo.operation("customer", scene.customer, {"phone": "13900000002"}, base=0)
    await scene.bo.push([taken])
    asked = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=asked.id, choice="same") is None
    assert (await Holder(lin).pull()).rows[older].body["credits"] == {"bo": 60, "chen": 40}
    assert await say(lin, "unmerge", alias_id=scene.customer) is None
    rows = (await Holder(lin).pull()).rows
    split = [rows[id].body["credits"] for id in (scene.customer, older)]
    assert split == [{"bo": 60, "chen": 40}, None]


async def test_a_collision_is_ruled_once_by_whoever_leads_the_store(collide: Collide) -> None:
    scene = await collide(2)
    card = await scene.card()
    refused = await say(scene.chen, "ruling", collision_id=card.id, choice="other")
    assert refused is not None
    assert refused["code"] == "forbidden"
    assert await say(scene.lin, "ruling", collision_id=card.id, choice="one") is None
    again = await say(scene.lin, "ruling", collision_id=card.id, choice="other")
    assert again is not None
    assert (again["code"], again["who"]) == ("taken", "lin")


async def test_what_the_clocks_decided_may_still_be_ruled_otherwise(collide: Collide) -> None:
    scene = await collide(60)
    card = await scene.card()
    fields = {"choice": "other", "wish": "other"}
    assert await say(scene.lin, "ruling", collision_id=card.id, **fields) is None
    assert await scene.owner() == "chen"


# Intervals


def at(captured_at: int, received_at: int, skew: int = 0, **known: Any) -> Capture:
    timing = Timing(received_at=received_at, sent_at=received_at - skew, **known)
    return capture_of(captured_at, timing)


def test_a_steady_clock_is_off_by_seconds_however_wrong_it_is() -> None:
    assert at(900_000, 2_000_000, skew=100_000) == Capture(995_000, 1_005_000, True)
    assert at(900_000, 2_000_000, last_skew=60_000, contact_at=500_000) == Capture(
        500_000, 2_000_000, False
    )


def test_nothing_was_captured_after_it_was_received_nor_before_the_phone_says_it_was() -> None:
    assert at(1_999_000, 2_000_000) == Capture(1_994_000, 2_000_000, True)
    assert at(900_000, 2_000_000, skew=100_000, last_skew=60_000) == Capture(
        1_000_000, 2_000_000, False
    )


captures = st.builds(
    at,
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.integers(-(10**6), 10**6),
    contact_at=st.none() | st.integers(0, 10**7),
    last_skew=st.none() | st.integers(-(10**6), 10**6),
)


@given(captures, captures)
def test_whoever_is_asked_first_the_order_is_the_same(one: Capture, other: Capture) -> None:
    opposite = {"one": "other", "other": "one", "overlap": "overlap"}
    assert compare(other, one) == opposite[compare(one, other)]
    assert one.from_at <= one.to_at
    assert compare(one, one) == "overlap"
