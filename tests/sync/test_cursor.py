"""Where a reader goes on (law 27)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import PARTS, Backfill, Cursor, ForeignCursor, decode_cursor, encode_cursor, plan_pull

SCOPES = ["desk:east", "org", "staff:li", "store:east"]


def rights(*scopes: str) -> Cursor:
    return Cursor("e1", "acme", "li", "phone", 0, list(scopes))


def at(seq: int, *scopes: str, backfill: Backfill | None = None) -> Cursor:
    return Cursor("e1", "acme", "li", "phone", seq, list(scopes), backfill)


def owed(cursor: Cursor) -> list[str]:
    return cursor.backfill.scopes if cursor.backfill else []


def test_who_has_no_cursor_is_sent_everything_up_to_now_and_then_the_tail() -> None:
    plan = plan_pull(None, rights("org", "staff:li"), 40)
    assert (plan.dropped, plan.resync, plan.cursor.seq) == ([], False, 40)
    assert plan.cursor.backfill == Backfill(["org", "staff:li"], 40, 0, 0, 0, 0, -1)


def test_the_same_rights_go_on_where_they_were() -> None:
    given_cursor = at(12, "org", "staff:li")
    plan = plan_pull(given_cursor, rights("org", "staff:li"), 40)
    assert (plan.cursor, plan.dropped, plan.resync) == (given_cursor, [], False)


def test_a_granted_scope_is_backfilled_and_the_rest_goes_on() -> None:
    plan = plan_pull(at(12, "org"), rights("desk:east", "org"), 40)
    assert (owed(plan.cursor), plan.cursor.seq, plan.dropped) == (["desk:east"], 12, [])
    assert plan.cursor.scopes == ["desk:east", "org"]


def test_a_scope_no_longer_granted_is_dropped_and_the_rest_goes_on() -> None:
    plan = plan_pull(at(12, "desk:east", "org"), rights("org"), 40)
    assert (owed(plan.cursor), plan.cursor.seq, plan.dropped) == ([], 12, ["desk:east"])


def test_a_scope_that_differs_is_dropped_and_sent_again() -> None:
    plan = plan_pull(at(12, *SCOPES), rights(*SCOPES), 40, frozenset({"org"}))
    assert (owed(plan.cursor), plan.dropped, plan.resync) == (["org"], ["org"], False)


def test_what_a_broken_backfill_still_owed_is_sent_again_with_what_is_new() -> None:
    given_cursor = at(12, "org", "staff:li", backfill=Backfill(["staff:li"], 12, 1, 0, 7, 3, 9))
    plan = plan_pull(given_cursor, rights("desk:east", "org", "staff:li"), 40)
    assert plan.cursor.backfill == Backfill(["desk:east", "staff:li"], 40, 0, 0, 0, 0, -1)


@pytest.mark.parametrize("field", ["epoch", "org", "person", "device"])
def test_a_cursor_of_somebody_else_starts_again(field: str) -> None:
    given_cursor = msgspec.structs.replace(at(12, "org"), **{field: "other"})
    plan = plan_pull(given_cursor, rights("org"), 40)
    assert (plan.resync, plan.dropped, owed(plan.cursor)) == (True, [], ["org"])


def test_a_cursor_from_the_future_starts_again() -> None:
    assert plan_pull(at(41, "org"), rights("org"), 40).resync
    assert not plan_pull(at(40, "org"), rights("org"), 40).resync


@pytest.mark.parametrize(
    "forged",
    [
        at(12, "org", backfill=Backfill(["desk:west"], 12, 0, 0, 0, 0, -1)),
        at(12, "org", backfill=Backfill(["org", "desk:west"], 12, 0, 0, 0, 0, -1)),
        at(12, "org", "org"),
        at(12, "org", backfill=Backfill(["org", "org"], 12, 0, 0, 0, 0, -1)),
    ],
)
def test_a_forged_cursor_starts_again(forged: Cursor) -> None:
    plan = plan_pull(forged, rights("org"), 40)
    assert plan.resync
    assert (plan.cursor.scopes, owed(plan.cursor)) == (["org"], ["org"])


scope_lists = st.lists(st.sampled_from([*SCOPES, "desk:west"]))
numbers, parts = st.integers(0, 50), st.sampled_from(PARTS)
backfills = st.none() | st.builds(
    Backfill, scope_lists, numbers, parts, numbers, numbers, numbers, st.integers(-1, 50)
)


@given(scope_lists, scope_lists, backfills, st.integers(-5, 60), st.sets(st.sampled_from(SCOPES)))
def test_no_cursor_reaches_beyond_the_present_rights(
    claimed: list[str], held: list[str], backfill: Backfill | None, seq: int, resend: set[str]
) -> None:
    now = rights(*sorted(set(held)))
    plan = plan_pull(at(seq, *claimed, backfill=backfill), now, 40, frozenset(resend))
    assert set(plan.cursor.scopes) <= set(held)
    assert set(owed(plan.cursor)) <= set(held)
    assert plan.cursor.seq <= 40


@given(scope_lists, backfills, st.integers(0, 60))
def test_a_cursor_reads_back_as_it_was_written(
    scopes: list[str], backfill: Backfill | None, seq: int
) -> None:
    cursor = at(seq, *scopes, backfill=backfill)
    assert decode_cursor(encode_cursor(cursor)) == cursor


@given(st.text(max_size=40))
def test_what_is_no_cursor_is_foreign(text: str) -> None:
    with pytest.raises(ForeignCursor):
        decode_cursor(text)


def test_a_cursor_changed_in_transit_is_foreign_or_still_a_cursor() -> None:
    whole = encode_cursor(at(12, "org"))
    for cut in range(len(whole)):
        with pytest.raises(ForeignCursor):
            decode_cursor(whole[:cut])


def test_a_cursor_from_before_what_was_purged_starts_again() -> None:
    assert plan_pull(at(11, "org"), rights("org"), 40, purged=12).resync
    assert not plan_pull(at(12, "org"), rights("org"), 40, purged=12).resync
