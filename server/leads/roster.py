"""A store's people within one transaction: what the rules know of them, and whose turn it is.

Several leads of one store may be routed in one transaction; each sees what the ones before it did.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from server.clock import MINUTE_MS
from server.leads.clock import patience_of
from server.leads.eligibility import Ask, Candidate, ask_of
from server.leads.routing import Assignment, Contest, hold_contest, route
from server.leads.rules import (
    Rules,
    day_cap_of,
    is_senior,
    open_cap_of,
    read_rules,
    skills_of,
    weight_of,
)
from server.leads.turns import NEW, Turn, give, share_out
from server.stores.calendar import Calendar, calendar_of
from sync import Row


class Tally(NamedTuple):
    """What one day has brought a person. `entitled` in parts of a LEAD."""

    entitled: int = 0
    received: int = 0


@dataclass(frozen=True)
class Books:
    """What a store's counters and phones said when the transaction began, by staff id. `heard` is
    when a phone of theirs was last heard (ms), `away` until when they get nothing in turn (ms)."""

    turns: Mapping[str, Turn] = field(default_factory=dict)
    today: Mapping[str, Tally] = field(default_factory=dict)
    open_leads: Mapping[str, int] = field(default_factory=dict)
    heard: Mapping[str, int] = field(default_factory=dict)
    away: Mapping[str, int] = field(default_factory=dict)


class Roster:
    """`at`: the moment people are looked at; `until`: when an answer would be due if the clock
    started then; both ms."""

    def __init__(self, store: Row, staff: Iterable[Row], books: Books, now: int) -> None:
        self.store = store
        self.now = now
        self.rules = read_rules(store.body)
        self.calendar = calendar_of(store.body)
        self.at = self.calendar.next_opening(now) or now
        patience_s = patience_of(store.body)
        self.until = self.calendar.add(self.at, patience_s) or self.at + patience_s * 1000
        self.turns = dict(books.turns)
        self.today = dict(books.today)
        self.changed: set[str] = set()
        self.counted: set[str] = set()
        self.people = {row.id: self.introduce(row, books) for row in staff}
        self.here = [
            id for id, each in self.people.items() if each.in_store and each.state != "left"
        ]

    @property
    def day(self) -> str:
        return day_of(self.now, self.calendar.zone)

    def introduce(self, row: Row, books: Books) -> Candidate:
        body, id = row.body, row.id
        if self.store.id not in body["store_ids"]:
            return stranger(row)
        return Candidate(
            staff_id=id,
            name=body["name"],
            state=body["state"],
            accepts_leads=bool(body["accepts_leads"]),
            role=body["role"],
            shift_at=next_shift(body, self.store, self.calendar, self.at),
            leaves_at=(body.get("next_away") or {}).get("from_at"),
            is_reachable=is_reachable(self.rules, body, books.heard.get(id), self.now),
            is_away=books.away.get(id, 0) > self.at,
            weight=weight_of(self.rules, id, body),
            open_leads=books.open_leads.get(id, 0),
            open_cap=open_cap_of(self.rules, id, body),
            today=self.today.get(id, Tally()).received,
            day_cap=day_cap_of(self.rules, id),
            skills=skills_of(body),
            is_senior=is_senior(self.rules, id, body),
            turn=self.turns.get(id, NEW),
        )

    def ask(
        self,
        lead: Mapping[str, Any],
        customer: Mapping[str, Any],
        *also: str,
        kin_id: str | None = None,
    ) -> Ask:
        missed = frozenset([*lead["missed_ids"], *also])
        due_at = (lead["clock"] or {}).get("escalate_at") or 0
        return ask_of(lead, customer, self.rules, max(due_at, self.until), missed, kin_id)

    def near(self, ask: Ask) -> list[Candidate]:
        """The store's people, and whoever the lead itself names. Leavers are no news to anybody."""
        named = [id for id in (ask.owner_id, ask.kin_id, ask.rep_id) if id in self.people]
        return [self.people[id] for id in dict.fromkeys([*self.here, *named])]

    def route(self, ask: Ask) -> Assignment:
        return route(self.near(ask), ask)

    def is_on_shift(self, staff_id: str) -> bool:
        person = self.people.get(staff_id)
        return person is not None and person.shift_at is not None and person.shift_at <= self.at

    def mark_away(self, staff_id: str) -> None:
        self.people[staff_id] = replace(self.people[staff_id], is_away=True)

    def count(self, to_id: str, ask: Ask) -> None:
        """They received a lead: whoever could have had it is owed a part of it."""
        if to_id not in self.people:
            return
        contest = hold_contest(self.near(ask), ask)
        parts = self.share(contest, to_id)
        after = give(self.turns, contest.present, parts, to_id, self.now)
        for id, turn in after.items():
            tally = self.today.get(id, Tally())
            entitled = tally.entitled + parts.get(id, 0)
            self.today[id] = Tally(entitled, tally.received + (id == to_id))
            self.people[id] = replace(self.people[id], turn=turn)
        mine = self.people[to_id]
        self.people[to_id] = replace(mine, open_leads=mine.open_leads + 1, today=mine.today + 1)
        self.turns |= after
        self.changed |= after.keys()

    def share(self, contest: Contest, to_id: str) -> dict[str, int]:
        """A lead that went to somebody by name was everybody's who is fit for it, and theirs."""
        weights = contest.weights
        if to_id in contest.present:
            weights.setdefault(to_id, self.people[to_id].weight)
        return share_out(weights, to_id)


def stranger(row: Row) -> Candidate:
    """Somebody of another store, who may own the customer or be asked to answer for the lead."""
    body = row.body
    accepts = bool(body["accepts_leads"])
    return Candidate(row.id, body["name"], body["state"], accepts, False, body["role"])


def next_shift(
    person: Mapping[str, Any], store: Row, opening_hours: Calendar, at: int
) -> int | None:
    """When they are next on shift, from `at` on. Without shifts it is whenever the store is open.

    `shifts` of a person's body holds, by store, `hours`, `closures` and `openings` as a store has
    them. Shifts that cannot be read keep nobody from their customers.
    """
    shifts = (person.get("shifts") or {}).get(store.id)
    if not shifts:
        return 0
    try:
        calendar = calendar_of({"zone": opening_hours.zone.key, **shifts})
    except (KeyError, TypeError, ValueError):
        return 0
    return calendar.next_opening(at)


def is_reachable(rules: Rules, person: Mapping[str, Any], heard_at: int | None, now: int) -> bool:
    """Through a phone heard lately, or through a chat. Only a store that sets a window asks."""
    if rules.reach_min is None or person.get("chat"):
        return True
    return heard_at is not None and now - heard_at <= rules.reach_min * MINUTE_MS


def day_of(now: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(now / 1000, zone).date().isoformat()
