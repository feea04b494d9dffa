"""Lists of staff from elsewhere: what a line says, and what it would mean here. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from server.customers.phone import mainland
from server.identity.accounts import login_key
from server.people.wishes import LEFT
from sync import Row, derive_id

MOST_NAME, MOST_LOGIN = 80, 64


class Problem(NamedTuple):
    """What is wrong with a line: `missing`, `unknown`, `bad_phone`, `too_long`, `taken`, `twice` or
    `protected`."""

    line: int
    code: str
    field: str
    value: str = ""


@dataclass(frozen=True)
class Entry:
    """A person as another list has them; None is not said. `stores`: codes, names or ids."""

    line: int
    name: str = ""
    login: str = ""
    phone: str = ""
    role: str | None = None
    stores: tuple[str, ...] | None = None
    accepts_leads: bool | None = None
    skills: tuple[str, ...] | None = None
    state: str | None = None
    back_at: int | None = None
    external_id: str = ""


@dataclass(frozen=True)
class Known:
    """The organisation before: accounts (by id: login, phone), directory rows, stores by what they
    are called, ids by the names of other systems."""

    accounts: Mapping[str, tuple[str, str | None]]
    staff: Mapping[str, Row]
    stores: Mapping[str, str]
    external: Mapping[str, str]


@dataclass(frozen=True)
class Newcomer:
    staff_id: str
    login: str
    phone: str | None
    entry: Entry
    body: dict[str, Any]


@dataclass(frozen=True)
class Change:
    """`account`: login or phone that become other; `wish`: as for PATCH, and `name`."""

    person: Row
    entry: Entry
    wish: dict[str, Any]
    account: dict[str, str]


@dataclass
class Plan:
    newcomers: list[Newcomer] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def make_plan(
    entries: Iterable[Entry], known: Known, org: str, untouchable: frozenset[str]
) -> Plan:
    """`untouchable`: roles that this list may neither give nor change."""
    plan, seen = Plan(), Counter[tuple[str, str]]()
    ids = {key: id for id, keys in known.accounts.items() for key in keys if key}
    for entry in entries:
        phone, problems = judge(entry, known)
        held_id = known.external.get(entry.external_id) or ids.get(login_key(entry.login))
        held_id = held_id or (ids.get(phone) if phone else None)
        person = known.staff.get(held_id or "")
        problems += judge_place(entry, person, phone, ids, untouchable)
        login = login_key(entry.login) or phone or ""
        keys = {("id", entry.external_id), ("login", login), ("login", phone or "")}
        keys = {key for key in keys if key[1]}
        seen.update(keys)
        if any(seen[key] > 1 for key in keys):
            problems.append(Problem(entry.line, "twice", "login", login))
        plan.problems += problems
        if not problems:
            settle(plan, entry, person, login, phone, known, org)
    return plan


def judge(entry: Entry, known: Known) -> tuple[str | None, list[Problem]]:
    """The number as it is kept, and what is wrong with the line by itself."""
    phone = mainland(entry.phone) if entry.phone else None
    problems = []
    is_known = entry.external_id in known.external
    if not (entry.name.strip() or is_known):
        problems.append(Problem(entry.line, "missing", "name"))
    if not (entry.login.strip() or entry.phone.strip() or is_known):
        problems.append(Problem(entry.line, "missing", "login"))
    if entry.phone.strip() and phone is None:
        problems.append(Problem(entry.line, "bad_phone", "phone", entry.phone))
    for name, most in (("name", MOST_NAME), ("login", MOST_LOGIN), ("external_id", MOST_LOGIN)):
        if len(getattr(entry, name)) > most:
            problems.append(Problem(entry.line, "too_long", name))
    for store in entry.stores or ():
        if store.casefold() not in known.stores:
            problems.append(Problem(entry.line, "unknown", "stores", store))
    return phone, problems


def judge_place(
    entry: Entry,
    person: Row | None,
    phone: str | None,
    ids: Mapping[str, str],
    untouchable: frozenset[str],
) -> list[Problem]:
    """Against whoever is here already."""
    problems = []
    if person is None and entry.role is None:
        problems.append(Problem(entry.line, "missing", "role"))
    if {entry.role, person.body["role"] if person else None} & untouchable:
        problems.append(Problem(entry.line, "protected", "role"))
    for name, key in (("login", login_key(entry.login)), ("phone", phone)):
        if key and ids.get(key, person.id if person else None) != (person.id if person else None):
            problems.append(Problem(entry.line, "taken", name, key))
    return problems


def settle(
    plan: Plan,
    entry: Entry,
    person: Row | None,
    login: str,
    phone: str | None,
    known: Known,
    org: str,
) -> None:
    staff_id = person.id if person else derive_id("staff", org, entry.external_id or login)
    wish = wish_of(entry, known)
    if person is None and wish.get("state") == LEFT:
        plan.same += 1
        return
    if entry.external_id and known.external.get(entry.external_id) != staff_id:
        plan.names[entry.external_id] = staff_id
    if person is None:
        plan.newcomers.append(Newcomer(staff_id, login, phone, entry, body_of(wish)))
        return
    held_login, held_phone = known.accounts[person.id]
    account = {"phone": phone} if phone and phone != held_phone else {}
    if entry.login and login != held_login:
        account["login"] = login
    wish = {name: value for name, value in wish.items() if value != person.body.get(name)}
    if wish or account:
        plan.changes.append(Change(person, entry, wish, account))
    else:
        plan.same += 1


def wish_of(entry: Entry, known: Known) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": entry.name.strip() or None,
        "role": entry.role,
        "accepts_leads": entry.accepts_leads,
        "state": entry.state,
        "back_at": entry.back_at,
    }
    if entry.stores is not None:
        said["store_ids"] = list(dict.fromkeys(known.stores[s.casefold()] for s in entry.stores))
    if entry.skills is not None:
        said["skills"] = sorted(set(entry.skills))
    return {name: value for name, value in said.items() if value is not None}


def body_of(wish: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"store_ids": [], "accepts_leads": wish["role"] == "rep", "state": "active"}
    return {**usual, **wish}
