"""What may be changed about a person, by whom, and what is wrong with a wish. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from server.clock import DAY_MS
from server.identity.actor import LEADERS, Actor, leads
from server.leads.rules import Cap, Skill, Weight
from server.stores.hours import Fault, judge
from sync import Row

Unset = msgspec.UnsetType
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Role = Literal["rep", "clerk", "manager", "area", "admin"]
State = Literal["active", "leave", "travel", "left"]
Moment = Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)]
Span = tuple[int, int]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Spans = Annotated[list[Span], msgspec.Meta(max_length=6)]

AWAY = ("leave", "travel")
LEFT = "left"
LONGEST_AWAY_DAYS = 730
RANKS = {"clerk": 0, "rep": 0, "manager": 1, "area": 2, "admin": 3}
FOR_ADMINS = {"role", "store_ids"}


class Shifts(msgspec.Struct, forbid_unknown_fields=True):
    """A person's own week at one store, as a store has its hours; a day may have several parts."""

    hours: Annotated[list[Spans], msgspec.Meta(min_length=7, max_length=7)]
    closures: Annotated[list[Day], msgspec.Meta(max_length=400)] = []
    openings: Annotated[dict[Day, Spans], msgspec.Meta(max_length=400)] = {}


class NextAway(msgspec.Struct, forbid_unknown_fields=True):
    """A leave that is known of before it begins; ms. Without `back_at` until further notice."""

    state: Literal["leave", "travel"]
    from_at: Moment
    back_at: Moment | None = None


class PersonWish(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is to change; what is left out stays. `back_at` (ms): when somebody away comes back by
    themselves. `next_away`: null calls it off. `shifts` by store; null there is the store's hours
    again."""

    role: Role | Unset = msgspec.UNSET
    store_ids: Annotated[list[Id], msgspec.Meta(max_length=200)] | Unset = msgspec.UNSET
    accepts_leads: bool | Unset = msgspec.UNSET
    state: State | Unset = msgspec.UNSET
    back_at: Moment | None | Unset = msgspec.UNSET
    next_away: NextAway | None | Unset = msgspec.UNSET
    shifts: Annotated[dict[Id, Shifts | None], msgspec.Meta(max_length=200)] | Unset = msgspec.UNSET
    skills: Annotated[list[Skill], msgspec.Meta(max_length=20)] | Unset = msgspec.UNSET
    senior: bool | Unset = msgspec.UNSET
    weight: Weight | None | Unset = msgspec.UNSET
    cap: Cap | None | Unset = msgspec.UNSET


@dataclass(frozen=True)
class Employed:
    """A directory row as `leads` asks about it."""

    staff_id: str
    store_ids: tuple[str, ...]


def heads(actor: Actor, person: Row) -> bool:
    """Whom one may send on leave and hand over: oneself, and those of lower rank one leads."""
    if actor.role not in LEADERS:
        return False
    if actor.role == "admin" or actor.staff_id == person.id:
        return True
    is_below = RANKS[person.body["role"]] < RANKS[actor.role]
    return is_below and leads(actor, Employed(person.id, tuple(person.body["store_ids"])))


def may_wish(actor: Actor, person: Row, wish: Mapping[str, Any]) -> bool:
    """Role and stores are the admins'. Somebody leaves all of their stores at once, so only who
    leads all of them says so; and nobody says it of themselves."""
    if actor.role == "admin":
        return True
    if FOR_ADMINS & wish.keys():
        return False
    ends = LEFT in (wish.get("state"), person.body["state"] if "state" in wish else None)
    return not ends or (
        actor.staff_id != person.id and set(person.body["store_ids"]) <= set(actor.store_ids)
    )


def find_faults(
    person: Mapping[str, Any], wish: Mapping[str, Any], stores: Mapping[str, Row], now: int
) -> list[Fault]:
    return [
        *judge_return(person, wish, now),
        *judge_next_away(person, wish, now),
        *judge_shifts(person, wish, stores, now),
    ]


def judge_return(person: Mapping[str, Any], wish: Mapping[str, Any], now: int) -> Iterator[Fault]:
    back_at = wish.get("back_at")
    if back_at is None:
        return
    if wish.get("state", person["state"]) not in AWAY:
        yield Fault("not_away", "back_at")
    elif back_at <= now:
        yield Fault("in_the_past", "back_at")
    elif back_at > now + LONGEST_AWAY_DAYS * DAY_MS:
        yield Fault("date_out_of_range", "back_at")


def judge_next_away(
    person: Mapping[str, Any], wish: Mapping[str, Any], now: int
) -> Iterator[Fault]:
    planned = wish.get("next_away")
    if planned is None:
        return
    from_at, back_at = planned["from_at"], planned["back_at"]
    if wish.get("state", person["state"]) == LEFT:
        yield Fault("not_here", "next_away")
    elif from_at <= now:
        yield Fault("in_the_past", "next_away.from_at")
    elif max(from_at, back_at or 0) > now + LONGEST_AWAY_DAYS * DAY_MS:
        yield Fault("date_out_of_range", "next_away")
    elif back_at is not None and back_at <= from_at:
        yield Fault("ends_before", "next_away.back_at")


def judge_shifts(
    person: Mapping[str, Any], wish: Mapping[str, Any], stores: Mapping[str, Row], now: int
) -> Iterator[Fault]:
    """The same faults as a store's hours have, each below `shifts.<store>`."""
    store_ids = wish.get("store_ids", person["store_ids"])
    for store_id, shifts in (wish.get("shifts") or {}).items():
        if store_id not in store_ids or store_id not in stores:
            yield Fault("other_store", f"shifts.{store_id}")
        elif shifts is not None:
            place = {"zone": stores[store_id].body["zone"]}
            for fault in judge(place, shifts, now):
                yield fault._replace(field=f"shifts.{store_id}.{fault.field}")


def fields_of(person: Mapping[str, Any], wish: Mapping[str, Any]) -> dict[str, Any]:
    """What of the person's row becomes other than it is."""
    fields = dict(wish)
    if "shifts" in wish:
        both = {**(person.get("shifts") or {}), **wish["shifts"]}
        fields["shifts"] = {id: each for id, each in both.items() if each is not None}
    if "skills" in wish:
        fields["skills"] = sorted({skill.strip() for skill in wish["skills"] if skill.strip()})
    if "state" in wish and (wish["state"] != person["state"] or "back_at" in wish):
        fields["back_at"] = wish.get("back_at")
    if wish.get("state") == LEFT:
        fields["next_away"] = None
    return {name: value for name, value in fields.items() if value != person.get(name)}
