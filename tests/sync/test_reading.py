"""What is looked up before anything is judged: nothing that could not be there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sync import Operation, find_reading
from tests.sync.stage import ENTITIES, NOON, creation, new_id, patch

A, B, C, D, E = map(new_id, "abcde")


def test_the_row_its_parent_its_keys_and_the_cited_conflict_are_read() -> None:
    visit = creation(1, "visit", A, person_id=B)
    edit = Operation(n=2, e="person", i=B, f={"phone": "1"}, t=NOON, b=1, x=A)
    reading = find_reading([visit, edit], ENTITIES)
    assert reading.wanted.ids == [A, B]
    assert reading.wanted.keys == [("phone", "1")]


@pytest.mark.parametrize("phone", [{}, 5, ["1"], "a\0b", None])
def test_a_slices_keys_never_see_fields_that_do_not_fit(phone: Any) -> None:
    reading = find_reading([creation(1, "person", A, phone=phone)], ENTITIES)
    assert (reading.wanted.ids, reading.wanted.keys) == ([A], [])


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 65, "张", "a\nb"])
def test_what_cannot_be_a_name_is_not_looked_up(name: str) -> None:
    operations = [
        creation(1, "visit", name, person_id=name),
        patch(2, name, 1, note="x"),
        Operation(n=3, e="nobody", i=name, f={}, t=NOON, x=name),
    ]
    assert find_reading(operations, ENTITIES).wanted.ids == []


def test_what_hangs_from_rows_of_the_same_push_leads_to_the_tree_where_these_will_hang() -> None:
    seen = msgspec.structs.replace(ENTITIES["visit"], trees=lambda named, ledger: [named.root])
    visits = [creation(1, "person", B, phone="1"), creation(2, "visit", A, person_id=B)]
    visits += [creation(3, "visit", C, person_id=A), creation(4, "visit", D, person_id=D)]
    visits += [patch(5, id, 1, phone="1") for id in (E, "张")]
    reading = find_reading(visits, {**ENTITIES, "visit": seen})
    assert {each for each, _ in reading.trees} == {A, B, D, E, ("phone", "1")}
