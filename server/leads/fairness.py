"""A month's proof that nobody is favoured: facts beside the share each person was entitled to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from server.leads.past import Past
from server.leads.roster import Tally
from server.leads.rules import Rules, weight_of
from server.leads.turns import LEAD
from sync import Row


def report(
    past: Past, tallies: Mapping[str, Tally], rules: Rules, staff: Iterable[Row]
) -> list[dict[str, Any]]:
    """A line for each person who had a part in it, the furthest from even first.

    `entitled` counts each lead in parts, by weight, among those who could have had it when it
    came; `deviation` is what somebody received above that. A lead that one person missed and the
    next one got was received by both.
    """
    offered = Counter(offer.body["to_id"] for offer in past.offers)
    accepted = Counter(
        offer.body["to_id"] for offer in past.offers if offer.body["state"] == "accepted"
    )
    in_person = Counter(lead.author for lead in past.leads if lead.body["self_received"])
    bodies = {row.id: row.body for row in staff}
    total = offered.total() + in_person.total()
    lines = [
        {
            "staff_id": id,
            "name": bodies[id]["name"] if id in bodies else "",
            "weight": weight_of(rules, id, bodies.get(id, {})),
            "offered": offered[id],
            "accepted": accepted[id],
            "self_received": in_person[id],
            **compare(offered[id] + in_person[id], tallies.get(id, Tally()).entitled, total),
        }
        for id in sorted({*offered, *filter(None, in_person), *tallies})
    ]
    return sorted(lines, key=lambda line: -abs(line["deviation"]))


def compare(received: int, entitled: int, total: int) -> dict[str, Any]:
    leads = entitled / LEAD
    return {
        "received": received,
        "entitled": round(leads, 2),
        "deviation": round(received - leads, 2),
        "share": round(received / total, 4) if total else 0,
        "entitled_share": round(leads / total, 4) if total else 0,
    }
