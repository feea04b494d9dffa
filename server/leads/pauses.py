"""Giving a waiting lead more time, for a reason and up to a bound; and saying that one knows."""

from server.leads import offers
from server.leads.claims import heads
from server.leads.clock import RUNGS
from server.leads.offers import UNANSWERED, stored
from server.notify.knowing import APP, is_asked, note_known
from server.stores.calendar import Calendar, calendar_of
from sync import Author, Ledger, Refusal, Row

LONGEST_S = 24 * 3600
"""Of store time; the first follow-up stays due when it was and usually comes first."""

SNOOZES = 2
"""How often a lead can be put off: a third time it is somebody else's turn."""

MOVED = (*RUNGS, ("personal", "personal_at"))


def snooze(asked: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The rungs still to come move by the store time that the pause takes."""
    lead = ledger.row(asked.body["lead_id"])
    if lead is None or lead.entity != "lead":
        return Refusal("not_found", "lead_id")
    if refusal := why_not_snooze(asked, lead, ledger, author):
        return refusal
    until = asked.body["until"]
    ledger.change(
        lead,
        snooze={
            "by": author.staff_id,
            "reason": asked.body["reason"],
            "note": asked.body.get("note") or "",
            "at": ledger.now,
            "until": until,
        },
        snoozes=(lead.body.get("snoozes") or 0) + 1,
        put_off_s=(lead.body.get("put_off_s") or 0) + pause_s(lead, ledger, until),
    )
    move_rungs(ledger, lead, until)
    return None


def why_not_snooze(asked: Row, lead: Row, ledger: Ledger, author: Author) -> Refusal | None:
    if not heads(author, lead):
        return Refusal("forbidden")
    if lead.body["state"] == "closed":
        return Refusal("not_open")
    if lead.body["state"] not in UNANSWERED:
        return Refusal("taken", who=lead.body["holder_id"], when=lead.body["accepted_at"])
    if asked.body["reason"] == "other" and not (asked.body.get("note") or "").strip():
        return Refusal("invalid", "note")
    if (lead.body.get("snoozes") or 0) >= SNOOZES:
        return Refusal("snoozed_enough")
    if asked.body["until"] <= ledger.now:
        return Refusal("snooze_over", "until")
    is_within = asked.body["until"] <= latest(lead, ledger)
    return None if is_within else Refusal("snooze_too_long", "until")


def latest(lead: Row, ledger: Ledger) -> int:
    """Until when a lead can be put off, ms."""
    due_at: int = lead.body["first_follow_up_due_at"]
    longest = calendar_around(lead, ledger).add(ledger.now, LONGEST_S)
    return due_at if longest is None else min(due_at, longest)


def pause_s(lead: Row, ledger: Ledger, until: int) -> int:
    """What the pause adds for every rung still to come, in seconds of store time."""
    return calendar_around(lead, ledger).elapsed(ledger.now, until)


def move_rungs(ledger: Ledger, lead: Row, until: int) -> None:
    """What is due already stays due; a lead whose clock has not started starts after the pause."""
    clock = lead.body["clock"]
    if clock is None:
        return
    calendar = calendar_around(lead, ledger)
    to_come = {field: kind for kind, field in MOVED if (clock.get(field) or 0) > ledger.now}
    moved = {field: later(calendar, ledger.now, until, clock[field]) for field in to_come}
    for field, at in moved.items():
        ledger.cancel(to_come[field], lead.id)
        ledger.schedule(to_come[field], lead.id, at)
    ledger.change(lead, clock={**clock, **moved})
    offers.show_clock(ledger, lead)


def later(calendar: Calendar, now: int, until: int, due_at: int) -> int:
    """As much store time after the pause as was left before it."""
    return calendar.add(until, calendar.elapsed(now, due_at)) or due_at


def calendar_around(lead: Row, ledger: Ledger) -> Calendar:
    return calendar_of(stored(ledger, lead.body["store_id"]).body)


def acknowledge(seen: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """我知道了, by whoever it was escalated to. Stops nothing, and may come late."""
    lead = ledger.row(seen.body["lead_id"])
    if lead is None or lead.entity != "lead":
        return Refusal("not_found", "lead_id")
    if is_asked(lead, author.staff_id):
        note_known(ledger, lead, author.staff_id, APP)
        return None
    return Refusal("forbidden") if lead.body["state"] in UNANSWERED else None
