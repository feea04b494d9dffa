"""What people write about what others wrote: corrections, deletions, decisions, appeals."""

from __future__ import annotations

from typing import Any

from tests.simulation.desk import REPS, Desk, creation
from tests.simulation.phone import Phone, Unit


def correct(desk: Desk, phone: Phone) -> Unit | None:
    """Of a comment's text, or of a follow-up's first answer; or the whole fact is taken back."""
    facts = [*phone.of("comment"), *phone.of("follow_up")]
    if not facts:
        return None
    id = desk.random.choice(sorted(facts, key=phone.version_of)[-6:])
    if desk.random.random() < 0.3:
        return [creation(desk, "correction", fact_id=id, void=desk.random.random() < 0.8)]
    fields: dict[str, Any] = {"text": desk.word()}
    if phone.disk.rows[id].entity == "follow_up":
        fields = {"greeting": {"result": desk.random.choice(("met", "no_answer"))}}
    return [creation(desk, "correction", fact_id=id, fields=fields)]


def put_right(desk: Desk, phone: Phone) -> Unit | None:
    """What was typed about somebody who came, or which colleague was called."""
    arrivals = phone.of("arrival")
    if not arrivals:
        return None
    fields: dict[str, Any] = desk.random.choice(
        (
            {"name": desk.word(), "need": desk.word()},
            {"phone": desk.number()},
            {"reception": "colleague", "receiver_id": desk.random.choice(REPS)},
            {"reception": "none", "receiver_id": None},
        )
    )
    id = desk.random.choice(sorted(arrivals, key=phone.version_of)[-6:])
    return [creation(desk, "correction", fact_id=id, fields=fields)]


def delete(desk: Desk, phone: Phone) -> Unit | None:
    rows = phone.disk.rows
    free = [id for id in phone.of("customer") if not rows[id].body["open_lead_id"]]
    if not free or desk.roles[phone.person] != "manager":
        return None
    return [creation(desk, "deletion", row_id=desk.random.choice(free))]


def take_deletion_back(desk: Desk, phone: Phone) -> Unit | None:
    deletions = phone.of("deletion")
    if not deletions:
        return None
    id = desk.random.choice(sorted(deletions, key=phone.version_of)[-4:])
    return [creation(desk, "correction", fact_id=id, void=desk.random.random() < 0.9)]


def decide(desk: Desk, phone: Phone) -> Unit | None:
    rows = phone.disk.rows
    asked = [id for id in phone.of("candidate") if rows[id].body["state"] == "open"]
    if not asked:
        return None
    choice = desk.random.choice(("same", "same", "same", "different", "household"))
    return [creation(desk, "decision", candidate_id=desk.random.choice(asked), choice=choice)]


def unmerge(desk: Desk, phone: Phone) -> Unit | None:
    merged = [phone.disk.rows[id].body.get("merged_ids") or [] for id in phone.of("customer")]
    aliases = [alias for each in merged for alias in each]
    if not aliases or desk.roles[phone.person] != "manager":
        return None
    phone_to = desk.random.choice(("record", "alias"))
    return [creation(desk, "unmerge", alias_id=desk.random.choice(aliases), phone=phone_to)]


def appeal(desk: Desk, phone: Phone) -> Unit | None:
    own = [id for id in phone.of("refusal") if phone.disk.rows[id].meta[0] == phone.person]
    if not own:
        return None
    return [creation(desk, "appeal", refusal_id=desk.random.choice(own), note=desk.word())]


def release(desk: Desk, phone: Phone) -> Unit | None:
    rows = phone.disk.rows
    asked = [id for id in phone.of("refusal") if rows[id].body["state"] == "asked"]
    if not asked:
        return None
    choice = desk.random.choice(("apply", "apply", "decline"))
    return [creation(desk, "release", refusal_id=desk.random.choice(asked), choice=choice)]
