"""Checksums of scopes (law 30)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync import Digest, combine, digest_of, lanes, move
from sync.digest import add, remove

rows = st.lists(
    st.tuples(st.sampled_from(["person", "visit"]), st.text(max_size=4), st.integers(0, 2**53)),
    max_size=12,
)


@given(rows, rows)
def test_the_digest_kept_step_by_step_is_the_digest_recomputed(
    stay: list[tuple[str, str, int]], leave: list[tuple[str, str, int]]
) -> None:
    total = Digest()
    for row in [*leave, *stay]:
        total = add(total, *lanes(*row))
    for row in leave:
        total = remove(total, *lanes(*row))
    assert total == digest_of(stay)


@given(rows, st.randoms())
def test_order_does_not_matter(held: list[tuple[str, str, int]], random: object) -> None:
    assert digest_of(held) == digest_of(sorted(held, reverse=True))


@given(rows, rows)
def test_digests_of_disjoint_sets_add_up(
    one: list[tuple[str, str, int]], other: list[tuple[str, str, int]]
) -> None:
    assert combine(digest_of(one), digest_of(other)) == digest_of([*one, *other])


@given(rows)
def test_lanes_stay_within_32_bits(held: list[tuple[str, str, int]]) -> None:
    count, hi, lo = digest_of(held)
    assert count == len(held)
    assert 0 <= hi < 2**32
    assert 0 <= lo < 2**32


def test_a_row_of_another_version_or_kind_has_another_digest() -> None:
    given_row = ("person", "x", 1)
    others = [("visit", "x", 1), ("person", "y", 1), ("person", "x", 2)]
    assert digest_of([given_row]) not in [digest_of([other]) for other in others]


def test_a_moved_row_is_put_where_it_is_and_evicted_where_it_was() -> None:
    assert move(("a", "b"), ("b", "c")) == (("b", "c"), ("a",))
    assert move((), ("a",)) == (("a",), ())
    assert move(("a",), ()) == ((), ("a",))
