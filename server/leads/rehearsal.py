"""What other rules would have done with leads that came: the same `route`, over the past. Pure.

What the past does not tell is taken as it is now: who works here, their skills, and that phones
were within reach. Shifts and caps are those of the moment each lead came.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from server.leads.past import Past
from server.leads.roster import Books, Roster, Tally
from server.leads.rules import Rules, write_rules
from server.leads.turns import Turn
from sync import Row

NOBODY = ""


@dataclass
class Part:
    """One person's: how many leads they had, would have had; of those that moved, by which code
    of the reason card they came or went."""

    had: int = 0
    would: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


class Rehearsal:
    """Books as they would have been, lead after lead."""

    def __init__(self, store: Row, staff: Iterable[Row], rules: Rules) -> None:
        asked = msgspec.structs.replace(rules, reach_min=None)
        body = {**store.body, "routing": write_rules(asked)}
        self.store = msgspec.structs.replace(store, body=body)
        self.staff = list(staff)
        self.turns: dict[str, Turn] = {}
        self.today: dict[str, Tally] = {}
        self.day = ""
        self.open: list[tuple[int, str]] = []
        self.parts: dict[str, Part] = {}
        self.unassigned: Counter[str] = Counter()

    def run(self, past: Past) -> None:
        receivers = past.receivers()
        for lead in past.leads:
            customer = past.customers.get(lead.root)
            had = receivers.get(lead.id, NOBODY)
            kin_id = past.kin_of(customer) if customer else None
            self.settle(lead, customer.body if customer else {}, kin_id, had)

    def settle(self, lead: Row, customer: Mapping[str, Any], kin_id: str | None, had: str) -> None:
        roster = self.roster_at(lead.received_at)
        known = as_known_then(lead.body, customer)
        ask = roster.ask(as_it_came(lead.body), known, kin_id=kin_id)
        if lead.body["self_received"]:
            to_id, codes = had, {}
        else:
            assignment = roster.route(ask)
            to_id = assignment.staff_id or NOBODY
            codes = {each.staff_id: each.code for each in assignment.reasons}
        roster.count(to_id, ask)
        self.turns, self.today = roster.turns, roster.today
        self.open.append((lead.body["closed_at"] or 1 << 62, to_id))
        self.compare(had, to_id, codes)

    def roster_at(self, now: int) -> Roster:
        self.open = [each for each in self.open if each[0] > now]
        held = Counter(who for _, who in self.open)
        roster = Roster(self.store, self.staff, Books(self.turns, self.today, held), now)
        if roster.day != self.day:
            self.day, self.today = roster.day, {}
            roster = Roster(self.store, self.staff, Books(self.turns, {}, held), now)
        return roster

    def compare(self, had: str, to_id: str, codes: Mapping[str, str]) -> None:
        self.part(had).had += 1
        self.part(to_id).would += 1
        if to_id == NOBODY:
            reps = [id for id in codes if self.is_rep(id)]
            self.unassigned.update(codes[id] for id in reps)
        if had != to_id:
            chosen = codes.get(to_id, "nobody")
            self.part(to_id).gained[chosen] += 1
            self.part(had).lost[codes.get(had, chosen)] += 1

    def is_rep(self, staff_id: str) -> bool:
        return any(row.id == staff_id and row.body["role"] == "rep" for row in self.staff)

    def part(self, staff_id: str) -> Part:
        return self.parts.setdefault(staff_id, Part())


def as_it_came(lead: Mapping[str, Any]) -> dict[str, Any]:
    return {"missed_ids": [], "clock": None, "source": lead["source"], "rep_id": lead.get("rep_id")}


def as_known_then(lead: Mapping[str, Any], customer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whoever was new had no owner and no tier yet."""
    return customer if lead["is_known"] else {}


def describe(rehearsal: Rehearsal, names: Mapping[str, str]) -> dict[str, Any]:
    people = [
        {"staff_id": id, "name": names.get(id, ""), "had": part.had, "would": part.would}
        | {"gained": dict(part.gained), "lost": dict(part.lost)}
        for id, part in sorted(rehearsal.parts.items())
        if id != NOBODY
    ]
    return {
        "leads": sum(part.had for part in rehearsal.parts.values()),
        "people": sorted(people, key=lambda each: (-int(each["would"]), str(each["staff_id"]))),
        "unassigned": {
            "would": rehearsal.part(NOBODY).would,
            "codes": dict(rehearsal.unassigned),
        },
    }
