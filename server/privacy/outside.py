"""What is about a customer and hangs outside their tree: cards, questions about two records, values
that were offered to another record, and content that was refused."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Text, or_, select, type_coerce

from server.customers import phone
from server.db import Connection
from server.rows import load_tree, read_row
from server.rows.tables import PRECISE, RECORD, rows
from sync import Ledger, Row

ABOUT = ("candidate", "pool_card", "conflict")
REFUSAL = "refusal"

Unit = tuple[str, int]
"""What fell together: its device, and the number of its first operation."""


async def find_outside(connection: Connection, ledger: Ledger, tree: Collection[Row]) -> list[Row]:
    """A look at all rows that may be; then what hangs under those that are."""
    ids = {row.id for row in tree}
    records = [row.id for row in tree if row.entity == "customer"]
    if not records:
        return []
    may_be = await connection.execute(naming(ledger.org, records))
    found = [read_row(held) for held in may_be.mappings()]
    beside = [row for row in found if row.id not in ids and not row.is_erased]
    about = [row for row in beside if is_about(row, ids)]
    about += await find_refused(connection, ledger, tree)
    for row in about:
        ledger.put_loaded(row)
    roots = [row.id for row in about if row.root == row.id]
    hanging = await load_tree(connection, ledger, roots)
    return own_rows(ledger, (*about, *hanging))


async def find_refused(connection: Connection, ledger: Ledger, tree: Collection[Row]) -> list[Row]:
    refusals = await read_refusals(connection, ledger)
    return find_refusals(refusals, {row.id for row in tree}, numbers_of(tree))


async def find_refused_with(connection: Connection, ledger: Ledger, number: str) -> list[Row]:
    return find_refusals(await read_refusals(connection, ledger), (), {number})


async def read_refusals(connection: Connection, ledger: Ledger) -> list[Row]:
    """All that was refused is looked through: by an index that has little else."""
    query = select(*RECORD).where(rows.c.org_id == ledger.org, PRECISE, rows.c.entity == REFUSAL)
    held = [read_row(each) for each in (await connection.execute(query)).mappings()]
    return [row for row in held if not row.is_erased]


def own_rows(ledger: Ledger, found: Iterable[Row]) -> list[Row]:
    """As the ledger has them: it may have loaded some of them before."""
    own = (ledger.own(id) for id in dict.fromkeys(row.id for row in found))
    return [row for row in own if row is not None]


def naming(org_id: str, records: Iterable[str]) -> Select[Any]:
    body = type_coerce(rows.c.body, Text)
    names_one = or_(*(body.contains(id, autoescape=True) for id in records))
    return select(*RECORD).where(rows.c.org_id == org_id, rows.c.entity.in_(ABOUT), names_one)


def is_about(row: Row, ids: Collection[str]) -> bool:
    body = row.body
    named = [body.get("customer_id"), body.get("from_id")]
    named += [body[side]["id"] for side in ("one", "other") if side in body]
    return any(name in ids for name in named)


def numbers_of(tree: Iterable[Row]) -> set[str]:
    """The customer's own: of the records that became one, and others that are theirs."""
    theirs = (row for row in tree if row.entity == "customer" or row.body.get("relation") == "self")
    numbers = (phone.canonical(str(row.body.get("phone") or "")) for row in theirs)
    return {number for number in numbers if number}


def find_refusals(
    refusals: Iterable[Row], ids: Collection[str], numbers: Collection[str]
) -> list[Row]:
    """Units of which any part names a row of the tree or a number of the customer's; and those that
    name a record which was refused in one of them, and so on."""
    units: dict[Unit, list[Row]] = defaultdict(list)
    for row in refusals:
        units[unit_of(row)].append(row)
    known, found = set(ids), []
    while near := [key for key, unit in units.items() if names_any(unit, known, numbers)]:
        for key in near:
            unit = units.pop(key)
            found += unit
            known |= {row.body["row_id"] for row in unit if is_new(row)}
    return found


def unit_of(refusal: Row) -> Unit:
    body = refusal.body
    return body["device"], (body.get("unit") or [body["seq"]])[0]


def names_any(unit: Iterable[Row], ids: Collection[str], numbers: Collection[str]) -> bool:
    return any(names(refusal, ids, numbers) for refusal in unit)


def is_new(refusal: Row) -> bool:
    """Whether its id can be nobody else's."""
    return refusal.body["base"] is None and refusal.body["code"] != "id_taken"


def names(refusal: Row, ids: Collection[str], numbers: Collection[str]) -> bool:
    if refusal.body["row_id"] in ids:
        return True
    texts = list(texts_in(refusal.body["fields"]))
    if any(text in ids or phone.canonical(text) in numbers for text in texts):
        return True
    return any(holds(text, number) for text in texts for number in numbers)


def holds(text: str, number: str) -> bool:
    """Whether the number is among its words, however it was typed."""
    return pattern_of(number).search(phone.fold(text)) is not None


@lru_cache(maxsize=64)
def pattern_of(number: str) -> re.Pattern[str]:
    digits = number.removeprefix("+86").partition("x")[0].lstrip("+")
    return re.compile(r"(?<![0-9])(?:\+?86)?" + r"[\s.\-]*".join(digits) + r"(?![0-9])")


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)
