"""Who could have a lead now, and by which code everybody else is skipped. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.leads.rules import Rules
from server.leads.turns import NEW, Turn
from sync import Row

ACTIVE = "active"
AWAY_CODES = {"leave": "leave", "travel": "travelling"}
"""By the state of a person who still works here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who might receive a lead at a store.

    `shift_at`: when they are next on shift, in ms; 0 whenever the store is open, None never again.
    `leaves_at`: when a leave begins that is known of already, ms.
    """

    staff_id: str
    name: str
    state: str
    accepts_leads: bool
    in_store: bool = True
    role: str = "rep"
    shift_at: int | None = 0
    leaves_at: int | None = None
    is_reachable: bool = True
    is_away: bool = False
    weight: int = 1
    open_leads: int = 0
    open_cap: int | None = None
    today: int = 0
    day_cap: int | None = None
    skills: frozenset[str] = frozenset()
    is_senior: bool = False
    turn: Turn = NEW


@dataclass(frozen=True, slots=True)
class Ask:
    """What a lead asks of its receiver. `until`: when an answer is due, ms; whoever is on shift
    by then will do. `kin_id`: who has the customer's household. `rep_id`: whose personal code the
    customer scanned."""

    until: int = 0
    owner_id: str | None = None
    kin_id: str | None = None
    rep_id: str | None = None
    missed: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    for_seniors: bool = False


def ask_of(
    lead: Mapping[str, Any],
    customer: Mapping[str, Any],
    rules: Rules,
    until: int,
    missed: frozenset[str],
    kin_id: str | None = None,
) -> Ask:
    tier, source = customer.get("tier"), lead.get("source")
    return Ask(
        until=until,
        owner_id=customer.get("owner_id"),
        kin_id=kin_id,
        rep_id=lead.get("rep_id"),
        missed=missed,
        skills=needed_skills(rules, tier, source),
        for_seniors=wants_senior(rules, tier, customer.get("score")),
    )


def owner_of_household(members: Iterable[Row]) -> str | None:
    """Of several, whose customer has been here longest."""
    owned = [row for row in members if row.body.get("owner_id") and not row.deleted]
    eldest = min(owned, key=lambda row: (row.born, row.id), default=None)
    return eldest.body["owner_id"] if eldest else None


def needed_skills(rules: Rules, tier: str | None, source: str | None) -> frozenset[str]:
    return frozenset(
        need.skill
        for need in rules.needs
        if (not need.tiers or tier in need.tiers) and (not need.sources or source in need.sources)
    )


def wants_senior(rules: Rules, tier: str | None, score: Any) -> bool:
    if tier is not None and tier in rules.senior_tiers:
        return True
    is_scored = isinstance(score, int | float) and rules.senior_score is not None
    return is_scored and score >= (rules.senior_score or 0)


def skip_code(person: Candidate, ask: Ask) -> str | None:
    """Why this person cannot get the lead in turn; None if they can."""
    return why_unable(person, ask) or why_unfit(person, ask)


def why_unable(person: Candidate, ask: Ask) -> str | None:
    """Whoever is unable cannot answer in time, whatever the lead is about."""
    if code := why_absent(person, ask):
        return code
    if person.staff_id in ask.missed:
        return "missed"
    if person.open_cap is not None and person.open_leads >= person.open_cap:
        return "full"
    if person.day_cap is not None and person.today >= person.day_cap:
        return "full_today"
    return None


def why_absent(person: Candidate, ask: Ask) -> str | None:
    """Whoever is absent takes no part in the sharing out."""
    if code := why_not_here(person):
        return code
    if person.shift_at is None or person.shift_at > ask.until:
        return "off_shift"
    if is_going(person, ask):
        return "going_away"
    if person.is_away:
        return "away"
    return None if person.is_reachable else "unreachable"


def is_going(person: Candidate, ask: Ask) -> bool:
    """Their leave begins before an answer is due."""
    return person.leaves_at is not None and person.leaves_at <= ask.until


def why_not_here(person: Candidate) -> str | None:
    if person.state != ACTIVE:
        return AWAY_CODES.get(person.state, "left")
    if not person.in_store:
        return "other_store"
    return None if person.accepts_leads else "not_accepting"


def why_unfit(person: Candidate, ask: Ask) -> str | None:
    """About this lead only; nobody's own customer is refused to them for it."""
    if person.weight == 0:
        return "no_share"
    return None if ask.skills <= person.skills else "lacks_skill"
