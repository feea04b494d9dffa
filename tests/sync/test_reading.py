"""What is looked up before anything is judged: nothing that could not be there."""

from __future__ import annotations

from typing import Any

import pytest

from sync import Operation, find_reading
from tests.sync.stage import ENTITIES, NOON, creation, new_id, patch

A, B = new_id("a"), new_id("b")


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
