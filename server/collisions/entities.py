"""The evidence, written by the server, and the manager's word on it."""

from typing import Annotated, Literal

import msgspec

from server.collisions.settling import Choice, settle, tell_both
from sync import (
    Author,
    Entity,
    Ledger,
    Refusal,
    Row,
    Wanted,
    desk_scope,
    scopes_of,
    staff_scope,
)

HEADS = frozenset({"manager", "area", "admin"})


class RulingFields(msgspec.Struct, forbid_unknown_fields=True):
    """`share`: the per cent of `one` where the credit is split. `wish`: whom the customer asked
    for, as somebody heard it."""

    collision_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    choice: Choice
    share: Annotated[int, msgspec.Meta(ge=1, le=99)] = 50
    wish: Literal["one", "other", "none"] = "none"
    wish_note: Annotated[str, msgspec.Meta(max_length=200)] = ""


def rule(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Once, by a person; what the clocks decided may still be ruled otherwise."""
    collision = ledger.row(row.body["collision_id"])
    if collision is None or collision.entity != "collision":
        return Refusal("not_found", "collision_id")
    body = collision.body
    if not heads(author, collision):
        return Refusal("forbidden")
    if body["ruled_by"] is not None:
        return Refusal("taken", None, body["ruled_by"], body["ruled_at"])
    said = {"wish": row.body.get("wish") or "none", "wish_note": row.body.get("wish_note") or ""}
    ledger.change(collision, ruled_by=author.staff_id, ruled_at=ledger.now, **said)
    settle(ledger, collision, row.body["choice"], row.body.get("share") or 50)
    tell_both(ledger, collision)
    return None


def heads(author: Author, collision: Row) -> bool:
    if author.staff_id in collision.body["head_ids"]:
        return True
    leads_one = not set(author.store_ids).isdisjoint(collision.body["store_ids"])
    return author.role == "manager" and leads_one


def place_collision(row: Row, root: Row) -> tuple[str, ...]:
    """The desks of both, whoever must rule, and the two themselves: they see what is held against
    them. All of it is masked."""
    people = [row.body[side]["staff_id"] for side in ("one", "other")] + row.body["head_ids"]
    return scopes_of(*map(desk_scope, row.body["store_ids"]), *map(staff_scope, people))


def open_part(row: Row) -> int:
    return 0 if row.body["state"] == "open" else 2


def name_sides(row: Row, stores: frozenset[str]) -> Wanted:
    return Wanted(ids=[row.body["customer_id"]])


entities = [
    Entity(
        name="collision",
        kind="server",
        neighbours=name_sides,
        place=place_collision,
        part=open_part,
    ),
    Entity(
        name="ruling",
        kind="fact",
        shape=RulingFields,
        create_roles=HEADS,
        claim=True,
        parent=("collision_id",),
        effects=rule,
    ),
]
