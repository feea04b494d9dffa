"""Where rows lie: the table of §10 of the specification."""

from collections.abc import Callable, Iterable

from tests.conformance.peer import Json

Place = Callable[[Json], Iterable[str]]


def desks(*stores: str) -> list[str]:
    return [f"desk:{store}" for store in stores]


def people(*ids: str | None) -> list[str]:
    return [f"staff:{id}" for id in ids if id]


def of_refusal(row: Json) -> list[str]:
    asked = row["body"]["store_ids"] if row["body"]["state"] == "asked" else []
    return [*people(row["meta"][0]), *desks(*asked)]


def of_collision(row: Json) -> list[str]:
    body = row["body"]
    sides = [body[side]["staff_id"] for side in ("one", "other")]
    return [*desks(*body["store_ids"]), *people(*sides, *body["head_ids"])]


def of_candidate(row: Json) -> list[str]:
    return desks(*(row["body"][side]["store_id"] for side in ("one", "other")))


def of_lead(row: Json) -> list[str]:
    """Beside those of its customer."""
    return [*desks(row["body"]["store_id"]), *people(row["body"]["escalated_to"])]


def of_customer(row: Json) -> list[str]:
    body = row["body"]
    holders = [body["owner_id"], *body["holder_ids"], *(body.get("credits") or ())]
    return [*desks(body["store_id"]), *people(*holders)]


ALONE: dict[str, Place] = {
    **dict.fromkeys(("organisation", "store", "staff", "script", "template"), lambda row: ["org"]),
    **dict.fromkeys(
        ("arrival_card", "pool_card"), lambda row: [f"store:{row['body']['store_id']}"]
    ),
    **dict.fromkeys(("notice", "release"), lambda row: people(row["body"]["to_id"])),
    **dict.fromkeys(
        ("offer", "escalation"),
        lambda row: [*people(row["body"]["to_id"]), *desks(row["body"]["store_id"])],
    ),
    "presence": lambda row: [*people(row["body"]["staff_id"]), *desks(row["body"]["store_id"])],
    "refusal": of_refusal,
    "collision": of_collision,
    "candidate": of_candidate,
    "deletion": lambda row: desks(row["body"]["store_id"]),
}
ELSEWHERE = {"unmerge", "erasure", "erasure_request", "decision"}
"""What their reader cannot tell the place of."""


def place(row: Json, rows: dict[str, Json]) -> set[str] | None:
    """All scopes of a row; None where whoever holds these rows cannot know."""
    if alone := ALONE.get(row["entity"]):
        return set(alone(row))
    root = rows.get(row["root"])
    if root is None or row["entity"] in ELSEWHERE:
        return None
    if root["entity"] == "store":
        return {*people(row["meta"][0]), *desks(row["root"])}
    if root["entity"] != "customer":
        return None
    return {*of_customer(root), *(of_lead(row) if row["entity"] == "lead" else ())}
