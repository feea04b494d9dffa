"""At every door, an id that exists and is not yours is answered like one that does not exist.

`test_leaks_sweep.py` tries everything a phone may push. Here are the doors themselves, with their
status, body, headers and, coarsely, their time. `test_leaks_public.py` has those for strangers.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from server.customers.known import SALT_BYTES
from sync import Backfill, decode_cursor, encode_cursor
from tests.cast import BINJIANG, ORG
from tests.conftest import DATABASES, empty_database
from tests.phone import Phone
from tests.server.deeds import customer, make_id
from tests.server.doors import Hidden, begin, doors, least, told, tus
from tests.server.held import Got, Holder
from tests.server.photo_stage import metadata, picture
from tests.server.rivals import MO, RIVAL_STORE, Town, busy_town

SLOWER, MORE_S = 2.5, 0.005
LOOKS = 3

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=DATABASES)
async def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    """One town for all tests here: a day in it takes seconds, and none of them changes it."""
    folder = tmp_path_factory.mktemp("town")
    async with busy_town(empty_database(request, folder), folder) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hidden(town: Town) -> Hidden:
    holders = [await Holder(house.rep).pull() for house in (town.near, town.rival)]

    def ids(entity: str) -> list[str]:
        return [holder.of(entity)[0].id for holder in holders]

    return Hidden(
        customers=ids("customer"),
        contacts=ids("contact"),
        leads=ids("lead"),
        photos=ids("photo"),
        recordings=ids("recording"),
        conflicts=ids("conflict"),
        refusals=ids("refusal"),
        devices=[town.near.rep.device, town.rival.rep.device],
        uploads=[await begin(town.near.rep), await begin(town.rival.rep)],
    )


async def test_every_door_answers_a_hidden_id_like_one_that_names_nothing(
    town: Town, hidden: Hidden
) -> None:
    wu = town.far.rep
    for door in doors(wu, hidden):
        blank = told(await door.call(door.nothing), door.nothing)
        for id in door.hidden:
            assert told(await door.call(id), id) == blank, f"{door.name} tells of {id}"


async def test_what_is_kept_of_a_refusal_is_alike_too(town: Town, hidden: Hidden) -> None:
    wu = town.far.rep
    before = (await Holder(wu).pull()).rows
    for door in [each for each in doors(wu, hidden) if each.name in PUSHED]:
        for id in (door.nothing, *door.hidden):
            await door.call(id)
    kept = [row for id, row in (await Holder(wu).pull()).rows.items() if id not in before]
    assert {row.entity for row in kept} == {"refusal"}
    shapes: dict[str, set[str]] = {}
    for row in kept:
        body = {k: v for k, v in row.body.items() if k not in ("seq", "unit", "row_id")}
        text = json.dumps([sorted(row.scopes), body], sort_keys=True)
        shapes.setdefault(row.body["entity"], set()).add(UUID.sub("·", text))
    assert {entity for entity, told in shapes.items() if len(told) > 1} == set()


PUSHED = ("comment", "edit", "contact", "close", "accept", "keep", "acknowledge")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def test_no_door_takes_longer_over_a_hidden_id(town: Town, hidden: Hidden) -> None:
    """A tree of a thousand rows behind each id: whoever looked into it would be seen to."""
    wu = town.far.rep
    for house, id in zip((town.near, town.rival), hidden.customers, strict=True):
        notes = [{"customer_id": id, "text": "想看白橡木 " * 40} for _ in range(1000)]
        bo = house.rep
        await bo.push(*[[bo.operation("comment", make_id(), note)] for note in notes])
    slow = {}
    for door in doors(wu, hidden):
        if door.name in ("small", "full", "keep", "acknowledge"):
            continue
        # Whoever really looks into the tree is slow each time; a busy machine is not.
        for _ in range(LOOKS):
            quick, slowest = await least(door)
            if slowest <= SLOWER * quick + MORE_S:
                break
        else:
            slow[door.name] = (quick, slowest)
    assert not slow


async def test_an_own_offer_says_nothing_about_somebody_elses_lead(
    town: Town, hidden: Hidden
) -> None:
    """Whoever is offered a lead need not see it: the offer speaks for it, and for no other."""
    wu = town.far.rep
    offers = (await Holder(wu).pull()).of("offer")
    outcomes = []
    for lead in (make_id(), *hidden.leads):
        for offer in (offers[0].id, BINJIANG):
            claim = {"lead_id": lead, "offer_id": offer}
            answer = await wu.push([wu.operation("acceptance", make_id(), claim)])
            outcomes.append({**answer.json()["except"][0], "n": 0})
    assert all(each == outcomes[0] for each in outcomes)
    assert outcomes[0]["code"] == "not_found"


async def test_a_lead_is_reassigned_to_people_only(town: Town) -> None:
    head = town.near.head
    assert head is not None
    held = await Holder(head).pull()
    lead = next(row for row in held.of("lead") if row.body["state"] != "closed")
    fields = {"lead_id": lead.id, "to_id": held.of("customer")[0].id}
    answer = await head.push([head.operation("reassignment", make_id(), fields)])
    assert answer.json()["except"][0]["code"] == "not_eligible"


async def test_an_alias_lets_no_manager_delete_a_customer_out_of_sight(
    town: Town, hidden: Hidden
) -> None:
    """An alias is open to reports: whoever made it did not know the record. A deletion is none."""
    lin, wu = town.near.head, town.far.rep
    assert lin is not None
    theirs = next(row for row in (await Holder(wu).pull()).of("customer") if is_idle(row))
    alias, number = make_id(), theirs.body["phone"]
    joined = await lin.push([lin.operation("customer", alias, customer(phone=number))])
    assert joined.json()["except"][0]["of"] == theirs.id
    outcomes = []
    for id in (alias, theirs.id, make_id()):
        answer = await lin.push([lin.operation("deletion", make_id(), {"row_id": id})])
        outcomes.append({**answer.json()["except"][0], "n": 0})
    assert outcomes == [outcomes[2]] * 3
    assert theirs.id in (await Holder(wu).pull()).rows


def is_idle(row: Got) -> bool:
    return not row.body.get("open_lead_id") and not row.body.get("holder_ids")


async def test_what_hangs_on_a_store_is_not_everybodys_to_read(town: Town) -> None:
    """A visit to a store is between the visitor and its manager, and so is a photo of it."""
    wu, bo = town.far.rep, town.near.rep
    place = {"lat": 31.2, "lng": 121.4, "accuracy_m": 9, "fix_source": "gps", "fix_at": 0}
    visit, photo = make_id(), make_id()
    of_it = {"subject_id": visit, "kind": "visit", "sha256": "b" * 64}
    size = {"bytes": 9, "width": 9, "height": 9}
    unit = [
        wu.operation("visit", visit, {**place, "store_id": BINJIANG}),
        wu.operation("photo", photo, {**of_it, **size}),
    ]
    assert "except" not in (await wu.push(unit)).json()
    assert {visit, photo} <= set((await Holder(wu).pull()).rows)
    assert not {visit, photo} & set((await Holder(bo).pull()).rows)
    for entity, fields in (
        ("comment", {"customer_id": BINJIANG, "text": "大家好"}),
        ("visit", {**place, "customer_id": ORG}),
    ):
        answer = await wu.push([wu.operation(entity, make_id(), fields)])
        assert answer.json()["except"][0]["code"] == "not_found"


async def test_the_correction_of_what_hangs_on_a_store_is_read_by_whoever_reads_that(
    town: Town,
) -> None:
    wu, bo = town.far.rep, town.near.rep
    visit, photo, correction, taken_back = [make_id() for _ in range(4)]
    of_it = {"subject_id": visit, "kind": "visit", "sha256": "c" * 64}
    size = {"bytes": 9, "width": 9, "height": 9}
    told = {"fact_id": visit, "fields": {"note": "店长不在"}, "note": "写错了"}
    unit = [
        wu.operation("visit", visit, {"store_id": BINJIANG, "fix_source": "not_asked"}),
        wu.operation("photo", photo, {**of_it, **size}),
        wu.operation("correction", correction, told),
        wu.operation("correction", taken_back, {"fact_id": photo, "void": True, "note": "拍错了"}),
    ]
    assert "except" not in (await wu.push(unit)).json()
    own, others = (await Holder(wu).pull()).rows, (await Holder(bo).pull()).rows
    for fact, said in ((visit, correction), (photo, taken_back)):
        assert said not in others
        assert own[said].scopes == own[fact].scopes


async def test_an_id_in_use_is_refused_whoever_has_it_and_free_in_another_organisation(
    town: Town, hidden: Hidden
) -> None:
    """Ids are 74 random bits: whoever can name one of somebody else's was told it."""
    wu = town.far.rep
    own = (await Holder(wu).pull()).of("customer")[0].id
    near, rival = hidden.customers
    codes = []
    for id in (own, near, rival):
        note = {"customer_id": own, "text": "x"}
        answer = (await wu.push([wu.operation("comment", id, note)])).json()
        codes.append([each["code"] for each in answer.get("except", [])])
    assert codes == [["id_taken"], ["id_taken"], []]


async def test_a_conflict_of_another_tree_cannot_be_cited(town: Town, hidden: Hidden) -> None:
    wu = town.far.rep
    own = (await Holder(wu).pull()).of("customer")[0]
    outcomes = []
    for id in (make_id(), *hidden.conflicts):
        edit = wu.operation("customer", own.id, {"need": "x"}, base=own.version, x=id)
        outcomes.append({**(await wu.push([edit])).json()["except"][0], "n": 0})
    assert outcomes == [{"o": "refused", "n": 0, "code": "not_found", "field": "conflict"}] * 3


async def test_bytes_sent_for_somebody_elses_photo_fare_like_those_for_none(
    town: Town, hidden: Hidden
) -> None:
    wu, data = town.far.rep, picture()
    answers = []
    for id in (make_id(), *hidden.photos):
        told = {"upload-length": str(len(data)), "upload-metadata": metadata(id, data)}
        sent = {"content-type": "application/offset+octet-stream", **told}
        answer = await tus(wu, "POST", "/photos/uploads", sent, data)
        answers.append((answer.status_code, answer.text, answer.headers.get("upload-offset")))
    assert answers == [answers[0]] * 3
    bo = await Holder(town.near.rep).pull()
    assert bo.rows[hidden.photos[0]].body["state"] == "pending"


async def test_an_admin_finds_nobody_and_no_store_of_another_organisation(
    town: Town, hidden: Hidden
) -> None:
    wu, hua = town.far.rep.client, town.admin.client
    wish = {"accepts_leads": False}
    people = (make_id(), MO, hidden.customers[0])
    answers = [await hua.patch(f"/api/staff/{id}", json=wish) for id in people]
    assert {(a.status_code, a.json()["error"]["code"]) for a in answers} == {(404, "not_found")}
    answers = [await wu.patch(f"/api/staff/{id}", json=wish) for id in (*people, "bo")]
    assert [(a.status_code, a.json()["error"]) for a in answers] == [
        (403, {"code": "forbidden"})
    ] * 4
    stores = [make_id(), RIVAL_STORE, hidden.customers[0]]
    answers = [await hua.patch("/api/staff/bo", json={"store_ids": [id]}) for id in stores]
    assert len({(a.status_code, str(a.json()["error"])) for a in answers}) == 1
    assert answers[0].status_code == 400


async def test_the_file_of_known_numbers_knows_none_of_another_organisation(town: Town) -> None:
    wu, rep = town.far.rep, town.rival.rep
    file = (await wu.client.get("/api/known-phones")).content
    salt, known = file[:SALT_BYTES], {file[n : n + 3] for n in range(SALT_BYTES, len(file), 3)}

    async def numbers(phone: Phone) -> list[str]:
        return [row.body["phone"] for row in (await Holder(phone).pull()).of("customer")]

    def is_known(number: str) -> bool:
        return hashlib.sha256(salt + number.encode()).digest()[:3] in known

    assert any(map(is_known, await numbers(wu)))
    assert not any(map(is_known, await numbers(rep)))


# Pulling


@pytest.mark.parametrize("waits", [False, True])
async def test_a_cursor_that_names_foreign_scopes_brings_nothing_of_them(
    town: Town, waits: bool
) -> None:
    """Cursors are checked, not trusted: anybody can write one."""
    wu = town.far.rep
    whole = await Holder(wu).pull()
    assert wu.cursor
    held, answers = decode_cursor(wu.cursor), []
    for foreign in (["staff:bo", "desk:store-renmin"], ["staff:zz", "desk:store-nowhere"]):
        scopes = [*held.scopes, *foreign]
        owed = Backfill(scopes, held.seq, 0, 0, 0, 0, -1) if waits else None
        wu.cursor = encode_cursor(replace(held, seq=0, scopes=scopes, backfill=owed))
        frames = await wu.pull()
        assert {row[1] for frame in frames for row in frame["rows"]} <= set(whole.rows)
        assert all(set(frame["s"]) == set(held.scopes) for frame in frames)
        answers.append([(f["rows"], f["gone"], f.get("digest"), f.get("resync")) for f in frames])
    assert answers[0] == answers[1]


async def test_somebody_elses_cursor_is_worth_nothing(town: Town) -> None:
    wu = town.far.rep
    whole = await Holder(wu).pull()
    for other in (town.near.rep, town.far.spare, town.rival.rep):
        await other.pull()
        holder = Holder(wu)
        wu.cursor = other.cursor
        await holder.pull()
        assert holder.resynced
        assert holder.rows == whole.rows


async def test_asking_for_a_foreign_scope_again_sends_nothing(town: Town) -> None:
    wu = town.far.rep
    await wu.pull()
    answers = []
    for scope in ("staff:bo", "staff:nobody"):
        answers.append(await wu.pull(resend=[scope]))
    assert [[(f["rows"], f.get("dropped")) for f in frames] for frames in answers] == [
        [([], None)]
    ] * 2


async def test_verification_speaks_of_own_scopes_only(town: Town) -> None:
    wu = town.far.rep
    holder = await Holder(wu).pull()
    own = {scope: list(lanes) for scope, lanes in holder.digest.items()}
    bo = await Holder(town.near.rep).pull()
    theirs = {"staff:bo": list(bo.digest["staff:bo"])}
    answers = [
        await wu.client.post("/sync/verify", json={"digest": {**own, **more}})
        for more in ({}, theirs, {"staff:bo": [0, 0, 0]}, {"staff:nobody": [1, 2, 3]})
    ]
    assert [answer.json() for answer in answers] == [{"differ": []}] * 4
