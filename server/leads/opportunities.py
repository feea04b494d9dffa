"""A customer whose lead became an opportunity is touched every second day. Pure.

The lead is closed by then and nobody holds it: the customer's owner is asked for the next touch.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from server.clock import DAY_MS
from server.leads.mornings import morning_for, plan_digest
from server.leads.offers import stored
from server.stores.calendar import Calendar, calendar_of
from sync import Ledger, Row

EVERY_MS = 2 * DAY_MS
BECAME = "opportunity"


def begin(ledger: Ledger, customer: Row) -> None:
    ledger.change(customer, opportunity_at=ledger.now)
    plan(ledger, customer)


def began_at(leads: Iterable[Mapping[str, Any]]) -> int | None:
    """When the newest of a customer's opportunities began, by their leads."""
    closed = [lead["closed_at"] for lead in leads if lead.get("close_reason") == BECAME]
    return max(closed, default=None)


def recount(ledger: Ledger, customer: Row) -> None:
    """After records were joined or taken apart. The customer's whole tree must be loaded."""
    leads = [row.body for row in ledger.rows_of("lead") if row.root == customer.id]
    at = began_at(leads)
    if at is not None or customer.body.get("opportunity_at") is not None:
        ledger.change(customer, opportunity_at=at)
        plan(ledger, customer)


def plan(ledger: Ledger, customer: Row) -> None:
    """Says on the customer when they are due, and sees to it that somebody is told that morning."""
    if "opportunity_at" not in customer.body:
        return
    store = stored(ledger, customer.body["store_id"])
    calendar = calendar_of(store.body)
    due_at = next_due(customer, calendar)
    ledger.change(customer, opportunity_due_at=due_at)
    if due_at is not None:
        plan_digest(ledger, store, morning_for(calendar, due_at, ledger.now))


def next_due(customer: Row, calendar: Calendar) -> int | None:
    """As `due_after`; what falls due while the store is closed is due when it opens."""
    due_at = due_after(customer.body)
    return None if due_at is None else calendar.next_opening(due_at) or due_at


def due_after(customer: Mapping[str, Any]) -> int | None:
    """In ms. What was agreed goes before the rule, but not with an A customer; a contact after
    which there is to be none ends it."""
    began = customer.get("opportunity_at")
    if began is None:
        return None
    agreed_at = customer.get("next_at")
    if agreed_at is None and (customer.get("followed_at") or 0) > began:
        return None
    touched_at = max(customer.get("last_contact_at") or 0, began)
    rule_at = touched_at + EVERY_MS
    if agreed_at is None or agreed_at <= touched_at:
        return int(rule_at)
    return int(min(agreed_at, rule_at) if customer.get("tier") == "A" else agreed_at)
