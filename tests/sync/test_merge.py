"""Concurrent edits of one profile (laws 3, 12, 13, 14, 16)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import Merged, Refused
from tests.sync.organisation import Organisation, Person
from tests.sync.phone import Hand
from tests.sync.stage import DAY, HOUR, NOON

LI = Person("li")
LATER = NOON + DAY


class Table:
    """One profile and several devices of people who may all edit it."""

    def __init__(self, devices: int, **fields: Any) -> None:
        self.organisation = Organisation()
        founder = Hand(self.organisation, LI, "founder")
        self.id = founder.add_person(at=NOON - DAY, **fields)
        self.born = self.row.seq
        self.hands = [Hand(self.organisation, LI, f"d{nth}") for nth in range(devices)]

    @property
    def row(self) -> Any:
        return self.organisation.row(self.id)

    def conflicts(self) -> list[Any]:
        return [row.body for row in self.organisation.rows("conflict")]


Edit = tuple[int, int, int]
"""Device, its value, and minutes since the device's previous edit."""

edits = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=8
)


@st.composite
def two_interleavings(draw: st.DrawFn) -> tuple[list[Edit], list[Edit]]:
    """The same edits in two orders of arrival; each device's own order stays."""
    one = draw(edits)
    lines = [[edit for edit in one if edit[0] == device] for device in range(4)]
    turns = draw(st.permutations([edit[0] for edit in one]))
    rest = [iter(line) for line in lines]
    return one, [next(rest[device]) for device in turns]


def play_registers(arrivals: list[Edit]) -> Table:
    table = Table(4, note="")
    minutes = [0, 0, 0, 0]
    for device, value, wait in arrivals:
        minutes[device] += wait
        hand = table.hands[device]
        at = NOON + minutes[device] * 60_000
        hand.send(hand.patch(table.id, table.born, note=f"v{value}", at=at), now=LATER)
    return table


@given(two_interleavings())
def test_a_register_ends_alike_in_any_order_of_arrival(
    orders: tuple[list[Edit], list[Edit]],
) -> None:
    one, other = (play_registers(order).row for order in orders)
    assert one.body["note"] == other.body["note"]
    assert one.stamp("note")[1:3] == other.stamp("note")[1:3]


@given(two_interleavings())
def test_a_set_ends_alike_in_any_order_of_arrival(orders: tuple[list[Edit], list[Edit]]) -> None:
    def play(arrivals: list[Edit]) -> Any:
        table = Table(4, tags=["t0", "t1"])
        for device, value, wait in arrivals:
            hand = table.hands[device]
            change = {"add" if wait % 2 else "remove": [f"t{value}"]}
            hand.send(hand.patch(table.id, table.born, tags=change), now=LATER)
        return table.row.body["tags"]

    assert play(orders[0]) == play(orders[1])


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["add", "remove", "see"])), max_size=12)
)
def test_an_element_stays_while_an_adding_that_no_remover_saw_stands(
    steps: list[tuple[int, str]],
) -> None:
    """Against the definition of an observed-remove set, kept as plain sets of additions."""
    table = Table(3, tags=["t"])
    additions, seen = {(table.born, "founder")}, [table.born] * 3
    for device, step in steps:
        hand = table.hands[device]
        if step == "see":
            seen[device] = table.row.seq
            continue
        assert hand.send(hand.patch(table.id, seen[device], tags={step: ["t"]})) == []
        if step == "add":
            additions.add((table.row.seq, hand.device))
        else:
            additions = {
                (version, by)
                for version, by in additions
                if version > seen[device] and by != hand.device
            }
        assert (table.row.body["tags"] == ["t"]) == bool(additions)


def test_a_second_adding_does_not_hide_the_first_one_from_a_remover() -> None:
    table = Table(2)
    one, other = table.hands
    other.send(other.patch(table.id, table.born, tags={"add": ["t"]}))
    one.send(one.patch(table.id, table.born, tags={"add": ["t"]}))
    one.send(one.patch(table.id, table.born, tags={"remove": ["t"]}))
    assert table.row.body["tags"] == ["t"]


def test_a_removed_adding_does_not_count_when_another_device_adds_and_removes() -> None:
    table = Table(2)
    for hand in table.hands:
        for step in ("add", "remove"):
            hand.send(hand.patch(table.id, table.born, tags={step: ["t"]}))
        assert table.row.body["tags"] == []


@given(st.permutations(range(3)))
def test_the_first_accepted_value_stays_and_the_others_are_kept(order: list[int]) -> None:
    table = Table(3, source="")
    for nth, device in enumerate(order):
        hand = table.hands[device]
        outcome = hand.send(hand.patch(table.id, table.born, source=f"s{device}"))
        assert outcome == ([Merged(1, ["source"])] if nth else [])
    assert table.row.body["source"] == f"s{order[0]}"
    assert {each.value for each in table.organisation.history} == {f"s{d}" for d in order[1:]}


def test_an_edit_of_a_first_field_that_was_seen_is_reported_and_kept() -> None:
    table = Table(1, source="poster")
    hand = table.hands[0]
    assert hand.send(hand.patch(table.id, table.born, source="x")) == [Merged(1, ["source"])]
    assert table.row.body["source"] == "poster"
    assert [each.value for each in table.organisation.history] == ["x"]
    assert table.conflicts() == []


def test_different_fields_of_one_profile_both_win() -> None:
    table = Table(2, name="张", note="a")
    one, other = table.hands
    assert one.send(one.patch(table.id, table.born, name="张伟")) == []
    assert other.send(other.patch(table.id, table.born, note="b")) == []
    assert (table.row.body["name"], table.row.body["note"]) == ("张伟", "b")
    assert table.conflicts() == []


@pytest.mark.parametrize(("late", "wins"), [(HOUR, "other"), (-HOUR, "one")])
def test_of_two_concurrent_values_the_later_wins_and_the_other_is_shown(
    late: int, wins: str
) -> None:
    table = Table(2, note="")
    one, other = table.hands
    one.send(one.patch(table.id, table.born, note="one", at=NOON), now=LATER)
    outcome = other.send(other.patch(table.id, table.born, note="other", at=NOON + late), now=LATER)
    assert outcome == [Merged(1, ["note"])]
    assert table.row.body["note"] == wins
    (conflict,) = table.conflicts()
    assert {conflict["value_now"], conflict["value_other"]} == {"one", "other"}
    assert conflict["value_now"] == wins
    assert table.organisation.rows("conflict")[0].scopes == table.row.scopes


def test_of_two_values_of_one_moment_the_greater_device_wins() -> None:
    for order in ((0, 1), (1, 0)):
        table = Table(2, note="")
        for device in order:
            hand = table.hands[device]
            hand.send(hand.patch(table.id, table.born, note=f"from d{device}"))
        assert table.row.body["note"] == "from d1"


def test_equal_values_make_no_conflict() -> None:
    table = Table(2, note="")
    for hand in table.hands:
        assert hand.send(hand.patch(table.id, table.born, note="same")) == []
    assert table.conflicts() == []


def test_an_edit_of_what_was_seen_makes_no_conflict() -> None:
    table = Table(2, note="")
    one, other = table.hands
    one.send(one.patch(table.id, table.born, note="one"))
    assert other.send(other.patch(table.id, table.row.seq, note="other")) == []
    assert table.conflicts() == []
    assert [(each.value, each.why) for each in table.organisation.history] == [
        ("", "displaced"),
        ("one", "displaced"),
    ]


def test_a_phones_own_edits_are_never_concurrent_with_each_other() -> None:
    table = Table(1, note="")
    hand = table.hands[0]
    for value in ("a", "b", "c"):
        assert hand.send(hand.patch(table.id, table.born, note=value)) == []
    assert table.row.body["note"] == "c"


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=10))
def test_each_concurrent_differing_pair_makes_one_conflict_row(
    steps: list[tuple[int, int]],
) -> None:
    table = Table(3, note="v0")
    expected = 0
    for nth, (device, value) in enumerate(steps):
        hand, row = table.hands[device], table.row
        stamp = row.stamp("note")
        is_unseen = stamp.version > table.born and stamp.device != hand.device
        expected += is_unseen and row.body["note"] != f"v{value}"
        at = NOON + nth * 60_000
        hand.send(hand.patch(table.id, table.born, note=f"v{value}", at=at), now=LATER)
        assert len(table.conflicts()) == expected


years = st.integers(0, 130 * 365).map(lambda days: days * DAY)


@given(clocks=st.lists(years, min_size=2, max_size=6), data=st.data())
def test_an_edit_beats_the_one_it_saw_whatever_the_clocks_say(
    clocks: list[int], data: st.DataObject
) -> None:
    """Clocks from 1970 to 2100, some of which jump between two contacts."""
    table = Table(len(clocks), note="")
    for nth in range(2 * len(clocks)):
        hand = table.hands[nth % len(clocks)]
        hand.skew = clocks[nth % len(clocks)] - NOON
        captured = data.draw(years) - hand.skew
        now = NOON + nth * HOUR
        edit = hand.patch(table.id, table.row.seq, note=f"v{nth}", at=captured)
        assert hand.send(edit, now=now) == []
        assert table.row.body["note"] == f"v{nth}"


def test_an_edit_counts_as_later_than_the_one_it_saw_for_everybody_else_too() -> None:
    """Its slow clock would place it before a concurrent edit that the one it saw had beaten."""
    table = Table(3, note="")
    seen, slow, between = table.hands
    seen.send(seen.patch(table.id, table.born, note="seen", at=NOON + 2 * HOUR), now=LATER)
    slow.send(slow.patch(table.id, table.row.seq, note="slow", at=NOON), now=LATER)
    between.send(between.patch(table.id, table.born, note="x", at=NOON + HOUR), now=LATER)
    assert table.row.body["note"] == "slow"


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(-9, 9)), max_size=10))
def test_every_accepted_value_is_current_or_in_history(
    steps: list[tuple[int, bool, int]],
) -> None:
    table = Table(4, note="v-1")
    seen, written = [table.born] * 4, ["v-1"]
    for nth, (device, sees, hours) in enumerate(steps):
        if sees:
            seen[device] = table.row.seq
        hand = table.hands[device]
        at = NOON + hours * HOUR
        hand.send(hand.patch(table.id, seen[device], note=f"v{nth}", at=at), now=LATER)
        written.append(f"v{nth}")
    kept = [each.value for each in table.organisation.history]
    assert sorted([table.row.body["note"], *kept]) == sorted(written)


def test_restoring_is_an_ordinary_patch_that_cites_the_conflict() -> None:
    table = Table(2, note="")
    one, other = table.hands
    one.send(one.patch(table.id, table.born, note="one"))
    other.send(other.patch(table.id, table.born, note="other"))
    conflict = table.organisation.rows("conflict")[0]
    restored = one.patch(table.id, table.row.seq, note="one", cites=conflict.id)
    assert one.send(restored) == []
    assert table.row.body["note"] == "one"
    assert table.conflicts()[0]["state"] == "restored"


def test_a_conflict_of_another_record_cannot_be_cited() -> None:
    table = Table(2, note="")
    one, other = table.hands
    one.send(one.patch(table.id, table.born, note="one"))
    other.send(other.patch(table.id, table.born, note="other"))
    conflict = table.organisation.rows("conflict")[0]
    elsewhere = one.add_person(name="王")
    assert one.send(one.patch(elsewhere, 9, note="x", cites=conflict.id)) == [
        Refused(3, "not_found", "conflict")
    ]


def test_versions_rise_with_every_change() -> None:
    table = Table(2, note="")
    versions = [table.row.seq]
    for hand in table.hands:
        hand.send(hand.patch(table.id, table.born, note=hand.device))
        versions.append(table.row.seq)
    assert all(one < other for one, other in pairwise(versions))
