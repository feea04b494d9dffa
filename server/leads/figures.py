"""Three figures of a lead, kept apart: the customer's wait, the store's part in it, the network's.

And what came to light later: told beside an escalation, which stays as it was.
"""

from typing import Any, Literal

from server.stores.calendar import Calendar, calendar_of
from sync import Ledger, Row, derive_id

What = Literal["acceptance", "contact"]


def count_no_signal(lead: Row) -> dict[str, Any]:
    """Received − captured: how long the registration was on its way, in seconds."""
    return {"no_signal_s": seconds(lead.body["captured_at"], lead.body["received_at"])}


def count_responsibility(ledger: Ledger, lead: Row, accepted_at: int) -> None:
    """Received → accepted in store time, as it was on the phone, whenever that came to light."""
    if lead.body.get("responsibility_s") is not None:
        return
    store = ledger.row(lead.body["store_id"])
    assert store is not None
    counted = store_time(lead, calendar_of(store.body), accepted_at)
    ledger.change(lead, responsibility_s=counted)


def store_time(lead: Row, calendar: Calendar, until: int) -> int:
    """Seconds since a lead was received in which its store was open, by its hours of then."""
    counted = calendar.elapsed(lead.body["received_at"], until)
    return max(0, counted - (lead.body.get("closed_s") or 0))


def count_wait(ledger: Ledger, lead: Row) -> None:
    """Captured → first contact, in seconds of the customer's time; None while nobody answered."""
    contacted_at = lead.body.get("contacted_at")
    wait_s = None if contacted_at is None else seconds(lead.body["captured_at"], contacted_at)
    if wait_s != lead.body.get("wait_s"):
        ledger.change(lead, wait_s=wait_s)


def seconds(start: int, end: int) -> int:
    return max(0, end - start) // 1000


def escalation_id(lead: Row, nth: int) -> str:
    """Whoever sees a lead need not see its escalations: it says how many there are, not which."""
    return derive_id("escalation", lead.id, nth)


def escalation_ids(lead: Row) -> list[str]:
    return [escalation_id(lead, nth) for nth in range(lead.body.get("escalations") or 0)]


def annotate(ledger: Ledger, lead: Row, what: What, fact: Row, at: int) -> None:
    """Every escalation that would not have been, had it been known when this was, `at`."""
    told = {
        "what": what,
        "fact_id": fact.id,
        "by": fact.author,
        "at": at,
        "received_at": ledger.now,
    }
    for id in escalation_ids(lead):
        escalation = ledger.row(id)
        if escalation is not None and is_answered_by(escalation, what, at):
            known = escalation.body.get("late_evidence") or []
            ledger.change(escalation, late_evidence=[*known, told])


def is_answered_by(escalation: Row, what: What, at: int) -> bool:
    """Accepting a lead does not follow it up."""
    if what == "acceptance" and escalation.body["reason"] == "first_follow_up":
        return False
    return bool(at < escalation.body["at"])
