"""A unit is applied whole or not at all, and holds up nobody (laws 2, 5, 8, 10)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import Author, Ledger, Operation, Refused, Row, Timing, find_reading, judge, refusal_id
from tests.sync.organisation import Organisation, Person
from tests.sync.phone import Hand
from tests.sync.stage import ENTITIES, HOUR, NOON, creation, new_id, patch

LI = Person("li")
HELD = new_id("held")
TIMING = Timing(received_at=NOON, sent_at=NOON)

POISONS: list[dict[str, Any]] = [
    {"e": "nobody"},
    {"e": "refusal"},
    {"e": "conflict", "f": {"state": "kept"}},
    {"f": {"text": "refuse me", "person_id": HELD}},
    {"f": {"person_id": new_id("nobody")}},
    {"f": {"person_id": 7}},
    {"f": {"person_id": "a\0b"}},
    {"f": {"person_id": HELD, "text": "a\0b"}},
    {"f": {"person_id": HELD, "surprise": 1}},
    {"f": {"person_id": HELD, "text": "长" * 40_000}},
    {"f": {"person_id": HELD, "text": [[[[[[[[1]]]]]]]]}},
    {"f": {"person_id": HELD, "text": 1 << 70}},
    {"f": {}},
    {"i": "not an id"},
    {"i": "a\0b"},
    {"i": HELD},
    {"e": "person", "b": 1, "i": "a\0b", "f": {"name": "x"}},
    {"e": "person", "b": 1, "i": HELD, "f": {"owner_id": "wu"}},
    {"e": "person", "b": 1, "i": HELD, "f": {}},
    {"e": "person", "b": 1, "i": HELD, "f": {"tags": ["a"]}},
    {"e": "person", "b": 1, "i": HELD, "f": {"name": "x"}, "x": "a\0b"},
    {"e": "visit", "b": 1, "i": HELD, "f": {"text": "x"}},
    {"e": "handover", "f": {"person_id": HELD, "to_id": "wu"}},
]


USUAL: dict[str, Any] = {"e": "visit", "f": {"person_id": HELD}, "t": NOON}


def poison(n: int, **wrong: Any) -> Operation:
    return Operation(n=n, **{"i": new_id("poison", n), **USUAL, **wrong})


def with_held_person() -> Organisation:
    organisation = Organisation()
    hand = Hand(organisation, LI, "first")
    held = hand.create("person", HELD, name="张", phone="1")
    assert hand.send(held, now=NOON - HOUR) == []
    return organisation


def good(n: int, kind: int) -> Operation:
    """One of several harmless operations, some of which touch the same rows."""
    fresh = new_id("good", n)
    if kind == 0:
        return creation(n, "person", fresh, name=f"n{n}", phone=str(n % 3))
    if kind == 1:
        return creation(n, "visit", fresh, person_id=HELD, text=f"t{n}")
    if kind == 2:
        return creation(n, "taking", fresh, person_id=HELD)
    if kind == 3:
        return patch(n, HELD, 0, at=NOON - HOUR + n, name=f"p{n}", tags={"add": [f"g{n}"]})
    return patch(n, HELD, 1, note=f"o{n}", phone=f"9{n}")


def picture(ledger: Ledger) -> bytes:
    """Everything a ledger holds, refusals left out: in order, for order gives the numbers."""
    rows = [row for row in ledger.loaded() if row.entity != "refusal"]
    touched = [id for id, row in ledger.touched.items() if row.entity != "refusal"]
    parts = [
        sorted((msgspec.to_builtins(row) for row in rows), key=lambda row: str(row["id"])),
        touched,
        [[each.row.id, *each.kept, each.why] for each in ledger.history],
        ledger.timers,
        ledger.side,
        sorted((*key, id) for key, id in ledger.changed_keys.items()),
        sorted(ledger.new_aliases.items()),
        sorted((*key, id) for key, id in ledger._keys.items() if id),
        sorted(ledger._aliases.items()),
    ]
    return msgspec.json.encode(parts)


def judged(organisation: Organisation, units: list[list[Operation]]) -> tuple[Ledger, list[Any]]:
    ledger = organisation.open(units, NOON)
    author = Author(staff_id="li", role="rep", device="d", scopes=frozenset(LI.scopes))
    return ledger, judge(units, ledger, author, TIMING)


kinds = st.lists(st.integers(0, 4), min_size=1, max_size=3)


@given(before=kinds, inside=kinds, after=kinds, wrong=st.sampled_from(POISONS), data=st.data())
def test_a_refused_operation_rewinds_its_unit_and_nothing_else(
    before: list[int],
    inside: list[int],
    after: list[int],
    wrong: dict[str, Any],
    data: st.DataObject,
) -> None:
    bad = [good(100 + nth, kind) for nth, kind in enumerate(inside)]
    bad.insert(data.draw(st.integers(0, len(bad))), poison(150, **wrong))
    front = [good(10 + nth, kind) for nth, kind in enumerate(before)]
    back = [[good(200 + nth, kind)] for nth, kind in enumerate(after)]
    organisation = with_held_person()
    everything = [*front, *bad, *(each for unit in back for each in unit)]
    with_bad, outcomes = judged(organisation, [front, bad, *back])
    without, expected = judged(organisation, [front, *back])
    # Both ledgers load the same: what the refused unit alone would load is of no account.
    organisation.load(without, [each.i for each in everything if each.i in organisation.stored], [])
    assert picture(with_bad) == picture(without)
    refused = {each.n for each in outcomes if isinstance(each, Refused)}
    assert refused >= {each.n for each in bad}
    in_bad = {each.n for each in bad}
    assert [each for each in outcomes if each.n not in in_bad] == expected


@pytest.mark.parametrize("wrong", POISONS, ids=repr)
@pytest.mark.parametrize("position", range(4))
def test_a_poison_operation_in_any_position_delays_nothing(
    position: int, wrong: dict[str, Any]
) -> None:
    organisation = with_held_person()
    hand = Hand(organisation, LI)
    units: list[list[Operation]] = []
    for nth in range(4):
        hand.n += 1
        healthy = creation(hand.n, "visit", new_id("v", hand.n), person_id=HELD)
        units.append([poison(hand.n, **wrong)] if nth == position else [healthy])
    answer = hand.push(*units)
    assert [each.n for each in answer.exceptions] == [position + 1]
    assert answer.next == 5
    assert len(organisation.rows("visit")) == 3
    assert len(organisation.rows("refusal")) == 1
    assert organisation.digests == organisation.recompute()


def test_the_operations_of_a_refused_unit_name_their_culprit_and_the_others_say_unit() -> None:
    organisation = with_held_person()
    hand = Hand(organisation, LI)
    unit = [
        hand.create("visit", person_id=HELD),
        hand.create("visit", person_id=HELD, text="refuse me"),
        hand.create("visit", person_id=HELD),
    ]
    assert hand.send(unit) == [
        Refused(1, "unit"),
        Refused(2, "invalid", "text"),
        Refused(3, "unit"),
    ]
    assert organisation.row(HELD).body["visits"] == 0


def test_refused_content_comes_back_to_its_author_as_a_row() -> None:
    organisation = with_held_person()
    hand = Hand(organisation, LI)
    hand.send(hand.create("visit", person_id=HELD, text="refuse me"))
    refusal = organisation.rows("refusal")[0]
    assert refusal.scopes == ("staff:li",)
    assert refusal.body["fields"] == {"person_id": HELD, "text": "refuse me"}
    assert (refusal.body["seq"], refusal.body["code"]) == (1, "invalid")


def test_content_that_no_row_may_hold_is_refused_and_not_kept() -> None:
    organisation = with_held_person()
    hand = Hand(organisation, LI)
    outcomes = hand.send(hand.create("visit", person_id=HELD, text="x" * 70_000))
    assert outcomes == [Refused(1, "too_large")]
    assert organisation.rows("refusal")[0].body["fields"] == {}


def test_replaying_an_operation_returns_its_stored_outcome_and_changes_nothing() -> None:
    organisation = with_held_person()
    hand = Hand(organisation, LI)
    units = [
        hand.create("visit", person_id=HELD),
        hand.create("visit", person_id=HELD, text="refuse me"),
    ]
    first = hand.push(*units)
    rows, head = dict(organisation.stored), organisation.head
    again = hand.push(*units, now=NOON + HOUR)
    assert again.exceptions == first.exceptions
    assert (organisation.stored, organisation.head) == (rows, head)


def test_two_phones_that_write_at_the_same_moment_again_and_again_block_nobody() -> None:
    """Conflict rows are named by operations: times and devices may repeat."""
    organisation = with_held_person()
    one, other = Hand(organisation, LI, "a"), Hand(organisation, LI, "b")
    assert other.send(other.patch(HELD, 1, note="later", at=NOON + 5)) == []
    for value in ("x", "y", "z"):
        one.push(one.patch(HELD, 1, note=value, at=NOON - 5), now=NOON + 9)
    assert [row.body["value_other"] for row in organisation.rows("conflict")] == ["x", "y", "z"]


def test_fields_that_do_not_fit_are_refused_by_name() -> None:
    organisation = with_held_person()
    hand = Hand(organisation, LI)
    outcomes = hand.send(
        hand.patch(HELD, 1, owner_id="wu"),
        hand.create("person", name="王", owner_id="wu"),
        hand.patch(HELD, 1, surprise="x"),
        hand.patch(HELD, 1, tags={"add": ["x" * 21]}),
        hand.patch(HELD, 1, tags={"put": ["x"]}),
    )
    assert outcomes == [
        Refused(1, "server_field", "owner_id"),
        Refused(2, "server_field", "owner_id"),
        Refused(3, "unknown_field", "surprise"),
        Refused(4, "invalid", "tags"),
        Refused(5, "unknown_field", "tags"),
    ]


def test_a_rule_that_fails_costs_its_own_unit_only() -> None:
    def fail(row: Row, ledger: Ledger, author: Author) -> None:
        raise ZeroDivisionError

    organisation = with_held_person()
    units = [[good(1, 1)], [creation(2, "taking", new_id("broken"), person_id=HELD)], [good(3, 1)]]
    ledger = organisation.open(units, NOON)
    broken = msgspec.structs.replace(ledger.entities["taking"], effects=fail)
    ledger.entities = {**ledger.entities, "taking": broken}
    author = Author(staff_id="li", role="rep", device="d", scopes=frozenset(LI.scopes))
    assert judge(units, ledger, author, TIMING) == [Refused(2, "fault")]
    assert [type(fault) for fault in ledger.faults] == [ZeroDivisionError]
    assert len(ledger.rows_of("visit")) == 2
    assert ledger.rows_of("refusal")[0].body["fields"] == {"person_id": HELD}


def test_a_deadline_withdrawn_in_the_transaction_that_set_it_never_stands() -> None:
    ledger = Ledger("acme", NOON, {})
    ledger.schedule("call_again", "zhang", NOON)
    ledger.schedule("call_again", "wang", NOON)
    ledger.cancel("call_again", "zhang")
    standing, _ = ledger.settled_timers()
    assert [each.subject_id for each in standing] == ["wang"]


@pytest.mark.parametrize("wrong", [each for each in POISONS if HELD in str({**USUAL, **each})])
def test_what_names_somebody_erased_is_answered_so_whatever_is_wrong_with_it(
    wrong: dict[str, Any],
) -> None:
    """All other refusals are kept."""
    unit = [creation(1, "person", new_id("other"), name="李"), poison(2, **wrong)]
    reading = find_reading(unit, ENTITIES)
    assert HELD in reading.wanted.ids
    ledger = Ledger("org", NOON, ENTITIES)
    left = Row(
        id=HELD,
        entity="person",
        root=HELD,
        body={},
        at=0,
        captured_at=0,
        received_at=0,
        deleted=True,
    )
    ledger.put_loaded(left)
    for id in reading.wanted.ids:
        ledger.put_absent(id)
    author = Author(staff_id="li", role="rep", device="first")
    assert judge([unit], ledger, author, TIMING) == [Refused(1, "erased"), Refused(2, "erased")]
    assert ledger.rows_of("refusal") == []
    assert all(row.is_erased for row in ledger.touched.values())
    after = [creation(3, "visit", new_id("after"), person_id=new_id("other"))]
    ledger.put_absent(after[0].i)
    assert judge([after], ledger, author, TIMING) == [Refused(3, "erased")]


def test_what_is_refused_for_a_missing_row_waits_for_that_very_row() -> None:
    organisation = with_held_person()
    missing = new_id("missing")
    operations = [
        poison(1, f={"person_id": missing}),
        poison(2, e="person", b=1, i=missing, f={"name": "x"}),
        poison(3, e="person", b=1, i=HELD, f={"name": "x"}, x=missing),
        poison(4, e="person", b=1, i="a\0b", f={"name": "x"}),
    ]
    ledger, _ = judged(organisation, [[each] for each in operations])
    assert ledger.awaited == [(missing, refusal_id("d", n)) for n in (1, 2, 3)]
