"""What must hold: of the database alone, of each phone, and of everything that was ever written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Table, select

from server.customers import phone as numbers
from server.customers.customer import open_lead_ids
from server.exchange.entities import ENTITIES
from server.followups.steps import is_effective
from server.identity.tables import devices
from server.rows import read_row
from server.rows.tables import (
    aliases,
    deadlines,
    digests,
    evictions,
    feed,
    heads,
    history,
    keys,
    pushes,
    rows,
)
from sync import HASH_BYTES, Digest, Operation, Row, derive_id, digest_of
from tests.cast import ORG
from tests.simulation.phone import Held
from tests.simulation.world import World

FREED = ("phone", "open_lead")


class Judged(NamedTuple):
    """One operation of the server's log."""

    device: str
    n: int
    hash: bytes
    outcome: dict[str, Any] | None


class Database(msgspec.Struct):
    """Everything the server knows, read at one moment."""

    rows: dict[str, Row]
    aliases: dict[str, str]
    log: list[Judged]
    values: set[tuple[str, str]]
    head: int

    def resolve(self, id: str) -> str:
        while id in self.aliases:
            id = self.aliases[id]
        return id

    def is_erased(self, id: str) -> bool:
        row = self.rows.get(self.resolve(id))
        return row is not None and row.is_erased

    def of(self, entity: str) -> list[Row]:
        return [row for row in self.rows.values() if row.entity == entity and not row.deleted]


async def check(world: World) -> None:
    """All of it. Costs as much as a few hundred steps."""
    tables = await read_tables(world)
    held = read_database(tables)
    check_feed(held, tables)
    check_placement(held)
    check_log(held, tables)
    check_keys(held, tables)
    check_contacts(held)
    check_counts(world, held)
    check_waiting(held)
    check_written(world, held)
    check_timers(world, tables)
    count_history(world, tables)
    count_decisions(world, held)


async def check_phones(world: World) -> None:
    """Each phone holds exactly the rows of its person's scopes, as the server has them."""
    held = read_database(await read_tables(world))
    for phone in world.phones:
        mine = world.standings[phone.person].scopes_of(phone.person)
        expected = {
            row.id: (row.entity, row.seq, row.root, sorted(set(row.scopes) & set(mine)), row.body)
            for row in held.rows.values()
            if not set(row.scopes).isdisjoint(mine)
        }
        own = {id: told(row) for id, row in phone.disk.rows.items()}
        assert own == expected, f"{phone.person} holds other rows"
        assert phone.is_in_sync
        check_receipts(world, phone.disk.device, phone.disk.receipts)


def told(held: Held) -> tuple[str, int, str, list[str], dict[str, Any]]:
    return held.entity, held.version, held.root, sorted(held.scopes), held.body


def check_receipts(world: World, device: str, receipts: dict[int, Any]) -> None:
    """What was acknowledged is there. A backup of a phone may know of a life that was lost."""
    for n, outcome in receipts.items():
        assert outcome in (world.outcomes[device, n], *world.former[device, n])


# Reading

Tables = dict[str, list[Any]]
READ = (rows, aliases, pushes, history, heads, feed, evictions, digests, keys, devices, deadlines)


async def read_tables(world: World) -> Tables:
    async with world.exchange.database.read() as connection:
        return {
            table.name: list((await connection.execute(of_organisation(table))).mappings())
            for table in READ
        }


def of_organisation(table: Table) -> Any:
    return select(table).where(table.c.org_id == ORG)


def read_database(tables: Tables) -> Database:
    held_rows = {record["id"]: read_row(record) for record in tables["rows"]}
    told = [(each["field"], msgspec.json.decode(each["value"])) for each in tables["history"]]
    told += [
        pair
        for row in held_rows.values()
        if row.entity in ("customer", "contact")
        for pair in row.body.items()
    ]
    return Database(
        rows=held_rows,
        aliases={each["alias_id"]: each["row_id"] for each in tables["aliases"]},
        log=list(read_log(tables["pushes"])),
        values={(field, key_of(each)) for field, value in told for each in (value, *listed(value))},
        head=tables["heads"][0]["seq"],
    )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read_log(logged: list[Any]) -> Iterator[Judged]:
    for push in logged:
        outcomes = {each["n"]: each for each in msgspec.json.decode(push["exceptions"])}
        for nth in range(push["count"]):
            n = push["first_seq"] + nth
            hash = bytes(push["hashes"][nth * HASH_BYTES : (nth + 1) * HASH_BYTES])
            yield Judged(push["device_id"], n, hash, outcomes.get(n))


# The feed


def check_feed(held: Database, tables: Tables) -> None:
    """One entry for each row and scope; digests as recomputed; evictions only of what is gone."""
    placed = {(scope, row.seq, row.id) for row in held.rows.values() for scope in row.scopes}
    entries = [(each["scope"], each["seq"], each["id"]) for each in tables["feed"]]
    assert len(entries) == len(set(entries))
    assert set(entries) == placed, "the feed and the rows differ"
    numbers_given = [row.seq for row in held.rows.values()]
    assert len(numbers_given) == len(set(numbers_given)), "a number was given twice"
    assert max(numbers_given) <= held.head
    for each in tables["evictions"]:
        assert each["scope"] not in held.rows[each["id"]].scopes, "evicted from where it is"
        assert each["seq"] <= held.rows[each["id"]].seq
    check_digests(held, tables)


def check_digests(held: Database, tables: Tables) -> None:
    members: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for row in held.rows.values():
        for scope in row.scopes:
            members[scope].append((row.entity, row.id, row.seq))
    for each in tables["digests"]:
        kept = Digest(each["rows"], each["hi"], each["lo"])
        assert digest_of(members.pop(each["scope"], [])) == kept, f"digest of {each['scope']}"
    assert not members, "scopes without a digest"


def check_placement(held: Database) -> None:
    """Each row lies where its entity puts it under its root; no child escapes a moving tree."""
    for row in held.rows.values():
        if row.is_erased:
            assert (row.root, row.scopes) == (row.id, ()), f"{row.entity} {row.id} says too much"
            continue
        root = held.rows[row.root]
        assert root.root == root.id, f"{row.entity} {row.id} hangs from a row that hangs"
        assert row.root not in held.aliases, f"{row.entity} {row.id} hangs from an alias"
        wanted = ENTITIES[row.entity].scopes_of(row, root)
        assert row.scopes == wanted, f"{row.entity} {row.id} lies elsewhere than its root says"


# The log


def check_log(held: Database, tables: Tables) -> None:
    """Every number of every device was judged once, without a hole."""
    judged: dict[str, list[int]] = defaultdict(list)
    for each in held.log:
        judged[each.device].append(each.n)
    for device in tables["devices"]:
        numbers_judged = sorted(judged[device["id"]])
        assert numbers_judged == list(range(1, device["next_seq"])), device["id"]


def check_keys(held: Database, tables: Tables) -> None:
    """A number belongs to one customer, and each customer and store has one open lead."""
    kept = {(each["kind"], each["value"]): each["row_id"] for each in tables["keys"]}
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in held.of("customer"):
        number = numbers.canonical(row.body.get("phone") or "")
        if number:
            wanted["phone", number].append(row.id)
    for row in held.of("lead"):
        if row.body["state"] != "closed":
            wanted["open_lead", f"{row.root}|{row.body['store_id']}"].append(row.id)
    for key, owners in wanted.items():
        assert owners == [kept.get(key)], f"{key} belongs to {owners}"
    for key in {key for key in kept if key[0] in FREED} - set(wanted):
        check_inherited(key, held.rows[held.resolve(kept[key])], held)


def check_inherited(key: tuple[str, str], owner: Row, held: Database) -> None:
    """A record that was merged leaves its number to the one that is left; a contact's is theirs."""
    former = [held.rows[id] for id in owner.body.get("merged_ids") or ()]
    former += [row for row in held.of("contact") if row.root == owner.id and is_listed(row)]
    inherited = {numbers.canonical(row.body.get("phone") or "") for row in former}
    assert not owner.deleted, f"{key} of a tombstone"
    assert key[0] == "phone", f"{key} of a closed lead"
    assert key[1] in inherited, f"{key} is not of {owner}"


def is_listed(contact: Row) -> bool:
    return not contact.body.get("removed")


def check_contacts(held: Database) -> None:
    """Each hangs under the customer that names it."""
    named = {id: row.id for row in held.of("customer") for id in row.body.get("contact_ids") or ()}
    standing = [row for row in held.of("contact") if not held.rows[row.root].deleted]
    assert named == {row.id: row.root for row in standing}


def check_waiting(held: Database) -> None:
    """Each customer names the leads that are open."""
    is_open = [row for row in held.of("lead") if row.body["state"] != "closed"]
    for row in held.of("customer"):
        assert set(open_lead_ids(row)) == {lead.id for lead in is_open if lead.root == row.id}


def check_counts(world: World, held: Database) -> None:
    """What facts add up to: each counted once. An arrival of a record that was erased may have
    rung a lead that another one had taken along."""
    contacts = Counter(row.root for row in held.of("follow_up") if counts(row, held))
    for row in held.of("customer"):
        assert row.body["contact_count"] == contacts[row.id], row.id
    arrivals = Counter(row.body["opened_lead_id"] for row in held.of("arrival"))
    for row in held.of("lead"):
        is_more = row.body["arrivals"] > arrivals[row.id] and bool(world.parted)
        assert row.body["arrivals"] == arrivals[row.id] or is_more, (row, arrivals[row.id])


def counts(row: Row, held: Database) -> bool:
    """As it stands: its own words with those of its last correction laid over."""
    correction = held.rows.get(row.body.get("corrected_by") or "")
    stands = {**row.body, **(correction.body.get("fields", {}) if correction else {})}
    return not row.body.get("void") and is_effective(stands)


def check_timers(world: World, tables: Tables) -> None:
    ended = [each for each in tables["deadlines"] if each["fired_at"] and each["cancelled_at"]]
    assert not ended, "a deadline both fired and was withdrawn"


def count_history(world: World, tables: Tables) -> None:
    whys = Counter(each["why"] for each in tables["history"])
    world.counts["same-field conflict"] = whys["concurrent"]
    world.counts["displaced"] = whys["displaced"]


def count_decisions(world: World, held: Database) -> None:
    """Counted where they have an effect, not where somebody asked for them."""
    counts = world.counts
    releases = Counter(str(row.body["outcome"]) for row in held.of("release"))
    counts["judged again"] = sum(releases.values()) - releases["None"]
    counts["judged again and accepted"] = counts["judged again"] - releases["refused"]
    counts["judged again"] += sum(row.body["state"] == "again" for row in held.of("refusal"))
    counts["unmerge"] = len(held.of("unmerge"))
    decisions = Counter(row.body["choice"] for row in held.of("decision"))
    counts["merge by decision"] = decisions["same"]
    counts["correction"] = len(held.of("correction"))
    counts["deletion"] = len(held.of("deletion"))


# What was written


def check_written(world: World, held: Database) -> None:
    """Every accepted value is current or in history, every refusal is kept; nothing comes from
    nowhere, and nothing that a phone kept is lost."""
    again = {each.body["refusal_id"]: each for each in held.of("release") if is_done(each)}
    # Also by one that was refused itself, and released.
    thanked = [row for row in held.rows.values() if row.entity == "acknowledgement"]
    thanked = [row for row in thanked if not row.is_erased]
    acknowledged = {str(row.body["refusal_id"]) for row in thanked}
    for device, n, hash, outcome in held.log:
        operation = world.written[device, n, hash]
        assert world.outcomes.setdefault((device, n), outcome) == outcome, "an outcome changed"
        if outcome is not None and outcome["o"] == "refused":
            continue
        check_accepted(world, operation, held, acknowledged)
    check_refusals(world, held, acknowledged, again)
    waiting = {each["i"] for p in world.phones for unit in p.disk.outbox for each in unit}
    judged = {each.hash for each in held.log}
    for (_, _, hash), operation in world.written.items():
        is_there = hash in judged or hash in world.lost or operation.i in waiting
        assert is_there, f"{operation} was never judged"


def is_done(release: Row) -> bool:
    return release.body["outcome"] in ("applied", "merged", "duplicate")


def check_refusals(
    world: World, held: Database, acknowledged: set[str], again: dict[str, Row]
) -> None:
    """Each is there for its author until they acknowledge it, or its unit was accepted later."""
    kept = {(row.device, row.body["seq"]): row for row in held.rows.values() if is_refusal(row)}
    for device, n, hash, outcome in held.log:
        if outcome is None or outcome["o"] != "refused":
            assert (device, n) not in kept, "a refusal of what was accepted"
            continue
        if held.is_erased(derive_id("refusal", device, n)):
            continue
        if outcome["code"] == "erased":
            assert (device, n) not in kept, "what was erased is kept"
            continue
        row = kept[device, n]
        first, count = row.body["unit"]
        unit = [kept[device, each].id for each in range(first, first + count)]
        is_accepted = any(id in again for id in unit)
        assert row.body["state"] != "kept" or row.body["code"] == outcome["code"]
        assert row.deleted == (row.id in acknowledged or is_accepted), "a refusal left unasked"
        if is_accepted:
            check_accepted(world, world.written[device, n, hash], held, acknowledged)


def is_refusal(row: Row) -> bool:
    return row.entity == "refusal" and not row.is_erased


def check_accepted(
    world: World, operation: Operation, held: Database, acknowledged: set[str]
) -> None:
    if held.is_erased(operation.i) or operation.i in world.parted:
        return
    if operation.e in ("customer", "contact"):
        check_profile(operation, held)
        return
    row = held.rows[held.resolve(operation.i)]
    if operation.e == "lead":
        return
    assert row.id == operation.i
    # What was said about a refusal goes with its content, once its author gave it up.
    emptied = {"note"} if operation.f.get("refusal_id") in acknowledged else set()
    for field, value in operation.f.items():
        stands = row.body[field]
        is_moved = field == "customer_id" and held.resolve(value) == stands
        is_emptied = field in emptied and stands == ""
        is_kept = stands == value or is_moved or is_emptied or field == "void"
        assert is_kept, (operation, row.body)


def check_profile(operation: Operation, held: Database) -> None:
    """In a record or in the history: an id may have named several, and words are used once."""
    for field, value in operation.f.items():
        if field == "customer_id":
            continue
        is_set = ENTITIES[operation.e].policies.get(field) == "set"
        if is_set:
            value = value.get("add", []) if isinstance(value, dict) else value
        for each in value if is_set else [value]:
            is_kept = (field, key_of(each)) in held.values
            assert each in ("", None) or is_kept, f"{field} {each!r} of {operation} is lost"


def key_of(value: Any) -> str:
    return msgspec.json.encode(value).decode()
