"""Deficit round robin: over many leads nobody is far from even, whoever comes and goes."""

import random
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.leads.eligibility import Ask, Candidate
from server.leads.routing import route
from server.leads.turns import LEAD, LONG_AWAY_MS, Turn, give, level, share_out

LEADS = 1_000
MINUTE_MS = 60_000
Weights = Mapping[str, int]


class Store:
    """Routes leads by the rules, and keeps its own books of who was entitled to what."""

    def __init__(self, weights: Weights) -> None:
        self.weights = dict(weights)
        self.turns: dict[str, Turn] = {}
        self.now = 1_000_000
        self.entitled = dict.fromkeys(weights, Fraction(0))
        self.received = dict.fromkeys(weights, 0)

    def lead(self, present: Iterable[str], to_id: str | None = None) -> str:
        """The next lead; `to_id` received the customer without being asked."""
        here = sorted(present)
        people = [self.candidate(id) for id in here]
        chosen = to_id or route(people, Ask()).staff_id
        assert chosen is not None
        self.count(here, chosen)
        return chosen

    def candidate(self, id: str) -> Candidate:
        turn = self.turns.get(id, Turn())
        return Candidate(id, id, "active", True, weight=self.weights[id], turn=turn)

    def count(self, here: list[str], chosen: str) -> None:
        parts = share_out({id: self.weights[id] for id in here}, chosen)
        self.turns |= give(self.turns, here, parts, chosen, self.now)
        self.now += MINUTE_MS
        self.received[chosen] += 1
        total = sum(self.weights[id] for id in here)
        for id in here:
            self.entitled[id] += Fraction(self.weights[id], total)

    def away_from_even(self) -> float:
        return max(abs(float(self.entitled[id] - self.received[id])) for id in self.weights)


def equal(count: int) -> Weights:
    return {f"p{nth:02}": 1 for nth in range(count)}


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 16, 30])
def test_over_a_thousand_leads_with_equal_weights_nobody_is_more_than_one_away_from_even(
    count: int,
) -> None:
    store = Store(equal(count))
    for _ in range(LEADS):
        store.lead(store.weights)
        assert store.away_from_even() < 1 + 1e-3


@settings(max_examples=30, deadline=None)
@given(
    weights=st.lists(st.integers(1, 100), min_size=1, max_size=12),
    leads=st.integers(1, 300),
)
def test_with_any_weights_nobody_is_more_than_two_away_from_their_share(
    weights: list[int], leads: int
) -> None:
    store = Store({f"p{nth:02}": weight for nth, weight in enumerate(weights)})
    for _ in range(leads):
        store.lead(store.weights)
    assert store.away_from_even() < 2


Presence = Callable[[random.Random, list[str], set[str]], set[str]]


def shifts(chance: random.Random, everybody: list[str], present: set[str]) -> set[str]:
    """Now and then somebody comes or goes."""
    moved = {chance.choice(everybody)} if chance.random() < 0.3 else set()
    return (present ^ moved) or {everybody[0]}


def anybody(chance: random.Random, everybody: list[str], present: set[str]) -> set[str]:
    return set(chance.sample(everybody, chance.randint(1, len(everybody))))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("presence", [shifts, anybody])
def test_whoever_comes_and_goes_nobody_is_far_from_what_they_were_there_for(
    presence: Presence, seed: int
) -> None:
    chance = random.Random(seed)
    store = Store(equal(chance.randint(2, 12)))
    everybody, present = sorted(store.weights), set(store.weights)
    for _ in range(LEADS):
        present = presence(chance, everybody, present)
        store.lead(present)
    assert store.away_from_even() < 2


def test_whoever_received_customers_in_person_waits_until_the_others_have_had_as_many() -> None:
    store = Store(equal(3))
    for _ in range(4):
        store.lead(store.weights, "p00")
    assert [store.lead(store.weights) for _ in range(8)].count("p00") == 0
    assert sorted(store.lead(store.weights) for _ in range(3)) == ["p00", "p01", "p02"]


def test_somebody_new_begins_level_and_is_not_flooded() -> None:
    store = Store(equal(4))
    for _ in range(30):
        store.lead(["p00", "p01", "p02"])
    first_weeks = [store.lead(store.weights) for _ in range(40)]
    assert first_weeks.count("p03") in (10, 11)
    assert "p03" in first_weeks[:5]


def test_somebody_new_is_not_kept_waiting_for_what_others_received_in_person() -> None:
    store = Store(equal(4))
    for _ in range(30):
        store.lead(["p00", "p01", "p02"], "p00")
    assert store.lead(store.weights) != "p00"
    assert "p03" in [store.lead(store.weights) for _ in range(4)]


def test_somebody_back_from_a_long_leave_begins_level_too() -> None:
    store = Store(equal(3))
    for _ in range(9):
        store.lead(store.weights, "p02")
    store.now += 2 * LONG_AWAY_MS
    for _ in range(9):
        store.lead(["p00", "p01"])
    assert [store.lead(store.weights) for _ in range(9)].count("p02") in (2, 3, 4)


def test_a_lunch_break_neither_earns_nor_costs_anything() -> None:
    turns = {"bo": Turn(balance=LEAD // 2, present_at=1), "chen": Turn(balance=-LEAD, present_at=9)}
    assert level(turns, ["bo", "chen"]) == turns


@given(
    weights=st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 100), max_size=20),
    chance=st.randoms(use_true_random=False),
)
def test_a_lead_is_shared_out_whole(weights: dict[str, int], chance: random.Random) -> None:
    to_id = chance.choice(sorted(weights)) if weights else "nobody"
    parts = share_out(weights, to_id)
    assert sum(parts.values()) == (LEAD if any(weights.values()) else 0)
    assert all(part > 0 for part in parts.values())
    assert parts.keys() <= {id for id, weight in weights.items() if weight}
