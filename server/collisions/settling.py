"""What follows when it is clear whose customer it is. Nothing is deleted: both registrations and
everything written since stay where they are."""

from typing import Any, Literal

from server.customers.customer import open_leads_of
from server.leads import offers
from server.leads.offers import change_owner, stored
from sync import Ledger, Row, derive_id

Choice = Literal["one", "other", "split"]
WHOLE = 100


def settle(ledger: Ledger, collision: Row, choice: Choice, share: int = WHOLE // 2) -> None:
    """To one of the two, or split: `share` is the per cent of `one`; the larger part owns."""
    one, other = (collision.body[side]["staff_id"] for side in ("one", "other"))
    part = {"one": WHOLE, "other": 0, "split": share}[choice]
    owner_id = one if part >= WHOLE - part else other
    shares = {one: part, other: WHOLE - part}
    customer = stored(ledger, collision.root)
    ledger.change(collision, state=choice, shares=shares)
    if choice == "split" or customer.body.get("credits"):
        ledger.change(customer, credits=shares if choice == "split" else None)
    hand_over(ledger, customer, owner_id, {one, other} - {owner_id})


def hand_over(ledger: Ledger, customer: Row, owner_id: str, losers: set[str]) -> None:
    """With every open lead that the other one holds."""
    if customer.body.get("owner_id") != owner_id:
        change_owner(ledger, customer, owner_id)
    for lead in open_leads_of(customer, ledger):
        if lead.body["holder_id"] in losers:
            offers.accept(ledger, lead, owner_id)


def tell_both(ledger: Ledger, collision: Row) -> None:
    """Each of the two, with the reason; and whoever must rule."""
    body = collision.body
    to_ids = [body[side]["staff_id"] for side in ("one", "other")]
    for to_id in [*to_ids, *(body["head_ids"] if body["state"] == "open" else [])]:
        told: dict[str, Any] = {
            "kind": "collision",
            "to_id": to_id,
            "lead_id": None,
            "customer_id": collision.root,
            "collision_id": collision.id,
            "at": ledger.now,
            "name": body["name_masked"],
            "why": body["why"],
            "state": body["state"],
        }
        id = derive_id("notice", "collision", collision.id, to_id, body["ruled_by"] or "")
        ledger.create_once("notice", id, collision.root, told)
