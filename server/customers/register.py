"""Registration: what an arrival does to customers, whoever typed it (store.md 1-3, 9, 14).

A stranger can type anybody's number, so a public registration never writes a customer that is
already known: what was typed stays in the arrival, and whoever receives the customer compares.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from server.customers import agreement, customer, phone
from server.customers.candidates import suggest
from server.customers.consent import SERVICE
from server.customers.names import mask_name
from server.stores.posters import shorten
from sync import Author, Key, Ledger, Refusal, Row, derive_id

PASS_KEY = "pass"
PASS_LENGTH = 8
RECYCLED_MS = 180 * 24 * 3600 * 1000
"""A number silent for longer may be somebody else's by now."""


class Registered(NamedTuple):
    """What a registration left behind; `is_known` means the customer was there before."""

    arrival: Row
    customer: Row
    card: Row
    is_known: bool


def find_pass(fields: Mapping[str, Any]) -> Key | None:
    """A scanned pass names its card, also to a phone that has not been sent the card yet."""
    code = fields.get("pass")
    return (PASS_KEY, code.strip().upper()) if isinstance(code, str) and code.strip() else None


def prepare_arrival(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """The author's own store, canonical phone, and the customer's consent (never assumed).

    Who shows a pass gave consent when they got it.
    """
    if not author.reports_from(fields["store_id"]):
        return Refusal("forbidden", "store_id")
    scanned = find_pass(fields)
    card = ledger.key(*scanned) if scanned else None
    if card is not None and not fields.get("customer_id") and not fields.get("card_id"):
        fields["card_id"] = card.id
    shown = ledger.find(fields.get("card_id"))
    if (shown is None or shown.entity != "arrival_card") and not agreed(fields, SERVICE):
        return Refusal("consent", "consents")
    customer.normalise(fields)
    fields["consents"] = [agreement.heard(each) for each in fields.get("consents") or ()]
    guardian = fields.get("guardian")
    is_nobody = guardian is not None and not guardian["name"].strip()
    return Refusal("consent", "guardian") if is_nobody else customer.why_suppressed(fields, ledger)


def wanted_keys(fields: Mapping[str, Any], arrival_id: str, org: str) -> list[Key]:
    """What `record_arrival` reads beside rows: the phone's customer, and the pass it will give."""
    return [*customer.find_keys(fields), (PASS_KEY, make_pass(org, arrival_id))]


def record_arrival(ledger: Ledger, fields: dict[str, Any], id: str, at: int) -> Registered:
    """A public registration: the arrival, its card, and the customer if the phone is new."""
    customer.normalise(fields)
    known, new_id = find_customer(ledger, fields), derive_id("customer", id)
    person = known or create_customer(ledger, fields, new_id, at)
    body = {**fields, "customer_id": person.id}
    if known is not None and may_be_recycled(known, fields, ledger):
        body["customer_id"] = keep_apart(ledger, known, fields, new_id, at).id
    arrival = ledger.create("arrival", id, person.root, body, at=at)
    return settle_arrival(ledger, arrival, person, known is not None)


def may_be_recycled(known: Row, fields: Mapping[str, Any], ledger: Ledger) -> bool:
    """Operators give a number to somebody else after some months of silence."""
    heard_at = max(known.body.get("last_contact_at") or 0, known.body.get("created_at") or 0)
    is_silent = ledger.now - heard_at > RECYCLED_MS
    return is_silent and differs(fields.get("name") or "", known, ledger)


def keep_apart(ledger: Ledger, known: Row, fields: Mapping[str, Any], id: str, at: int) -> Row:
    """What was typed as a record of its own, part of the known one until a person decides."""
    original = ledger.create("customer", id, known.root, profile_of(fields), at=at)
    ledger.delete(original)
    ledger.alias(id, known)
    customer.remember_alias(known, id, ledger)
    suggest(ledger, original, known, "recycled")
    return original


def settle_arrival(
    ledger: Ledger, arrival: Row, person: Row, is_known: bool, *, by_staff: bool = False
) -> Registered:
    """The card with the pass, and what the arrival says that the profile does not.

    Only what somebody agreed to before a member of staff, or being new, counts: anybody can type a
    known number into the public form.
    """
    typed = arrival.body.get("name") or ""
    ledger.change(arrival, opened_lead_id=None, differs=is_known and differs(typed, person, ledger))
    ledger.change(arrival, **agreement.name_words(arrival))
    if by_staff or not is_known:
        agreement.hear(person, arrival, ledger)
    return Registered(arrival, person, make_card(ledger, arrival, person), is_known)


def find_customer(ledger: Ledger, fields: Mapping[str, Any]) -> Row | None:
    return next((ledger.key(*key) for key in customer.find_keys(fields)), None)


def create_customer(ledger: Ledger, fields: Mapping[str, Any], id: str, at: int) -> Row:
    """A customer from what somebody typed about themselves; nobody owns them yet."""
    row = ledger.create("customer", id, id, profile_of(fields), at=at)
    for key in customer.find_keys(row.body):
        ledger.claim(*key, row)
    return customer.begin(row, ledger, None)


def profile_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    taken = {name: fields.get(name) or "" for name in ("name", "salutation", "phone", "need")}
    return {**EMPTY_PROFILE, **taken, "store_id": fields["store_id"], "source": fields["source"]}


def make_card(ledger: Ledger, arrival: Row, person: Row) -> Row:
    """What everybody at the store may see of an arrival, masked once and for all."""
    body, code = arrival.body, make_pass(ledger.org, arrival.id)
    name = body.get("name") or person.body.get("name") or ""
    card = ledger.create(
        "arrival_card",
        derive_id("card", arrival.id),
        person.root,
        {
            "arrival_id": arrival.id,
            "lead_id": None,
            "customer_id": person.id,
            "store_id": body["store_id"],
            "pass": code,
            "name_masked": mask_name(name),
            "salutation": body.get("salutation") or "",
            "phone_masked": phone.mask(body.get("phone") or person.body.get("phone") or ""),
            "need": body.get("need") or "",
            "at": arrival.at,
            "state": None,
            "receiver_id": body.get("receiver_id"),
            "source": body["source"],
            "position": body.get("position") or "",
        },
    )
    ledger.claim(PASS_KEY, code, card)
    return card


def make_pass(org: str, arrival_id: str) -> str:
    """Opaque to whoever does not know the arrival's id, and the same at every retry."""
    seed = hashlib.sha256(f"pass\n{org}\n{arrival_id}".encode()).digest()
    return shorten(seed, PASS_LENGTH)


def agreed(fields: Mapping[str, Any], purpose: str) -> bool:
    return any(given["purpose"] == purpose for given in fields.get("consents") or ())


def differs(typed: str, person: Row, ledger: Ledger) -> bool:
    """Whether somebody gave a name that neither the profile has nor a contact."""
    known = customer.names_of(person, ledger)
    return bool(typed.strip()) and bool(known) and typed.strip() not in known


EMPTY_PROFILE: dict[str, Any] = {
    "name": "",
    "salutation": "",
    "phone": "",
    "need": "",
    "budget": "",
    "community": "",
    "house_type": "",
    "wechat": "",
    "move_in": "",
    "tier": None,
    "tags": [],
}
