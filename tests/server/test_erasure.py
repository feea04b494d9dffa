"""Whoever asks to be erased is: on the server, on every phone, in what comes late, in backups."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.app import create_app
from server.config import Config
from server.db import Database
from server.exchange.entities import ENTITIES
from server.notify.tables import notifications
from server.photos.janitor import sweep
from server.privacy.erasure import Entry
from server.privacy.journal import append, read
from server.privacy.replaying import replay
from server.rows import find_row, is_erased
from server.rows.tables import rows
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import arrival, customer, follow_up, make_id, register, say, self_reception
from tests.server.erasure_stage import NEEDLE, NUMBERS, PLACE, Haystack, Life, hang_robot, send
from tests.server.held import Holder
from tests.server.photo_stage import fact as photo_of
from tests.server.photo_stage import picture
from tests.server.test_passes import pass_of_a_walk_in, scanned
from tests.server.visitor import Visitor, is_thanks, nonce_in

PhoneOf = Callable[[str], Awaitable[Phone]]

ELSEWHERE = {
    *("organisation", "store", "staff", "template", "script", "presence", "attendance"),
    *("erasure", "acknowledgement", "unmerge", "lead_acknowledgement", "walk_in", "store_point"),
    "code_check",
}
"""Rows that are about no customer, and what leaves no words."""


async def erase(client: httpx.AsyncClient, id: str, reason: str = "asked") -> dict[str, object]:
    answer = await client.post(f"/api/customers/{id}/erasure", json={"reason": reason})
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


async def test_nothing_of_an_erased_customer_is_left_anywhere(
    app: Starlette,
    config: Config,
    database: Database,
    clock: MovableClock,
    phone_of: PhoneOf,
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    kept = await register(chen, name="Bleibt", phone="13600000001")
    await hang_robot(database)
    life = Life(app, clock, bo, chen, lin)
    await life.live()
    haystack = Haystack(database, config.data)
    before = await haystack.everything()
    assert [each for each in (*life.needles, str(PLACE["lat"])) if each not in before] == []
    assert len(haystack.blobs()) == 4
    async with database.read() as connection:
        planted = set((await connection.execute(select(rows.c.entity).distinct())).scalars())
    assert set(ENTITIES) - planted - ELSEWHERE == set()
    for id in (life.id, life.other):
        await erase(lin.client, id)
    await database.scrub(["rows"])
    after = await haystack.everything()
    at = after.find(NEEDLE)
    assert at < 0, after[max(0, at - 300) : at + 60]
    assert [each for each in (*NUMBERS, str(PLACE["lat"])) if each in after] == []
    assert haystack.blobs() == []
    assert "bleibt" in after
    assert (await Holder(chen).pull()).rows[kept].body["name"] == "Bleibt"


async def test_a_customer_leaves_every_phone_and_each_says_so(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin, xia, chen = [await phone_of(who) for who in ("bo", "lin", "xia", "chen")]
    id = make_id()
    await bo.push(self_reception(bo, id, phone=NUMBERS[0]))
    held = {phone: await Holder(phone).pull() for phone in (bo, lin, xia)}
    assert all(of_tree(each, id) for each in held.values())
    erasure = await erase(lin.client, id)
    waiting = await waiting_for(lin, erasure["id"])
    assert waiting == {"bo", "lin", "xia", "chen"}
    for who, (phone, holder) in zip(("bo", "lin", "xia"), held.items(), strict=True):
        await holder.pull()
        assert of_tree(holder, id) == []
        assert holder.agrees()
        assert holder.one("erasure").body["ids"] == [id]
        # Only who comes back from the head has compared its digests.
        assert await waiting_for(lin, erasure["id"]) == waiting
        await phone.pull()
        waiting -= {who}
        assert await waiting_for(lin, erasure["id"]) == waiting
    assert waiting == {"chen"}


def of_tree(holder: Holder, id: str) -> list[str]:
    return [row.entity for row in holder.rows.values() if row.root == id]


async def waiting_for(phone: Phone, erasure_id: object) -> set[str]:
    """Whose phones have not confirmed it."""
    (told,) = (await phone.client.get("/api/erasures")).json()["erasures"]
    assert told["id"] == erasure_id
    return {each["staff_id"] for each in told["waiting"]}


async def test_what_still_waits_on_a_phone_is_answered_erased_and_not_kept(
    phone_of: PhoneOf, database: Database
) -> None:
    bo, xia, lin = await phone_of("bo"), await phone_of("xia"), await phone_of("lin")
    older, id = await register(bo, phone=NUMBERS[1]), await register(bo, phone=NUMBERS[0])
    alias = make_id()
    await bo.push([bo.operation("customer", alias, customer(phone=NUMBERS[0], name="另一位"))])
    comment = make_id()
    await bo.push([bo.operation("comment", comment, {"customer_id": id, "text": "之前"})])
    offered = (await Holder(bo).pull()).one("conflict").id
    await erase(lin.client, id)
    told, photo = make_id(), make_id()
    units = [
        [bo.operation("customer", older, {"name": NEEDLE}, base=1, x=offered)],
        [bo.operation("comment", make_id(), {"customer_id": id, "text": NEEDLE})],
        [bo.operation("comment", make_id(), {"customer_id": alias, "text": NEEDLE})],
        [bo.operation("customer", id, {"name": NEEDLE}, base=1)],
        [bo.operation("customer", id, customer(name=NEEDLE))],
        [bo.operation("correction", make_id(), {"fact_id": comment, "fields": {"text": NEEDLE}})],
        # What is wrong with it beside is not asked: it would be kept for that.
        [bo.operation("comment", make_id(), {"customer_id": id, "text": NEEDLE, "mood": 1})],
        [bo.operation("opinion", make_id(), {"customer_id": id, "text": NEEDLE})],
        # A unit goes as a whole, and what names one of its rows goes with it.
        [
            bo.operation("follow_up", told, follow_up(id, answers={"q": NEEDLE})),
            bo.operation("photo", photo, {**photo_of(b"x"), "subject_id": told}),
        ],
        [bo.operation("correction", make_id(), {"fact_id": told, "note": NEEDLE})],
        [bo.operation("comment", make_id(), {"customer_id": older, "text": "还在"})],
    ]
    answer = (await bo.push(*units)).json()
    outcomes = {(each["o"], each["code"]) for each in answer["except"]}
    assert outcomes == {("refused", "erased")}
    assert len(answer["except"]) == 11
    forbidden = xia.operation("comment", make_id(), {"customer_id": id, "text": NEEDLE})
    assert (await xia.push([forbidden])).json()["except"][0]["code"] == "erased"
    again = (await bo.push(*units)).json()
    assert (again["done"], again["except"]) == (answer["done"], answer["except"])
    holder = await Holder(bo).pull()
    assert (holder.of("refusal"), holder.agrees()) == ([], True)
    assert NEEDLE not in await Haystack(database, Path("nowhere")).everything()
    assert (await send(bo, photo, b"x")).json()["error"]["code"] == "erased"


async def test_what_a_lost_phone_still_had_of_an_erased_customer_is_not_kept_for_the_manager(
    phone_of: PhoneOf, database: Database
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, other = await register(bo, phone=NUMBERS[0]), await register(bo, phone=NUMBERS[1])
    unsent = [
        [bo.operation("comment", make_id(), {"customer_id": id, "text": NEEDLE})],
        [bo.operation("comment", make_id(), {"customer_id": other, "text": "还在"})],
    ]
    await erase(lin.client, id)
    await lin.client.delete(f"/api/devices/{bo.device}?why=lost")
    answer = (await bo.push(*unsent)).json()
    assert [each["code"] for each in answer["except"]] == ["erased", "revoked"]
    assert NEEDLE not in await Haystack(database, Path("nowhere")).everything()
    assert (await Holder(lin).pull()).one("refusal").body["fields"]["text"] == "还在"


async def test_the_pass_of_somebody_who_was_erased_names_them_still(phone_of: PhoneOf) -> None:
    bo, xia, lin = await phone_of("bo"), await phone_of("xia"), await phone_of("lin")
    code = await pass_of_a_walk_in(bo)
    await erase(lin.client, (await Holder(bo).pull()).one("customer").id)
    told = await say(xia, "arrival", **scanned(code))
    assert told is not None
    assert told["code"] == "erased"
    assert (await Holder(xia).pull()).of("refusal") == []


async def test_bytes_that_came_before_their_fact_go_with_it(
    app: Starlette, config: Config, database: Database, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, photo, data = await register(bo), make_id(), picture()
    kept = await register(bo, phone=NUMBERS[1])
    assert (await send(bo, photo, data)).status_code == 201
    haystack = Haystack(database, config.data)
    assert len(haystack.blobs()) == 2
    await erase(lin.client, id)
    # The same picture of somebody else stays.
    other = make_id()
    theirs = {**photo_of(data), "subject_id": kept, "customer_id": kept}
    await bo.push([bo.operation("photo", other, theirs)])
    assert (await send(bo, other, data)).status_code == 201
    unit = bo.operation("photo", photo, {**photo_of(data), "subject_id": id, "customer_id": id})
    (told,) = (await bo.push([unit])).json()["except"]
    assert told["code"] == "erased"
    await sweep(app.state.darkroom)
    assert len(haystack.blobs()) == 2
    await erase(lin.client, kept)
    assert haystack.blobs() == []


async def test_a_lead_that_is_open_ends_with_its_customer(
    app: Starlette, database: Database, clock: MovableClock, phone_of: PhoneOf, sun: Visitor
) -> None:
    lin = await phone_of("lin")
    await hang_robot(database)
    nonce = nonce_in(await sun.open())
    clock.advance(seconds=20)
    assert is_thanks(await sun.send(nonce))
    while await app.state.worker.tick(clock()):
        pass
    id = (await Holder(lin).pull()).one("customer").id
    before = (await lin.client.get(f"/api/customers/{id}/erasure")).json()
    assert (before["open_leads"], before["records"]["offer"]) == (1, 1)
    await erase(lin.client, id)
    assert (await sun.send(nonce)).status_code == 404
    clock.advance(minutes=45)
    while await app.state.worker.tick(clock()):
        pass
    holder = await Holder(lin).pull()
    assert [row.entity for row in holder.rows.values() if row.root == id] == []
    async with database.read() as connection:
        assert (await connection.execute(select(notifications.c.id))).all() == []
    # They come of their own accord: that is a new consent, and they are somebody new.
    assert is_thanks(await sun.register())
    assert (await Holder(lin).pull()).one("customer").id != id


async def test_a_number_that_was_erased_comes_back_only_with_a_new_consent(
    phone_of: PhoneOf, sun: Visitor
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, other = await register(bo, phone=NUMBERS[0]), await register(bo, phone=NUMBERS[1])
    assert len((await bo.client.get("/api/known-phones")).content) == 16 + 2 * 3
    await erase(lin.client, id)
    assert len((await bo.client.get("/api/known-phones")).content) == 16 + 3
    new = bo.operation("customer", make_id(), customer(phone="137 1234 0001"))
    (refused,) = (await bo.push([new])).json()["except"]
    assert (refused["code"], refused["field"]) == ("erased_before", "phone")
    taken = await say(bo, "contact", customer_id=other, relation="self", phone=NUMBERS[0])
    assert taken is not None
    assert taken["code"] == "erased_before"
    # Whoever else it is registered with: in a visit of another customer it is refused as well.
    again = await say(bo, "arrival", **arrival(other, phone="137 1234 0001"))
    assert again is not None
    assert (again["code"], again["field"]) == ("erased_before", "phone")
    anew = customer(phone=NUMBERS[0], consent_anew=True)
    assert "except" not in (await bo.push([bo.operation("customer", make_id(), anew)])).json()
    # Now it is somebody's again, and known as any other.
    same = (await bo.push([bo.operation("customer", make_id(), customer(phone=NUMBERS[0]))])).json()
    assert same["except"][0]["o"] == "duplicate"


async def test_a_number_that_was_erased_does_not_come_back_with_what_had_waited_for_another_row(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await erase(lin.client, await register(bo, phone=NUMBERS[0]))
    missing, again = make_id(), make_id()
    unit = [
        bo.operation("comment", make_id(), {"customer_id": missing, "text": "带朋友来过"}),
        bo.operation("customer", again, customer(phone=NUMBERS[0])),
    ]
    assert (await bo.push(unit)).json()["except"][0]["code"] == "not_found"
    await bo.push([bo.operation("customer", missing, customer(phone=NUMBERS[1]))])
    while await app.state.worker.tick(clock()):
        pass
    holder = await Holder(bo).pull()
    assert again not in holder.rows
    assert {row.body["code"] for row in holder.of("refusal")} == {"erased_before", "unit"}


async def test_a_manager_of_the_store_or_an_admin_erases_and_nobody_else(
    config: Config,
    phone_of: PhoneOf,
    bo: httpx.AsyncClient,
    qiao: httpx.AsyncClient,
    hua: httpx.AsyncClient,
) -> None:
    id = await register(await phone_of("bo"))
    path = f"/api/customers/{id}/erasure"
    for client in (bo, qiao):
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, json={"reason": "asked"})).status_code == 404
    assert (await hua.post(path, json={"reason": "because"})).status_code == 400
    # Nobody is erased whom a backup could bring back.
    config.journal.mkdir()
    refused = await hua.post(path, json={"reason": "asked"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "journal")
    config.journal.rmdir()
    first = await erase(hua, id, "consent_withdrawn")
    assert await erase(hua, id) == first
    assert (await bo.post(path, json={"reason": "asked"})).status_code == 404
    assert (await bo.get("/api/erasures")).status_code == 403
    (told,) = (await hua.get("/api/erasures")).json()["erasures"]
    assert (told["by_id"], told["reason"]) == ("hua", "consent_withdrawn")


@pytest.mark.one_database
async def test_an_admin_finds_by_the_whole_number_whom_to_erase(
    phone_of: PhoneOf, hua: httpx.AsyncClient, lin: httpx.AsyncClient
) -> None:
    id = await register(await phone_of("bo"), phone=NUMBERS[0], name="孙伟")
    asked = {"phone": "137-1234-0001"}
    assert (await lin.post("/api/erasures/find", json=asked)).status_code == 403
    found = (await hua.post("/api/erasures/find", json=asked)).json()["found"]
    assert (found["id"], found["phone_masked"]) == (id, "137 **** 0001")
    assert "孙伟" not in str(found)
    await erase(hua, found["id"])
    assert (await hua.post("/api/erasures/find", json=asked)).json()["found"] is None
    assert (await hua.post("/api/erasures/find", json={"phone": "0001"})).status_code == 400


@pytest.mark.one_database
async def test_a_backup_that_is_put_back_brings_nobody_back(
    app: Starlette,
    config: Config,
    database: Database,
    clock: MovableClock,
    phone_of: PhoneOf,
    tmp_path: Path,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, kept = await register(bo, phone=NUMBERS[0]), await register(bo, phone=NUMBERS[1])
    younger = await register(bo, phone=NUMBERS[2], name="孙先生")
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(tmp_path / "shopbell.sqlite3")) as connection:
        connection.execute(f"VACUUM INTO '{copy}'")
    later = await register(bo, phone=NUMBERS[3])
    await merge(bo, lin, younger, NUMBERS[0])
    for each in (id, later):
        await erase(lin.client, each)
    restored = replace(config, database_url=f"sqlite:///{copy}")
    again = create_app(restored, clock, tasks=())
    async with again.router.lifespan_context(again):
        ground = again.state.ground
        async with ground.database.read() as connection:
            for gone in (id, younger, later):
                assert await is_erased(connection, ORG, gone)
            held = await find_row(connection, ORG, kept)
            assert held is not None
            assert held.body["phone"] == f"+86{NUMBERS[1]}"
        assert NUMBERS[0] not in await Haystack(ground.database, Path("nowhere")).everything()
        assert await replay(ground.database, ENTITIES, config.journal, clock()) == []
    assert NUMBERS[0] not in config.journal.read_text()


async def merge(bo: Phone, lin: Phone, younger: str, number: str) -> None:
    version = (await Holder(bo).pull()).rows[younger].version
    await bo.push([bo.operation("customer", younger, {"phone": number}, base=version)])
    asked = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=asked.id, choice="same") is None


def test_a_line_of_the_journal_that_was_cut_short_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "erasures.jsonl"
    one, other = (Entry(id, ORG, [id], 1, None, "asked", "store", []) for id in ("first", "second"))
    append(path, one)
    with path.open("ab") as file:
        file.write(b'{"id":"cut')
    append(path, other)
    assert read(path) == {"first": one, "second": other}
