"""What people write on their phones: one function for each kind of unit, in a table with weights.

A function returns a unit of operations without numbers or times, or None where this person has
nothing of the kind to write.
"""

from __future__ import annotations

from typing import Any

from server.photos.tus import MAX_PHOTO_BYTES
from tests.simulation.deciding import (
    appeal,
    correct,
    decide,
    delete,
    release,
    take_deletion_back,
    unmerge,
)
from tests.simulation.desk import (
    CONSENT,
    FIELDS,
    NAMESAKES,
    REPS,
    TAGS,
    Desk,
    Writing,
    creation,
    profile,
)
from tests.simulation.phone import Phone, Unit

# Customers


def register(desk: Desk, phone: Phone) -> Unit | None:
    store = desk.store(phone)
    if store is None:
        return None
    person = profile(desk, store, desk.number())
    if desk.random.random() < 0.3:
        person |= {"tags": desk.random.sample(TAGS, 2), "budget": desk.word()}
    if desk.random.random() < 0.3:
        person |= {"name": desk.random.choice(NAMESAKES), "community": "河畔"}
    unit = [creation(desk, "customer", **person)]
    desk.registered.append(unit[0]["i"])
    return unit


def edit(desk: Desk, phone: Phone) -> Unit | None:
    id = desk.customer(phone)
    if id is None:
        return None
    fields = {
        name: desk.word() for name in desk.random.sample(FIELDS[:5], desk.random.randint(1, 2))
    }
    if desk.random.random() < 0.25:
        fields |= odd_field(desk)
    return [{"e": "customer", "i": id, "b": phone.version_of(id), "f": fields}]


def odd_field(desk: Desk) -> dict[str, Any]:
    """Of the other policies, or with a key."""
    kind = desk.random.choice(("tags", "tags", "source", "phone", "tier"))
    if kind == "tags":
        return {"tags": {desk.random.choice(("add", "remove")): [desk.random.choice(TAGS)]}}
    if kind == "source":
        return {"source": desk.random.choice(("poster", "staff", "referral", "other"))}
    if kind == "phone":
        return {"phone": desk.number()}
    return {"tier": desk.random.choice("ABCD")}


def clear_field(desk: Desk, phone: Phone) -> Unit | None:
    """Emptied, so that a later `first` value or a duplicate's may fill it."""
    id = desk.customer(phone)
    if id is None:
        return None
    return [
        {"e": "customer", "i": id, "b": phone.version_of(id), "f": {desk.random.choice(FIELDS): ""}}
    ]


def comment(desk: Desk, phone: Phone) -> Unit | None:
    id = desk.customer(phone)
    return [creation(desk, "comment", customer_id=id, text=desk.word())] if id else None


def follow_up(desk: Desk, phone: Phone) -> Unit | None:
    id = desk.customer(phone)
    if id is None:
        return None
    fields: dict[str, Any] = {
        "customer_id": id,
        "channel": "phone",
        "greeting": {"result": desk.random.choice(("met", "met", "no_answer"))},
        "needs": {"result": desk.random.choice(("clear", "skipped")), "note": desk.word()},
        "proposal": {"result": "skipped"},
        "objection": {"result": "skipped"},
        "revisit": {"result": "no_contact", "reason": desk.word()},
        "mood": "watching",
        "breakthrough": "none",
        "started_at": 1,
        "ended_at": 2,
    }
    leads = [lead for lead in phone.of("lead") if phone.disk.rows[lead].root == id]
    if leads and desk.random.random() < 0.5:
        fields["lead_id"] = desk.random.choice(leads)
    return [creation(desk, "follow_up", **fields)]


def visit(desk: Desk, phone: Phone) -> Unit | None:
    store, id = desk.store(phone), desk.customer(phone)
    if store is None:
        return None
    place: dict[str, Any] = (
        {"store_id": store} if id is None or desk.random.random() < 0.5 else {"customer_id": id}
    )
    fields: dict[str, Any] = {
        "lat": 31.23,
        "lng": 121.47,
        "accuracy_m": 20.0,
        "fix_at": 1,
        "fix_source": "gps",
    }
    return [creation(desk, "visit", **place, **fields, note=desk.word())]


def photo(desk: Desk, phone: Phone) -> Unit | None:
    id = desk.customer(phone)
    if id is None:
        return None
    digest = f"{desk.random.getrandbits(256):064x}"
    size = desk.random.randint(1, MAX_PHOTO_BYTES)
    fields: dict[str, Any] = {
        "kind": "customer",
        "sha256": digest,
        "bytes": size,
        "width": 9,
        "height": 9,
    }
    return [creation(desk, "photo", subject_id=id, **fields)]


# Leads


def receive(desk: Desk, phone: Phone) -> Unit | None:
    """Registration, lead and acceptance as one unit, or a colleague named, or nobody."""
    store = desk.store(phone)
    if store is None:
        return None
    person, arrived, lead = creation(desk, "customer"), desk.id(), desk.id()
    known = desk.customer(phone)
    number = desk.number()
    id = known if known and desk.random.random() < 0.4 else person["i"]
    person["f"] = profile(desk, store, number)
    who = desk.random.choice(("me", "me", "colleague", "none"))
    fields: dict[str, Any] = {
        "customer_id": id,
        "store_id": store,
        "source": "staff",
        "name": person["f"]["name"],
        "phone": number,
        "reception": who,
        "consents": [CONSENT],
    }
    unit = [person] if id == person["i"] else []
    if who == "colleague":
        fields["receiver_id"] = desk.random.choice(REPS)
    if who == "me":
        fields["lead_id"] = lead
    unit.append(creation(desk, "arrival", arrived, **fields))
    if who == "me":
        opened = {"customer_id": id, "store_id": store, "arrival_id": arrived}
        unit.append(creation(desk, "lead", lead, **opened))
        unit.append(creation(desk, "acceptance", lead_id=lead))
    return unit


def scan_pass(desk: Desk, phone: Phone) -> Unit | None:
    """A customer shows the pass of an earlier arrival."""
    store, cards = desk.store(phone), phone.of("arrival_card")
    if store is None or not cards:
        return None
    card = phone.disk.rows[desk.random.choice(cards[-8:])].body
    fields = {"store_id": store, "source": "pass", "pass": card["pass"], "reception": "none"}
    return [creation(desk, "arrival", **fields)]


def accept(desk: Desk, phone: Phone) -> Unit | None:
    offers = [id for id in phone.of("offer") if phone.disk.rows[id].body["to_id"] == phone.person]
    if not offers:
        return None
    id = desk.random.choice(sorted(offers, key=phone.version_of)[-3:])
    lead = phone.disk.rows[id].body["lead_id"]
    return [creation(desk, "acceptance", lead_id=lead, offer_id=id)]


def reassign(desk: Desk, phone: Phone) -> Unit | None:
    lead = pick_lead(desk, phone)
    if lead is None or desk.roles[phone.person] not in ("manager", "area", "admin"):
        return None
    to_id = desk.random.choice((*REPS, phone.person))
    return [creation(desk, "reassignment", lead_id=lead, to_id=to_id)]


def close(desk: Desk, phone: Phone) -> Unit | None:
    lead = pick_lead(desk, phone)
    return [creation(desk, "closing", lead_id=lead, reason="no_need")] if lead else None


def pick_lead(desk: Desk, phone: Phone) -> str | None:
    rows = phone.disk.rows
    leads = [id for id in phone.of("lead") if rows[id].body["state"] != "closed"]
    return desk.random.choice(sorted(leads, key=phone.version_of)[-6:]) if leads else None


# What came back


def pick_conflict(desk: Desk, phone: Phone) -> tuple[str, dict[str, Any]] | None:
    rows = phone.disk.rows
    open_ones = [id for id in phone.of("conflict") if rows[id].body["state"] == "open"]
    if not open_ones:
        return None
    id = desk.random.choice(open_ones)
    return id, rows[id].body


def restore(desk: Desk, phone: Phone) -> Unit | None:
    found = pick_conflict(desk, phone)
    if found is None or found[1]["row_id"] not in phone.disk.rows:
        return None
    id, body = found
    value, row_id = body["value_other"], body["row_id"]
    fields = {body["field"]: {"add": value} if body["field"] == "tags" else value}
    base = phone.version_of(row_id)
    return [{"e": body["entity"], "i": row_id, "b": base, "f": fields, "x": id}]


def keep(desk: Desk, phone: Phone) -> Unit | None:
    found = pick_conflict(desk, phone)
    return [creation(desk, "resolution", conflict_id=found[0], choice="keep")] if found else None


def acknowledge(desk: Desk, phone: Phone) -> Unit | None:
    refusals = phone.of("refusal")
    if not refusals:
        return None
    return [creation(desk, "acknowledgement", refusal_id=desk.random.choice(refusals))]


# What should not be sent

POISONS: tuple[dict[str, Any], ...] = (
    {"e": "nobody"},
    {"e": "customer", "i": "not an id", "f": {"store_id": "store-renmin"}},
    {"f": {"customer_id": "nobody", "text": "x"}},
    {"f": {"customer_id": "bo", "text": [[[[[[[1]]]]]]]}},
    {"e": "customer", "f": {"owner_id": "me"}},
    {"e": "customer", "f": {"store_id": "store-of-nobody"}},
    {"e": "customer", "i": "bo", "b": 1, "f": {"name": "x"}},
    {"e": "offer", "f": {"to_id": "bo"}},
)


def poison(desk: Desk, phone: Phone) -> Unit | None:
    return [{**creation(desk, "comment"), **desk.random.choice(POISONS)}]


def early_fact(desk: Desk, phone: Phone) -> Unit | None:
    """A fact about a record that somebody has just shown, and that the server may not have yet."""
    shown = desk.registered[-4:] + ([desk.id()] if desk.random.random() < 0.2 else [])
    if not shown:
        return None
    id = desk.random.choice(shown)
    unit = [creation(desk, "comment", customer_id=id, text=desk.word())]
    if desk.random.random() < 0.3:
        unit.append({"e": "customer", "i": id, "b": 0, "f": {"need": desk.word()}})
    return unit


def several(desk: Desk, phone: Phone) -> Unit | None:
    """Two or three things saved as one: all of it or nothing."""
    units = [draw(desk, phone, SINGLE) for _ in range(desk.random.randint(2, 3))]
    return [each for unit in units if unit for each in unit] or None


def draw(desk: Desk, phone: Phone, table: dict[Writing, int]) -> Unit | None:
    return desk.random.choices(list(table), list(table.values()))[0](desk, phone)


SINGLE: dict[Writing, int] = {
    register: 9,
    edit: 40,
    clear_field: 2,
    comment: 8,
    follow_up: 6,
    visit: 3,
    photo: 2,
    scan_pass: 2,
    accept: 6,
    reassign: 5,
    close: 3,
    restore: 3,
    keep: 2,
    acknowledge: 5,
    poison: 1,
    early_fact: 4,
    correct: 3,
    delete: 2,
    take_deletion_back: 2,
    decide: 8,
    unmerge: 7,
    appeal: 3,
    release: 6,
}
WRITINGS: dict[Writing, int] = {**SINGLE, receive: 6, several: 8}
