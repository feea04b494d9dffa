"""Who else speaks for a customer: their numbers lead to the customer, and to nobody twice."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from server.customers.known import SALT_BYTES
from server.db import Connection, Database
from server.exchange.entities import ENTITIES
from server.leads.offers import change_owner, stored
from server.leads.worker import Worker
from server.rows import Movement, load, open_ledger, publish
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, make_id, register, say, self_reception
from tests.server.held import Holder
from tests.server.visitor import Visitor

PhoneOf = Callable[[str], Awaitable[Phone]]
OWN, WIFES, THIRD = "13900000021", "138 0013 8000", "13900000023"


async def add(phone: Phone, customer_id: str, /, **fields: Any) -> str:
    """Ms Zhao's mother, unless told otherwise."""
    id = make_id()
    told = {"customer_id": customer_id, "relation": "parent", "name": "周芳", **fields}
    answer = (await phone.push([phone.operation("contact", id, told)])).json()
    assert "except" not in answer
    return id


async def edit(phone: Phone, entity: str, id: str, /, **fields: Any) -> list[dict[str, Any]]:
    """What was not plainly applied of a patch on the version that this phone sees."""
    version = (await Holder(phone).pull()).rows[id].version
    answer = await phone.push([phone.operation(entity, id, fields, base=version)])
    return list(answer.json().get("except", []))


async def found_by(phone: Phone, number: str) -> str | None:
    """The record that a registration with this number becomes part of."""
    fields = customer(name="", salutation="", phone=number)
    answer = await phone.push([phone.operation("customer", make_id(), fields)])
    exceptions = answer.json().get("except")
    return str(exceptions[0]["of"]) if exceptions else None


async def give(database: Database, clock: MovableClock, id: str, to_id: str) -> None:
    async def work(connection: Connection) -> None:
        ledger = await open_ledger(connection, ORG, ENTITIES, clock())
        await load(connection, ledger, [id])
        change_owner(ledger, stored(ledger, id), to_id)
        await publish(connection, ledger)

    await database.transact(work)


async def test_whoever_comes_with_a_contacts_number_is_received_as_the_customer(
    phone_of: PhoneOf, sun: Visitor
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    zhao = await register(bo, name="赵丽", salutation="赵女士", phone=OWN)
    await add(bo, zhao, name="孙先生", relation="spouse", phone=WIFES)
    await sun.register(name="孙先生")
    held = await Holder(bo).pull()
    assert held.one("lead").root == zhao
    assert held.one("arrival").body["differs"] is False
    again = chen.operation("customer", make_id(), customer(name="孙先生", phone=WIFES))
    assert (await chen.push([again])).json()["except"][0]["of"] == zhao
    conflicts = (await Holder(bo).pull()).of("conflict")
    assert {row.body["field"] for row in conflicts} <= {"need"}
    assert "孙先生" not in str([row.body for row in (await Holder(chen).pull()).of("contact")])
    file = (await chen.client.get("/api/known-phones")).content
    known = {file[n : n + 3] for n in range(SALT_BYTES, len(file), 3)}
    assert hashlib.sha256(file[:SALT_BYTES] + b"+8613800138000").digest()[:3] in known


async def test_a_number_of_somebody_elses_is_kept_and_a_person_is_asked(
    phone_of: PhoneOf,
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    theirs = await register(chen, name="孙伟", phone=WIFES)
    zhao = await register(bo, name="赵丽", salutation="", phone=OWN)
    contact = await add(bo, zhao, phone=WIFES)
    held = await Holder(bo).pull()
    assert (held.rows[contact].body["phone"], held.of("candidate")) == ("+8613800138000", [])
    candidate = (await Holder(lin).pull()).one("candidate")
    assert (candidate.body["why"], candidate.body["state"]) == ("shared_phone", "open")
    assert [candidate.body[side]["id"] for side in ("one", "other")] == [zhao, theirs]
    assert await found_by(bo, WIFES) == theirs
    assert await say(lin, "decision", candidate_id=candidate.id, choice="household") is None
    held = await Holder(lin).pull()
    assert held.rows[zhao].body["household_ids"] == [theirs]
    assert await edit(bo, "contact", contact, phone=THIRD, relation="self") == []
    assert await edit(bo, "contact", contact, phone=WIFES) == []
    assert (await Holder(lin).pull()).one("candidate").body["state"] == "household"
    assert await found_by(bo, THIRD) is None


async def test_a_number_that_is_given_up_goes_to_whoever_wrote_it_down_as_a_contacts(
    phone_of: PhoneOf,
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    wang = await register(chen, name="王芳", phone=WIFES)
    zhao = await register(bo, name="赵丽", salutation="", phone=OWN)
    contact = await add(bo, zhao, phone=WIFES)
    assert await found_by(bo, WIFES) == wang
    assert await edit(chen, "customer", wang, phone="") == []
    assert await found_by(bo, WIFES) == zhao

    # The same way back, from a contact to a contact.
    await add(chen, wang, phone=WIFES, name="王芳的妈妈")
    assert await edit(bo, "contact", contact, removed=True) == []
    assert await found_by(bo, WIFES) == wang


async def test_a_number_is_free_once_nothing_of_the_customers_has_it(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    zhao = await register(bo, name="赵丽", salutation="", phone=OWN)
    one = await add(bo, zhao, phone=WIFES)
    two = await add(bo, zhao, phone=WIFES, relation="designer")
    await edit(bo, "contact", one, removed=True)
    assert await found_by(bo, WIFES) == zhao
    await edit(bo, "contact", two, phone=OWN)
    await edit(bo, "customer", zhao, phone=THIRD)
    assert await found_by(bo, OWN) == zhao
    await edit(bo, "contact", two, phone="")
    assert await found_by(bo, OWN) is None
    back = await edit(bo, "contact", one, removed=False, phone=THIRD)
    assert (back, await found_by(bo, THIRD)) == ([], zhao)


async def test_a_customers_number_may_not_become_one_that_is_another_ones_contact(
    phone_of: PhoneOf,
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await add(bo, await register(bo, name="赵丽", phone=OWN), phone=WIFES)
    other = await register(chen, name="孙伟", phone=THIRD)
    (refused,) = await edit(chen, "customer", other, phone=WIFES)
    assert refused["code"] == "phone_taken"
    assert (await Holder(lin).pull()).one("candidate").body["why"] == "phone_taken"


async def test_contacts_go_with_their_customer_into_another_and_out_again(
    phone_of: PhoneOf,
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    older = await register(chen, name="孙伟", phone="13900000024")
    zhao = await register(bo, name="孙伟", phone=OWN)
    mother = await add(bo, zhao, phone=WIFES)
    father = await add(chen, older, phone=THIRD)
    second = await add(bo, zhao, relation="self", name="", phone="13900000024")
    candidate = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    held = await Holder(lin).pull()
    assert {held.rows[id].root for id in (mother, father, second)} == {older}
    assert held.rows[older].body["contact_ids"] == sorted([mother, father, second])
    assert not (await Holder(bo).pull()).of("contact")
    assert await found_by(bo, WIFES) == await found_by(bo, OWN) == older
    assert await say(lin, "unmerge", alias_id=zhao) is None
    held = await Holder(lin).pull()
    named = [held.rows[id].body["contact_ids"] for id in (older, zhao)]
    assert named == [[father], sorted([mother, second])]
    assert await found_by(bo, WIFES) == zhao
    assert await found_by(bo, THIRD) == await found_by(bo, "13900000024") == older
    assert held.agrees()


async def test_a_contact_who_is_a_customer_after_all_takes_the_number_along(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    zhao = await register(bo, name="赵丽", phone=OWN)
    contact = await add(bo, zhao, phone=WIFES)
    for phone_to, finds in (("record", zhao), ("alias", None)):
        alias = make_id()
        await bo.push([bo.operation("customer", alias, customer(name="周芳", phone=WIFES))])
        assert await say(lin, "unmerge", alias_id=alias, phone=phone_to) is None
        held = await Holder(lin).pull()
        assert held.rows[contact].body["phone"] == "+8613800138000"
        assert await found_by(bo, WIFES) == (finds or alias)
        assert held.rows[alias].body["phone"] == ("" if finds else "+8613800138000")


async def test_contacts_go_with_a_deletion_and_to_whoever_has_the_customer_next(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    zhao = await register(bo, phone=OWN)
    contact = await add(bo, zhao, phone=WIFES)
    bos, chens = await Holder(bo).pull(), await Holder(chen).pull()
    await give(database, clock, zhao, "chen")
    assert contact in (await chens.pull()).rows
    assert contact not in (await bos.pull()).rows
    assert bos.agrees()
    assert chens.agrees()
    assert await say(lin, "deletion", row_id=zhao) is None
    deletion = (await Holder(lin).pull()).one("deletion").id
    newcomer = await register(chen, name="周芳", phone=WIFES)
    assert await say(lin, "correction", fact_id=deletion, void=True) is None
    held = await Holder(lin).pull()
    assert held.rows[contact].root == zhao
    assert await found_by(bo, WIFES) == newcomer
    assert await found_by(bo, OWN) == zhao


async def test_a_mark_on_a_number_says_nothing_about_the_one_written_since(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    zhao = make_id()
    await bo.push(self_reception(bo, zhao, phone=OWN))
    contact = await add(bo, zhao, phone=WIFES)
    version = (await Holder(bo).pull()).rows[zhao].version
    dead = {"phone_fault": {"phone": "+8613900000021", "why": "dead"}}
    wrong = {"phone_fault": {"phone": "+8613800138000", "why": "wrong"}}
    assert await edit(bo, "contact", contact, **wrong) == []
    assert await edit(bo, "customer", zhao, **dead) == []
    held = await Holder(bo).pull()
    assert [held.rows[id].body["phone_valid"] for id in (zhao, contact)] == [False, False]
    assert held.one("lead").body["state"] == "accepted"
    clock.advance(minutes=1)
    assert await edit(lin, "customer", zhao, phone=THIRD) == []
    await bo.push([bo.operation("customer", zhao, dead, base=version)])
    assert (await Holder(bo).pull()).rows[zhao].body["phone_valid"] is True


async def test_a_mark_names_its_number_in_any_spelling(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    zhao = await register(bo, name="赵丽", phone=OWN)
    contact = await add(bo, zhao, phone=WIFES)
    dead = {"phone_fault": {"phone": OWN, "why": "dead"}}
    wrong = {"phone_fault": {"phone": WIFES, "why": "wrong"}}
    assert await edit(bo, "customer", zhao, **dead) == []
    assert await edit(bo, "contact", contact, **wrong) == []
    bodies = [(await Holder(bo).pull()).rows[id].body for id in (zhao, contact)]
    assert [body["phone_valid"] for body in bodies] == [False, False]
    assert [body["phone_fault"]["phone"] == body["phone"] for body in bodies] == [True, True]


async def test_a_clerk_neither_writes_contacts_nor_sees_them(phone_of: PhoneOf) -> None:
    bo, xia = await phone_of("bo"), await phone_of("xia")
    zhao = await register(bo, name="赵丽", phone=OWN)
    await add(bo, zhao, phone=WIFES)
    refused = await say(xia, "contact", customer_id=zhao, relation="spouse", name="孙伟")
    assert refused is not None
    assert refused["code"] == "forbidden"
    assert not (await Holder(xia).pull()).of("contact")


async def test_the_second_of_a_household_is_offered_to_the_owner_of_the_first(
    phone_of: PhoneOf, sun: Visitor, database: Database, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    husband = await register(chen, name="孙伟", phone=THIRD)
    await sun.register(name="周芳")
    wife = next(row for row in (await Holder(lin).pull()).of("customer") if row.id != husband)
    await edit(lin, "customer", husband, phone=WIFES)
    candidate = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=candidate.id, choice="household") is None
    worker = Worker(database, ENTITIES, Movement())
    while await worker.tick(clock()):
        pass
    offer = (await Holder(chen).pull()).one("offer").body
    assert (offer["customer_id"], offer["reason"]) == (wife.id, "household")
    assert not (await Holder(bo).pull()).of("offer")
