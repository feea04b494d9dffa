"""Playing a frozen exchange to a server: pushes byte for byte, each at its time."""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from sqlalchemy import select

from server.db import Database
from server.rows.tables import pushes
from sync import HASH_BYTES
from tests.cast import ORG
from tests.phone import Phone

Json = dict[str, Any]


class Step(msgspec.Struct):
    """One push: when, from whose phone, its exact body. `answer` is what must come of it."""

    at: int
    who: str
    body: str
    answer: Json


class Exchange(msgspec.Struct):
    """`devices` by person. `hashes`, in hex, name what each person sent, in order."""

    schema: int
    devices: dict[str, str]
    steps: list[Step]
    hashes: dict[str, list[str]]


@dataclass
class Played:
    answers: list[Json]
    hashes: dict[str, list[str]]


async def send(phone: Phone, body: str) -> Json:
    headers = {
        "authorization": f"Bearer {phone.credential}",
        "content-type": "application/json",
        "cookie": "",
    }
    answer: httpx.Response = await phone.client.post(
        "/sync/push", content=body.encode(), headers=headers
    )
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def read_hashes(database: Database, device: str) -> list[str]:
    """The hashes that the operation log keeps of a device, in the order of its numbers."""
    async with database.read() as connection:
        found = await connection.execute(
            select(pushes.c.hashes)
            .where(pushes.c.org_id == ORG, pushes.c.device_id == device)
            .order_by(pushes.c.first_seq)
        )
        log = b"".join(bytes(each.hashes) for each in found)
    return [log[at : at + HASH_BYTES].hex() for at in range(0, len(log), HASH_BYTES)]


def covers(told: Any, promised: Any) -> bool:
    """Whether all that was promised is told; a newer server may tell more."""
    if isinstance(promised, dict):
        return isinstance(told, dict) and all(
            name in told and covers(told[name], each) for name, each in promised.items()
        )
    if isinstance(promised, list):
        return len(told) == len(promised) and all(map(covers, told, promised))
    return bool(told == promised)
