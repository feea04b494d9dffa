"""Pushing: every operation once, refused or not, in any order of accidents."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from server.db import Database
from server.exchange.entities import ENTITIES
from server.exchange.push import Pushes
from server.rows import Movement
from server.rows.tables import history
from sync import PUSH_BYTES, decode_push, derive_id
from tests.cast import BINJIANG, CODE, RENMIN
from tests.phone import Phone
from tests.server.deeds import arrival, customer, follow_up, make_id, register, say, self_reception
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def test_an_operation_is_applied_and_comes_back_as_a_row(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    held = await Holder(bo).pull()
    row = held.rows[id]
    assert row.body["name"] == "孙伟"
    assert row.body["phone"] == "+8613900000001"
    assert row.body["owner_id"] == "bo"
    assert held.agrees()


async def test_a_push_sent_again_answers_the_same_and_changes_nothing(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    good = bo.operation("customer", make_id(), customer())
    bad = bo.operation("comment", make_id(), {"customer_id": make_id(), "text": "x"})
    first = await bo.push([good], [bad])
    before = await Holder(bo).pull()
    again = await bo.push([good], [bad])
    after = await Holder(bo).pull()
    assert first.json()["except"] == again.json()["except"]
    assert first.json()["done"] == again.json()["done"] == [1, 2]
    assert before.rows == after.rows


async def test_a_number_used_for_other_content_is_reported_and_not_applied(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    forged = {"n": 1, "e": "customer", "i": make_id(), "f": customer(), "t": bo.clock()}
    answer = await bo.push([forged])
    assert answer.json()["except"] == [{"o": "mismatch", "n": 1}]
    assert [row.id for row in (await Holder(bo).pull()).of("customer")] == [id]


async def test_a_gap_is_answered_with_the_number_expected(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    await register(bo)
    bo.next_seq = 5
    answer = await bo.push([bo.operation("customer", make_id(), customer(phone="13900000002"))])
    assert answer.json()["gap"] is True
    assert answer.json()["next"] == 2
    assert len((await Holder(bo).pull()).of("customer")) == 1


@pytest.mark.parametrize("position", [0, 1, 2, 3])
async def test_a_poison_operation_in_any_position_delays_nothing(
    phone_of: PhoneOf, position: int
) -> None:
    bo = await phone_of("bo")
    ids = [make_id() for _ in range(4)]
    units = []
    for nth, id in enumerate(ids):
        fields = customer(phone=f"1390000010{nth}", **({"nonsense": 1} if nth == position else {}))
        units.append([bo.operation("customer", id, fields)])
    answer = (await bo.push(*units)).json()
    assert [(e["n"], e["code"]) for e in answer["except"]] == [(position + 1, "unknown_field")]
    held = await Holder(bo).pull()
    assert {row.id for row in held.of("customer")} == set(ids) - {ids[position]}


@pytest.mark.parametrize(
    ("forged", "code"),
    [({"i": "a\0b"}, "not_found"), ({"x": "a\0b"}, "not_found"), ({"e": "a\0b"}, "unknown_entity")],
)
async def test_a_name_that_no_database_takes_is_refused_and_delays_nothing(
    phone_of: PhoneOf, forged: dict[str, str], code: str
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    edit = {**bo.operation("customer", id, {"need": "沙发"}, base=0), **forged}
    said = bo.operation("comment", make_id(), {"customer_id": id, "text": "想看北欧风"})
    answer = (await bo.push([edit], [said])).json()
    assert [(each["n"], each["code"]) for each in answer["except"]] == [(2, code)]
    held = await Holder(bo).pull()
    assert held.one("comment").root == id
    assert held.one("refusal").body["fields"] == {"need": "沙发"}


async def test_a_unit_with_a_refused_operation_is_refused_whole(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = make_id()
    unit = [
        bo.operation("customer", id, customer()),
        bo.operation("comment", make_id(), {"customer_id": id, "text": "想要白橡木"}),
        bo.operation("comment", make_id(), {"customer_id": make_id(), "text": "x"}),
    ]
    answer = (await bo.push(unit)).json()
    assert [e["code"] for e in answer["except"]] == ["unit", "unit", "not_found"]
    held = await Holder(bo).pull()
    assert not held.of("customer")
    assert not held.of("comment")


async def test_what_was_refused_comes_back_as_a_row_until_it_is_acknowledged(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    text = "客厅柜改白橡木"
    await bo.push([bo.operation("comment", make_id(), {"customer_id": make_id(), "text": text})])
    other_phone = await phone_of("bo")
    refusal = (await Holder(other_phone).pull()).one("refusal")
    assert refusal.body["code"] == "not_found"
    assert refusal.body["fields"]["text"] == text
    answer = await other_phone.push(
        [other_phone.operation("acknowledgement", make_id(), {"refusal_id": refusal.id})]
    )
    assert "except" not in answer.json()
    held = Holder(bo)
    assert not (await held.pull()).of("refusal")
    assert held.agrees()


async def test_server_fields_refuse_the_operation(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    answer = await bo.push([bo.operation("customer", id, {"owner_id": "chen"}, base=0)])
    assert answer.json()["except"][0]["code"] == "server_field"
    assert (await Holder(bo).pull()).rows[id].body["owner_id"] == "bo"


@pytest.mark.parametrize("days", [3, -3])
async def test_a_clock_three_days_off_is_measured_and_nothing_is_refused(
    phone_of: PhoneOf, days: int
) -> None:
    bo = await phone_of("bo")
    off = days * 24 * 3600 * 1000
    operation = bo.operation("customer", make_id(), customer())
    operation["t"] = bo.clock() + off - 60_000
    answer = await bo.push([operation], sent_at=bo.clock() + off)
    assert "except" not in answer.json()
    row = (await Holder(bo).pull()).one("customer")
    _, at, received_at, captured_at = row.meta
    assert at == bo.clock() - 60_000
    assert received_at == bo.clock()
    assert captured_at == operation["t"]


async def test_work_is_pushed_after_signing_out(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    await bo.client.delete("/api/session")
    answer = await bo.push([bo.operation("customer", make_id(), customer())])
    assert answer.json()["done"] == [1, 1]
    assert (await bo.client.post("/sync/pull", json={"device": bo.device})).status_code == 401


async def test_gzip_is_accepted(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    answer = await send(bo, gzip.compress(envelope(bo)), "gzip")
    assert answer.json()["done"] == [1, 1]


def envelope(phone: Phone) -> bytes:
    operation = phone.operation("customer", make_id(), customer())
    push = {"v": 1, "schema": 1, "device": phone.device, "sent_at": phone.clock()}
    return msgspec.json.encode({**push, "units": [[operation]]})


async def send(phone: Phone, body: bytes, encoding: str = "") -> httpx.Response:
    headers = {"authorization": f"Bearer {phone.credential}", "content-encoding": encoding}
    return await phone.client.post("/sync/push", content=body, headers=headers)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"{", "", 400),
        (b"[" * 100_000, "", 400),
        (b'{"v":1}', "", 400),
        (b"\x00" * 100, "gzip", 400),
        (gzip.compress(b"0" * 50_000_000, mtime=0), "gzip", 413),
        (b"0" * 50_000_000, "", 413),
        (gzip.compress(b"{}", mtime=0) * 2, "gzip", 400),
        (b"{}", "br", 415),
    ],
)
async def test_a_bad_body_gets_a_clear_answer_and_the_next_push_works(
    phone_of: PhoneOf, body: bytes, encoding: str, status: int
) -> None:
    bo = await phone_of("bo")
    answer = await send(bo, body, encoding)
    assert answer.status_code == status
    assert answer.json()["error"]["code"]
    assert (await send(bo, envelope(bo))).json()["done"] == [1, 1]


async def test_a_push_may_weigh_its_limit_and_not_a_byte_more(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    body = envelope(bo)
    heavy = await send(bo, body.ljust(PUSH_BYTES + 1))
    told = heavy.json()["error"]
    assert (heavy.status_code, told) == (413, {"code": "too_large", "limit": PUSH_BYTES})
    assert (await send(bo, body.ljust(PUSH_BYTES))).json()["done"] == [1, 1]


async def test_of_a_unit_that_is_partly_known_the_known_part_alone_is_answered(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    known = bo.operation("customer", make_id(), customer())
    await bo.push([known])
    rest = bo.operation("customer", make_id(), customer(phone="13900000002"))
    behind = bo.operation("customer", make_id(), customer(phone="13900000003"))
    answer = (await bo.push([known, rest], [behind])).json()
    assert (answer["done"], answer["next"]) == ([1, 1], 2)
    assert [row.id for row in (await Holder(bo).pull()).of("customer")] == [known["i"]]


async def test_a_newer_schema_waits_unjudged(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    answer = await bo.push([bo.operation("customer", make_id(), customer())], schema=99)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert not (await Holder(bo).pull()).of("customer")


async def test_a_row_that_is_named_must_be_there_and_in_sight(phone_of: PhoneOf) -> None:
    """A missing one and an invisible one are answered alike."""
    bo, wu = await phone_of("bo"), await phone_of("wu")
    await bo.push(self_reception(bo, make_id()))
    hidden = (await Holder(bo).pull()).one("lead").id
    id = await register(wu, store_id=BINJIANG, phone="13900000002")
    units = [
        [wu.operation("follow_up", make_id(), follow_up(id, lead_id=lead_id))]
        for lead_id in (hidden, make_id())
    ]
    told = [(each["code"], each["field"]) for each in (await wu.push(*units)).json()["except"]]
    assert told == [("not_found", "lead_id")] * 2


@pytest.mark.parametrize("entity", ["comment", "contact", "consent"])
async def test_nothing_is_said_on_a_stores_own_row(phone_of: PhoneOf, entity: str) -> None:
    bo = await phone_of("bo")
    said: dict[str, dict[str, Any]] = {
        "comment": {"text": "x"},
        "contact": {"relation": "spouse", "name": "x"},
        "consent": {"purpose": "service", "given": False, "version": "x", "how": "verbal"},
    }
    told = await say(bo, entity, customer_id=RENMIN, **said[entity])
    assert told is not None
    assert (told["code"], told["field"]) == ("not_found", "customer_id")


async def test_text_of_every_kind_is_kept_as_typed(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    hostile = "'; DROP TABLE rows;-- <script>alert(1)</script> \u202e 😀 \\ \" %s :x"
    id = await register(bo, name=hostile[:40].strip(), need=hostile, community=hostile[:60])
    body = (await Holder(bo).pull()).rows[id].body
    assert (body["need"], body["community"]) == (hostile, hostile[:60])


async def test_follow_ups_join_the_customers_tree(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    answer = await bo.push([bo.operation("follow_up", make_id(), follow_up(id))])
    assert "except" not in answer.json()
    held = await Holder(bo).pull()
    assert held.one("follow_up").root == id
    assert held.rows[id].body["next_at"] == 1_795_400_000_000


async def test_two_processes_that_get_the_same_push_apply_it_once(
    phone_of: PhoneOf, database: Database
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    patches = [
        [bo.operation("customer", id, {"need": f"第 {nth} 次"}, base=0)] for nth in range(20)
    ]
    body = {"v": 1, "schema": 1, "device": bo.device, "sent_at": bo.clock(), "units": patches}
    processes = [Pushes(database, ENTITIES, Movement()) for _ in range(4)]
    answers = await asyncio.gather(
        *(
            each.submit(CODE, bo.device, decode_push(msgspec.json.encode(body)), bo.clock())
            for each in processes
        )
    )
    assert {answer.done for answer in answers} == {(2, 20)}
    assert all(answer.exceptions == [] for answer in answers)
    async with database.read() as connection:
        kept = select(func.count()).select_from(history).where(history.c.row_id == id)
        assert (await connection.execute(kept)).scalar_one() == 20


async def test_who_is_registered_twice_in_one_push_is_received_once(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id, again = make_id(), make_id()
    first = bo.operation("customer", id, customer())
    answer = await bo.push([first], self_reception(bo, again))
    assert answer.json()["except"] == [{"o": "duplicate", "n": 2, "of": id}]
    lead = (await Holder(bo).pull()).one("lead")
    assert (lead.root, lead.body["holder_id"]) == (id, "bo")


async def test_a_push_that_begins_with_what_is_known_goes_on_with_what_is_new(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    known = bo.operation("customer", make_id(), customer())
    await bo.push([known])
    new = bo.operation("customer", make_id(), customer(phone="13900000002"))
    answer = (await bo.push([known], [new])).json()
    assert (answer["done"], answer["next"]) == ([1, 2], 3)
    assert len((await Holder(bo).pull()).of("customer")) == 2


async def test_an_id_that_the_server_could_derive_is_nobodys_to_take(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    taken = derive_id("refusal", bo.device, 2)
    answer = await bo.push([bo.operation("customer", taken, customer())])
    assert answer.json()["except"] == [{"o": "refused", "n": 1, "code": "invalid", "field": "id"}]


async def test_only_a_card_stands_for_consent_that_was_given_before(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    told = arrival(id, consents=[], card_id=id)
    answer = await bo.push([bo.operation("arrival", make_id(), told)])
    (exception,) = answer.json()["except"]
    assert (exception["code"], exception["field"]) == ("consent", "consents")
