"""Who gets a lead, and why the others did not. Pure: people in, a name and the reasons out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from server.leads.eligibility import (
    Ask,
    Candidate,
    is_going,
    skip_code,
    why_absent,
    why_not_here,
    why_unable,
)
from server.leads.turns import Turn, level


class Reason(NamedTuple):
    """Why a person was chosen (`owner`, `personal`, `senior`, `fairest`) or skipped (the codes of
    eligibility.py, and `not_senior`)."""

    staff_id: str
    code: str


class Assignment(NamedTuple):
    """`staff_id` is None if nobody is eligible; `reasons` is the reason card, chosen one first."""

    staff_id: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Contest:
    """Who takes part: `codes` says why others do not. `present` are at work here, whatever this
    lead asks; `fit` may get it in turn."""

    ask: Ask
    people: Mapping[str, Candidate]
    codes: Mapping[str, str | None]
    present: tuple[str, ...]
    fit: tuple[str, ...]

    @property
    def turns(self) -> dict[str, Turn]:
        return {id: person.turn for id, person in self.people.items()}

    @property
    def weights(self) -> dict[str, int]:
        return {id: self.people[id].weight for id in self.fit}


def hold_contest(candidates: Iterable[Candidate], ask: Ask) -> Contest:
    people = {person.staff_id: person for person in candidates}
    codes = {id: skip_code(person, ask) for id, person in people.items()}
    present = tuple(id for id, person in people.items() if not why_absent(person, ask))
    fit = [id for id in present if codes[id] is None]
    seniors = [id for id in fit if people[id].is_senior] if ask.for_seniors else []
    if seniors:
        codes |= {id: "not_senior" for id in fit if id not in seniors}
    return Contest(ask, people, codes, present, tuple(seniors or fit))


def route(candidates: Iterable[Candidate], ask: Ask) -> Assignment:
    """The first rule that answers decides. The live desk and the rehearsal ask this function."""
    contest = hold_contest(candidates, ask)
    for code, rule in CHAIN:
        chosen = rule(contest)
        if chosen is not None:
            skips = [each for each in skipped(contest) if each.staff_id != chosen]
            return Assignment(chosen, (Reason(chosen, code), *skips))
    return Assignment(None, tuple(skipped(contest)))


def skipped(contest: Contest) -> list[Reason]:
    return [Reason(id, code) for id, code in contest.codes.items() if code]


def to_owner(contest: Contest) -> str | None:
    """A known customer's owner, if they can answer in time."""
    return if_able(contest, contest.ask.owner_id)


def to_household(contest: Contest) -> str | None:
    """A family is not asked the same things by two people."""
    return if_able(contest, contest.ask.kin_id)


def if_able(contest: Contest, staff_id: str | None) -> str | None:
    person = contest.people.get(staff_id or "")
    return None if person is None or why_unable(person, contest.ask) else person.staff_id


def to_rep(contest: Contest) -> str | None:
    """Whose personal code was scanned, on shift or not; a leaver's code is the store's."""
    rep = contest.people.get(contest.ask.rep_id or "")
    if rep is None or why_not_here(rep) or is_going(rep, contest.ask):
        return None
    if rep.staff_id in contest.ask.missed:
        return None
    return rep.staff_id


def to_senior(contest: Contest) -> str | None:
    """With no senior eligible the customer does not wait for one."""
    is_meant = any(contest.people[id].is_senior for id in contest.fit)
    return to_fairest(contest) if contest.ask.for_seniors and is_meant else None


def to_fairest(contest: Contest) -> str | None:
    """Who is owed most, by weight; of two owed the same, who has waited longest."""
    if not contest.fit:
        return None
    turns = level(contest.turns, contest.present)
    return min(contest.fit, key=lambda id: (-turns[id].balance, turns[id].last_at, id))


CHAIN: Sequence[tuple[str, Callable[[Contest], str | None]]] = (
    ("owner", to_owner),
    ("household", to_household),
    ("personal", to_rep),
    ("senior", to_senior),
    ("fairest", to_fairest),
)


def duty_chain(store: Mapping[str, Any], admins: Iterable[str]) -> list[str]:
    """Who a missed deadline is handed to, first to last: deputy, manager, area manager, admins."""
    named = [store.get("deputy_id"), store.get("manager_id"), store.get("area_id"), *admins]
    return list(dict.fromkeys(staff_id for staff_id in named if staff_id))


def level_of(store: Mapping[str, Any], staff_id: str) -> str:
    """The level of an escalation to this person: `manager`, `area` or `admin`."""
    if staff_id in (store.get("deputy_id"), store.get("manager_id")):
        return "manager"
    return "area" if staff_id == store.get("area_id") else "admin"
