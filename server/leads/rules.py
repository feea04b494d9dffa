"""How a store shares out its leads: data in the store's row (`routing`), defaults where none is.

Whatever is wrong with rules that somebody wishes is named by a code. What is wrong with rules that
are there already must not keep a customer waiting: they are read as if there were none.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec

from server.customers.shapes import Source, Tier

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Weight = Annotated[int, msgspec.Meta(ge=0, le=100)]
Cap = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Score = Annotated[int, msgspec.Meta(ge=1, le=100)]
ReachMin = Annotated[int, msgspec.Meta(ge=5, le=10_080)]
WaitMin = Annotated[int, msgspec.Meta(ge=0, le=120)]
Skill = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]

PERSONAL_WAIT_MIN = 10


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one person has of the leads; None is the store's word. A weight of 0: own customers
    only."""

    weight: Weight | None = None
    open_cap: Cap | None = None
    day_cap: Cap | None = None


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Leads of these tiers and sources need a skill; an empty list is any."""

    skill: Skill
    tiers: Annotated[tuple[Tier, ...], msgspec.Meta(max_length=4)] = ()
    sources: Annotated[tuple[Source, ...], msgspec.Meta(max_length=4)] = ()


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`open_cap`: open leads a person may have; `day_cap`: leads a person gets in a day.

    `seniors` come first for leads of `senior_tiers`, or of `senior_score` points and more.
    `reach_min`: how lately a person's phone must have been heard; None asks nobody.
    """

    open_cap: Cap | None = None
    day_cap: Cap | None = None
    people: dict[Id, Share] = {}
    needs: Annotated[tuple[Need, ...], msgspec.Meta(max_length=20)] = ()
    seniors: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100)] = ()
    senior_tiers: Annotated[tuple[Tier, ...], msgspec.Meta(max_length=4)] = ()
    senior_score: Score | None = None
    reach_min: ReachMin | None = None
    personal_wait_min: WaitMin = PERSONAL_WAIT_MIN


DEFAULTS = Rules()


class Fault(msgspec.Struct, frozen=True):
    """Why rules cannot be: `invalid`, `unknown_person`, `nobody_has_skill` or `names_nobody`."""

    code: str
    field: str


def read_rules(store: Mapping[str, Any]) -> Rules:
    """The rules in a store's body, or the defaults."""
    return understand(store) or DEFAULTS


def understand(store: Mapping[str, Any]) -> Rules | None:
    """None if what is there cannot be followed: a later version wrote it, say."""
    try:
        return msgspec.convert(store.get("routing") or {}, type=Rules)
    except msgspec.ValidationError:
        return None


def write_rules(rules: Rules) -> dict[str, Any]:
    """What a store's body says of these rules; defaults are left out."""
    written: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(rules))
    return written


def apply_wish(store: Mapping[str, Any], wish: Mapping[str, Any]) -> Rules | Fault:
    """The store's rules with these fields set anew; null is the default again."""
    wished = {**write_rules(read_rules(store)), **wish}
    kept = {name: value for name, value in wished.items() if value is not None}
    try:
        return msgspec.convert(kept, type=Rules)
    except msgspec.ValidationError as error:
        return Fault("invalid", field_in(str(error)))


def field_in(message: str) -> str:
    """msgspec names the place as "… - at `$.people[...].weight`", an unknown field in quotes."""
    _, at, place = message.rpartition(" - at `$.")
    if at and "unknown field" not in message:
        return place.rstrip("`")
    quoted = message.split("`")
    return quoted[1] if len(quoted) > 1 else ""


def find_fault(rules: Rules, store_id: str, staff: Mapping[str, Mapping[str, Any]]) -> Fault | None:
    """Rules that name whom the store has not got, or leave nobody to have a lead. `staff`: bodies
    by id."""
    return next(faults_in(rules, store_id, staff), None)


def faults_in(
    rules: Rules, store_id: str, staff: Mapping[str, Mapping[str, Any]]
) -> Iterator[Fault]:
    here = {id: body for id, body in staff.items() if store_id in body["store_ids"]}
    takers = {id: body for id, body in here.items() if takes_leads(body)}
    for id in rules.people:
        if id not in here:
            yield Fault("unknown_person", f"people.{id}")
    for id in rules.seniors:
        if id not in here:
            yield Fault("unknown_person", f"seniors.{id}")
    if takers and not any(weight_of(rules, id, body) for id, body in takers.items()):
        yield Fault("names_nobody", "people")
    for need in rules.needs:
        if takers and not any(need.skill in skills_of(body) for body in takers.values()):
            yield Fault("nobody_has_skill", f"needs.{need.skill}")


def takes_leads(body: Mapping[str, Any]) -> bool:
    return bool(body["accepts_leads"]) and body["state"] != "left"


def weight_of(rules: Rules, staff_id: str, body: Mapping[str, Any]) -> int:
    """The store's word before the person's own; one share where nobody says anything."""
    return first_of(share_of(rules, staff_id).weight, body.get("weight"), 1)


def open_cap_of(rules: Rules, staff_id: str, body: Mapping[str, Any]) -> int | None:
    own = share_of(rules, staff_id).open_cap
    return next((cap for cap in (own, body.get("cap"), rules.open_cap) if cap is not None), None)


def day_cap_of(rules: Rules, staff_id: str) -> int | None:
    own = share_of(rules, staff_id).day_cap
    return rules.day_cap if own is None else own


def skills_of(body: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(body.get("skills") or ())


def is_senior(rules: Rules, staff_id: str, body: Mapping[str, Any]) -> bool:
    return staff_id in rules.seniors or bool(body.get("senior"))


def share_of(rules: Rules, staff_id: str) -> Share:
    return rules.people.get(staff_id, NO_WORD)


def first_of(*given: int | None) -> int:
    return next(each for each in given if each is not None)


NO_WORD = Share()
