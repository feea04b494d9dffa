"""Somebody asked to be erased, and a person is to do it or to say why not: a row of the customer's
tree that stays open until then. Pure.

15 working days is what customers are told (PIPL 50); from the tenth on somebody is reminded.
"""

from datetime import date, datetime, time, timedelta
from typing import Literal

from server.customers.agreement import has_withdrawn
from server.stores.calendar import Calendar, calendar_of
from server.stores.office import OfficeCalendar
from sync import Entity, Ledger, Row, derive_id, desk_scope, scopes_of

REQUEST = "erasure_request"
"""The kind of the row, and of the deadline that looks after it."""
DAYS, REMINDED_FROM = 15, 10
MORNING = time(9)

Via = Literal["registration", "handed_link", "staff"]
"""By the link of a registration whose number was known already; by a link that staff handed out,
`by_id`; noted by staff, `by_id`."""


def ask(
    ledger: Ledger, person: Row, about: Row, via: Via, by_id: str | None, to_ids: list[str]
) -> Row:
    """`about` is what was said, and where that goes the request goes. `to_ids` are told, beside who
    is to answer. The worker tells them, and looks again each day that matters."""
    id = derive_id(REQUEST, about.id)
    body = {
        "about_id": about.id,
        "customer_id": person.id,
        "store_id": person.body["store_id"],
        "via": via,
        "by_id": by_id,
        "at": ledger.now,
        "to_ids": to_ids,
        "state": "open",
        "told_at": None,
    }
    ledger.schedule(REQUEST, id, ledger.now)
    return ledger.create(REQUEST, id, person.id, body)


def answer(ledger: Ledger, request: Row, by_id: str, reason: str) -> None:
    """They are not erased: who says so, when and why."""
    said = {"answered_by": by_id, "answered_at": ledger.now, "reason": reason}
    ledger.change(request, state="declined", **said)
    ledger.cancel(REQUEST, request.id)


def is_open(request: Row, person: Row) -> bool:
    """What staff noted is over once the customer agreed anew."""
    is_lifted = request.body["via"] == "staff" and not has_withdrawn(person)
    return request.body["state"] == "open" and not is_lifted


def latest_in(rows: list[Row]) -> Row | None:
    """Of a tree: the one that waits, else the one that was answered last."""
    asked = [row for row in rows if row.entity == REQUEST]
    return max(asked, key=lambda row: (row.body["state"] == "open", row.at), default=None)


# Days


def due_on(asked_at: int, calendar: Calendar) -> date:
    return office_of(calendar).add_working_days(calendar.date_at(asked_at), DAYS)


def days_left(asked_at: int, now: int, calendar: Calendar) -> int:
    """Working days; 0 on the last of them, and less than that when it is over."""
    today, due = calendar.date_at(now), due_on(asked_at, calendar)
    if today <= due:
        return office_of(calendar).working_days(today + timedelta(days=1), due)
    return -office_of(calendar).working_days(due + timedelta(days=1), today)


def next_look(request: Row, store: Row, now: int) -> int:
    """The morning of the tenth working day; after that, of the next one."""
    calendar = calendar_of(store.body)
    office, asked_on = office_of(calendar), calendar.date_at(request.body["at"])
    first = office.add_working_days(asked_on, REMINDED_FROM)
    day = max(first, office.add_working_days(calendar.date_at(now), 1))
    return int(datetime.combine(day, MORNING, calendar.zone).timestamp()) * 1000


def office_of(calendar: Calendar) -> OfficeCalendar:
    return OfficeCalendar(calendar.country)


def place(row: Row, root: Row) -> tuple[str, ...]:
    """Before whoever runs the store that the customer is now of."""
    return scopes_of(desk_scope(root.body["store_id"]))


def part(row: Row) -> int:
    return 0 if row.body["state"] == "open" else 2


request = Entity(
    name=REQUEST, kind="server", parent=("about_id",), place=place, part=part, outlives=True
)
