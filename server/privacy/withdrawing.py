"""A consent noted, and what follows when the one to be contacted is taken back: open leads end, and
whoever answers for the store is asked to erase the customer. Pure."""

from server.customers import agreement, pool_card
from server.customers.agreement import ConsentFields, check, has_withdrawn
from server.customers.consent import SERVICE
from server.leads import offers
from server.privacy.requests import Via, ask
from server.privacy.telling import people_of
from sync import Author, Entity, Ledger, Refusal, Row


def note(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    refusal = agreement.note(row, ledger, author)
    if refusal is None:
        follow(row, ledger, "staff", author.staff_id)
    return refusal


def follow(said: Row, ledger: Ledger, via: Via, by_id: str | None) -> None:
    """Of a consent that was recounted. One that came late may have been given anew since."""
    person = ledger.row(said.root)
    ends = said.body["purpose"] == SERVICE and not said.body["given"]
    if not ends or person is None or not has_withdrawn(person):
        return
    to_ids = [id for id in people_of(person, None) if id != by_id]
    stop(ledger, person)
    ask(ledger, person, said, via, by_id, to_ids)


def stop(ledger: Ledger, person: Row) -> None:
    """Clocks and offers end with the leads; nobody is to claim the customer either."""
    for lead in ledger.rows_of("lead"):
        if lead.root == person.id and offers.is_unwanted(lead, person):
            offers.close(ledger, lead, offers.WITHDRAWN)
    pool_card.leave(ledger, person, None)


def own_tree(row: Row, ledger: Ledger) -> list[str]:
    return [row.root]


consent = Entity(
    name="consent",
    kind="fact",
    shape=ConsentFields,
    create_roles=frozenset({"rep", "manager"}),
    parent=("customer_id",),
    under=frozenset({"customer"}),
    references=("store_id",),
    trees=own_tree,
    prepare=check,
    effects=note,
)
