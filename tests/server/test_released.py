"""Whatever was released is understood for ever (law 31).

`tests/vectors/released/<schema>` holds, for each released schema, what phones of that version sent,
byte for byte, what they were answered, and the hashes under which the log knows it. These files
never change again: a phone with such an outbox may come back after years. Where one of these tests
fails the server is wrong, and what it lacks is a step in `sync/versions.py`.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from server.db import Database
from server.exchange.entities import ENTITIES
from sync import SCHEMA, Push, operation_hash
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.vectors.exchange import Exchange, covers, read_hashes, send

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]

FIRST = {
    *("customer", "arrival", "lead", "acceptance", "reassignment", "closing"),
    *("follow_up", "comment", "visit", "photo", "correction", "deletion"),
    *("resolution", "decision", "unmerge", "acknowledgement", "appeal", "release"),
}
ADDED = {
    *("snooze", "lead_acknowledgement", "attendance", "pool_claim", "ruling"),
    *("contact", "recording", "template", "script", "walk_in", "consent"),
    *("departure", "attestation", "store_point", "code_check"),
}
"""Since then. A phone that sends one to an older server is told `unknown_entity` and keeps it."""
FROZEN = sorted((Path(__file__).parents[1] / "vectors" / "released").glob("*/exchange.json"))


@pytest.fixture(params=FROZEN, ids=lambda path: f"schema {path.parent.name}")
def exchange(request: pytest.FixtureRequest) -> Exchange:
    path: Path = request.param
    return msgspec.json.decode(path.read_bytes(), type=Exchange)


async def test_a_phone_of_a_released_version_is_answered_as_it_was_then(
    exchange: Exchange, sign_in: SignIn, clock: MovableClock, database: Database
) -> None:
    phones = {
        who: await enrol(await sign_in(who), clock, device)
        for who, device in exchange.devices.items()
    }
    for step in exchange.steps:
        clock.now = step.at
        told = await send(phones[step.who], step.body)
        assert covers(told, step.answer), (step.who, told)
        # What it does not say was applied: no exception may come that was not there.
        assert len(told.get("except", [])) == len(step.answer.get("except", []))
    for who, device in exchange.devices.items():
        assert await read_hashes(database, device) == exchange.hashes[who]


def test_every_operation_is_named_by_the_bytes_that_were_sent(exchange: Exchange) -> None:
    """Without a server: the same text has the same hash in every version."""
    named: dict[str, dict[int, str]] = {who: {} for who in exchange.devices}
    for step in exchange.steps:
        for unit in msgspec.json.decode(step.body, type=Push).units:
            for operation in unit:
                named[step.who].setdefault(operation.n, operation_hash(operation).hex())
    for who, hashes in exchange.hashes.items():
        assert [named[who][n] for n in range(1, len(hashes) + 1)] == hashes


def test_every_released_schema_has_its_exchange() -> None:
    assert [int(path.parent.name) for path in FROZEN] == list(range(1, SCHEMA + 1))


def test_the_first_release_wrote_every_entity_that_a_phone_may_write() -> None:
    first = msgspec.json.decode(FROZEN[0].read_bytes(), type=Exchange)
    said = [
        (operation, operation.n in refused_by(step.answer))
        for step in first.steps
        for unit in msgspec.json.decode(step.body, type=Push).units
        for operation in unit
    ]
    assert {operation.e for operation, refused in said if not refused} == FIRST
    assert {outcome["o"] for step in first.steps for outcome in step.answer.get("except", [])} == {
        "refused",
        "merged",
        "duplicate",
        "mismatch",
    }
    assert any(operation.b is not None and not refused for operation, refused in said)


def test_what_the_first_release_let_phones_write_is_let_be_written() -> None:
    """Entities may be added, each on purpose; until the second schema these are all."""
    writable = {entity.name for entity in ENTITIES.values() if entity.shape is not None}
    assert writable >= FIRST
    assert SCHEMA > 1 or writable == FIRST | ADDED


def refused_by(answer: dict[str, list[dict[str, object]]]) -> set[object]:
    return {each["n"] for each in answer.get("except", []) if each["o"] in ("refused", "mismatch")}


async def enrol(client: httpx.AsyncClient, clock: MovableClock, device: str) -> Phone:
    phone = Phone(client, clock)
    phone.device = device
    return await phone.enrol()
