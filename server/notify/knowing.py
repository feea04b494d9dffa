"""Who said of a lead that they know: in the app, or by a link in a chat or a mail. Pure.

The list on the lead is the fact. `acknowledged` is what it says of the escalation at hand: written
for phones that read nothing else.
"""

from typing import Any

from sync import Ledger, Row

FIELD = "acknowledgements"
APP = "app"
OPEN = ("waiting", "offered")


def known_by(lead: Row) -> list[dict[str, Any]]:
    """In order, with what was said when the app had no list yet."""
    noted: list[dict[str, Any]] = lead.body.get(FIELD) or []
    former = lead.body.get("acknowledged")
    if not former or (former["by"], former["at"]) in {(n["staff_id"], n["at"]) for n in noted}:
        return noted
    said = {"staff_id": former["by"], "at": former["at"], "channel": APP}
    return sorted([*noted, said], key=lambda each: int(each["at"]))


def known_at(lead: Row, staff_id: str) -> int | None:
    return next((each["at"] for each in known_by(lead) if each["staff_id"] == staff_id), None)


def note_known(ledger: Ledger, lead: Row, staff_id: str, channel: str) -> bool:
    """Once for each person; in the app once more after a later escalation. `channel`: `app`, or
    the kind of robot that showed the link. Returns whether it was news."""
    noted, since = known_by(lead), (lead.body.get("escalated_at") or 0) if channel == APP else 0
    if any(each["staff_id"] == staff_id and each["at"] >= since for each in noted):
        return False
    said = {"staff_id": staff_id, "at": ledger.now, "channel": channel}
    ledger.change(lead, **{FIELD: [*noted, said]})
    if lead.body["state"] in OPEN and is_asked(lead, staff_id):
        ledger.change(lead, acknowledged={"by": staff_id, "at": ledger.now})
    return True


def is_asked(lead: Row, staff_id: str) -> bool:
    return staff_id in (lead.body["escalated_to"], lead.body["responsible_id"])


def ask_anew(ledger: Ledger, lead: Row) -> None:
    """It is somebody else's now, who has not said so yet; what was said stays in the list."""
    if lead.body.get("acknowledged"):
        ledger.change(lead, acknowledged=None, **{FIELD: known_by(lead)})
