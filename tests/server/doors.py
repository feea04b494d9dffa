"""Every door that takes an id, called with ids that are hidden and with one that names nothing."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import httpx

from tests.cast import CODE
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.photo_stage import metadata, picture

Call = Callable[[str], Awaitable[httpx.Response]]
ROUNDS = 9


class Door(NamedTuple):
    """How one person calls it with an id; ids that are not theirs, and one that nothing has."""

    name: str
    call: Call
    hidden: list[str]
    nothing: str


class Hidden(NamedTuple):
    """What Bo's store and the rivals have, and Wu has not."""

    customers: list[str]
    contacts: list[str]
    leads: list[str]
    photos: list[str]
    recordings: list[str]
    conflicts: list[str]
    refusals: list[str]
    devices: list[str]
    uploads: list[str]


async def begin(phone: Phone) -> str:
    """The name of an upload that this phone has begun."""
    data = picture()
    told = {"upload-length": str(len(data)), "upload-metadata": metadata(make_id(), data)}
    answer = await tus(phone, "POST", "/photos/uploads", told)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"].rpartition("/")[2])


async def tus(
    phone: Phone, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> httpx.Response:
    sent = {"tus-resumable": "1.0.0", "authorization": f"Bearer {phone.credential}", **headers}
    return await phone.client.request(method, path, content=body, headers=sent)


def doors(wu: Phone, hidden: Hidden) -> list[Door]:
    def get(path: str) -> Call:
        return lambda id: wu.client.get(path.format(id))

    async def pull(id: str) -> httpx.Response:
        return await wu.client.post("/sync/pull", json={"device": id, "cursor": None})

    async def erase(id: str) -> httpx.Response:
        return await wu.client.post(f"/api/customers/{id}/erasure", json={"reason": "asked"})

    async def patch(name: str) -> httpx.Response:
        headers = {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
        return await tus(wu, "PATCH", f"/photos/uploads/{name}", headers, b"x")

    def upload(method: str) -> Call:
        return lambda name: tus(wu, method, f"/photos/uploads/{name}", {})

    nothing = make_id()
    no_upload = f"{CODE}.{'0' * 32}"
    uploads = hidden.uploads
    return [
        *(Door(s, get(f"/photos/{{}}/{s}"), hidden.photos, nothing) for s in SIZES),
        Door("alike", get("/photos/{}/alike"), hidden.photos, nothing),
        Door("play", get("/recordings/{}"), hidden.recordings, nothing),
        Door("candidates", get("/api/leads/{}/candidates"), hidden.leads, nothing),
        Door("erase", erase, hidden.customers, nothing),
        Door("foresee", get("/api/customers/{}/erasure"), hidden.customers, nothing),
        Door("revoke", lambda id: wu.client.delete(f"/api/devices/{id}"), hidden.devices, nothing),
        Door("pull", pull, hidden.devices, nothing),
        Door("head", upload("HEAD"), uploads, no_upload),
        Door("patch", patch, uploads, no_upload),
        Door("delete", upload("DELETE"), uploads, no_upload),
        *pushes(wu, hidden, nothing),
    ]


def pushes(wu: Phone, hidden: Hidden, nothing: str) -> list[Door]:
    """Operations that name what is hidden."""

    def push(entity: str, *, base: int | None = None, x: bool = False, **fields: Any) -> Call:
        async def call(id: str) -> httpx.Response:
            told = {name: id if value is ID else value for name, value in fields.items()}
            row = make_id() if base is None else id
            return await wu.push([wu.operation(entity, row, told, base)])

        return call

    return [
        Door("comment", push("comment", customer_id=ID, text="x"), hidden.customers, nothing),
        Door("edit", push("customer", base=1, need="x"), hidden.customers, nothing),
        Door("contact", push("contact", customer_id=ID, relation="x"), hidden.customers, nothing),
        Door("amend", push("contact", base=1, note="x"), hidden.contacts, nothing),
        Door("close", push("closing", lead_id=ID, reason="no_need"), hidden.leads, nothing),
        Door("accept", push("acceptance", lead_id=ID), hidden.leads, nothing),
        Door("keep", push("resolution", conflict_id=ID, choice="keep"), hidden.conflicts, nothing),
        Door("acknowledge", push("acknowledgement", refusal_id=ID), hidden.refusals, nothing),
    ]


ID = object()
SIZES = ("thumb", "small", "full", "marked")
CHANGING = re.compile(r'"(n|next|request_id|now|contact_at)":("[^"]*"|\d+)|"done":\[\d+,\d+\]')


def told(answer: httpx.Response, id: str) -> tuple[int, str, dict[str, str]]:
    """Everything that an answer says, but for the id itself and what counts up by itself."""
    text = CHANGING.sub("", answer.text.replace(id, "·"))
    odd = ("x-request-id", "date", "content-length")
    return answer.status_code, text, {k: v for k, v in answer.headers.items() if k not in odd}


async def least(door: Door) -> tuple[float, float]:
    """Seconds of an answer about nothing, and of the slowest of those about hidden ids; each when
    the fewest others had the processor."""
    spent: dict[str, list[float]] = {id: [] for id in (door.nothing, *door.hidden)}
    for _ in range(ROUNDS):
        for id, times in spent.items():
            began = time.perf_counter()
            await door.call(id)
            times.append(time.perf_counter() - began)
    found = {id: min(times) for id, times in spent.items()}
    return found[door.nothing], max(found[id] for id in door.hidden)
