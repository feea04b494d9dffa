"""What the past brought whom, counted as the live routing counts: turns, and each day's shares."""

from server.leads.rehearsal import as_it_came
from server.leads.roster import Books, Roster, Tally
from server.leads.turns import Turn
from sync import Ledger, Row


def count_leads(ledger: Ledger) -> None:
    """Into the tables of routing: the offers that were made, and who was received in person."""
    staff = ledger.rows_of("staff")
    got = [(row, row.body["to_id"]) for row in ledger.rows_of("offer")]
    leads = ledger.rows_of("lead")
    got += [
        (row, row.body["holder_id"] or row.author) for row in leads if row.body["self_received"]
    ]
    got.sort(key=lambda each: (each[0].received_at, each[0].id))
    for store in ledger.rows_of("store"):
        count_store(ledger, store, staff, [each for each in got if in_store(each[0], store)])


def count_store(ledger: Ledger, store: Row, staff: list[Row], got: list[tuple[Row, str]]) -> None:
    turns: dict[str, Turn] = {}
    days: dict[str, dict[str, Tally]] = {}
    for row, to_id in got:
        lead = ledger.row(row.body["lead_id"]) if row.entity == "offer" else row
        roster = Roster(store, staff, Books(turns), row.received_at)
        roster.today = days.setdefault(roster.day, {})
        if lead is not None:
            roster.count(to_id, roster.ask(as_it_came(lead.body), {}))
        turns = roster.turns
    key = {"org_id": ledger.org, "store_id": store.id}
    for staff_id, turn in turns.items():
        ledger.add_side_row("turns", {**key, "staff_id": staff_id, **turn._asdict()})
    for day, brought in days.items():
        for staff_id, tally in brought.items():
            told = {"day": day, "staff_id": staff_id, **tally._asdict()}
            ledger.add_side_row("tallies", {**key, **told})


def in_store(row: Row, store: Row) -> bool:
    return bool(row.body["store_id"] == store.id)
