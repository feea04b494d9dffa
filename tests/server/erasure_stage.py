"""A customer of whom everything there is has been written, and a search of all that is kept."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from starlette.applications import Starlette

from server.db import Database, metadata
from server.notify.robots import Robot, put_robot
from tests.cast import ORG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import (
    CONSENTS,
    agreed,
    arrival,
    customer,
    follow_up,
    make_id,
    say,
    self_reception,
)
from tests.server.held import Holder
from tests.server.photo_stage import fact as photo_of
from tests.server.photo_stage import metadata as told_of
from tests.server.photo_stage import picture, tape
from tests.server.pool_stage import Pool
from tests.server.tapes import webm

NEEDLE = "nadel"
NUMBERS = ["13712340001", "13712340002", "13712340003", "13712340004"]
PLACE = {"lat": 31.2468013, "lng": 121.4, "accuracy_m": 12.0, "fix_source": "gps"}


class Haystack:
    """`everything` is all that the database and the folders hold, in small letters."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database, self.data = database, data

    async def everything(self) -> str:
        tables = [table async for table in self.tables()]
        return "\n".join([*tables, *self.files()]).lower()

    async def tables(self) -> Any:
        async with self.database.read() as connection:
            for table in metadata.sorted_tables:
                for row in await connection.execute(select(table)):
                    yield " ".join(map(as_text, row))

    def files(self) -> Iterator[str]:
        """The database's own among them, where it is one: what was deleted may be there still."""
        for path in self.data.rglob("*"):
            if path.is_file():
                yield as_text(path.read_bytes())

    def blobs(self) -> list[Path]:
        folders = (self.data / "blobs", self.data / "staging")
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def as_text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


class Life:
    """What is written about one customer, by Bo, Chen and Lin. Each text is a needle."""

    def __init__(
        self, app: Starlette, clock: MovableClock, bo: Phone, chen: Phone, lin: Phone
    ) -> None:
        self.app, self.clock = app, clock
        self.bo, self.chen, self.lin = bo, chen, lin
        self.id = make_id()
        self.numbers = count(1)
        self.needles: list[str] = []

    def needle(self) -> str:
        self.needles.append(f"{NEEDLE}{next(self.numbers)}")
        return self.needles[-1]

    async def plant(self, phone: Phone, entity: str, /, **fields: Any) -> str:
        id = make_id()
        answer = await phone.push([phone.operation(entity, id, fields)])
        assert "except" not in answer.json(), (entity, answer.text)
        return id

    async def settle(self) -> None:
        while await self.app.state.worker.tick(self.clock()):
            pass

    async def live(self) -> None:
        await self.register()
        await self.speak()
        await self.quarrel()
        await self.be_seen()
        await self.be_refused()
        await self.be_doubted()
        await self.be_free()
        await self.ask_in_vain()
        await self.wait()

    def profile(self, phone: str) -> dict[str, Any]:
        named = ("name", "salutation", "need", "budget", "community", "house_type", "wechat")
        texts = {field: self.needle() for field in (*named, "move_in")}
        fault = {"phone": phone, "why": "wrong"}
        return customer(phone=phone, tags=[self.needle()], phone_fault=fault, **texts)

    async def register(self) -> None:
        """Bo receives them; Chen had received them at the same moment, not knowing."""
        chens = make_id()
        first = self.self_receive(self.bo, self.id, NUMBERS[0])
        later = self.self_receive(self.chen, chens, NUMBERS[0])
        first[2]["f"]["need"] = self.needle()
        await self.bo.push(first)
        await self.chen.push(later)
        self.lead = first[2]["i"]
        await self.settle()
        collision = (await Holder(self.lin).pull()).one("collision")
        ruled = {"collision_id": collision.id, "choice": "split", "share": 60}
        await self.plant(self.lin, "ruling", wish="one", wish_note=self.needle(), **ruled)

    def self_receive(self, phone: Phone, id: str, number: str) -> list[dict[str, Any]]:
        unit = self_reception(phone, id, phone=number)
        unit[0]["f"] = self.profile(number)
        texts = {name: self.needle() for name in ("name", "salutation", "need", "position")}
        unit[1]["f"] |= {**texts, "guardian": {"name": self.needle(), "relation": "mother"}}
        return unit

    async def speak(self) -> None:
        notes = {step: self.needle() for step in ("greeting", "needs", "proposal", "objection")}
        results = {"greeting": "met", "needs": "clear", "proposal": "revise", "objection": "open"}
        steps = {step: {"result": results[step], "note": note} for step, note in notes.items()}
        revisit = {"result": "no_contact", "reason": self.needle(), "note": self.needle()}
        told = follow_up(self.id, **{**steps, "revisit": revisit}, answers={"q": self.needle()})
        self.contact = await self.plant(self.bo, "follow_up", **told)
        changed = {"needs": {"result": "partial", "note": self.needle()}}
        mended = {"fact_id": self.contact, "fields": changed, "note": self.needle()}
        await self.plant(self.bo, "correction", **mended)
        await self.plant(self.bo, "comment", customer_id=self.id, text=self.needle())
        await self.plant(self.bo, "consent", **agreed(self.id, note=self.needle()))
        person = {"relation": "self", "name": self.needle(), "phone": NUMBERS[1]}
        await self.plant(self.bo, "contact", customer_id=self.id, note=self.needle(), **person)
        at = {"fix_at": self.clock(), "customer_id": self.id, "note": self.needle()}
        visit = await self.plant(self.bo, "visit", **PLACE, wall_code=self.needle(), **at)
        await self.plant(self.bo, "departure", visit_id=visit)
        doubt = {"visit_id": visit, "choice": "doubt", "note": self.needle()}
        await self.plant(self.lin, "attestation", **doubt)

    async def quarrel(self) -> None:
        """Two write another budget at the same time; one keeps what won."""
        for phone in (self.bo, self.lin):
            edit = {"budget": self.needle(), "need": self.needle()}
            assert (
                await phone.push([phone.operation("customer", self.id, edit, base=1)])
            ).is_success
        conflicts = (await Holder(self.lin).pull()).of("conflict")
        await self.plant(self.lin, "resolution", conflict_id=conflicts[0].id, choice="keep")

    async def be_seen(self) -> None:
        for kind, data, made in (("photo", picture(), photo_of), ("recording", webm(), tape)):
            told = {**made(data), "subject_id": self.id, "customer_id": self.id}
            id = await self.plant(self.bo, kind, **told)
            assert (await send(self.bo, id, data, kind)).status_code == 201
            if kind == "photo":
                assert (await self.bo.client.get(f"/photos/{id}/marked")).status_code == 200
        await self.settle()

    async def be_refused(self) -> None:
        """One waits with Bo, one with the manager, one came to nothing before they were known."""
        bad = follow_up(self.id, revisit={"result": "booked", "note": self.needle()})
        kept = await refuse(self.bo, "follow_up", bad)
        assert await say(self.bo, "appeal", refusal_id=kept, note=self.needle()) is None
        answer = {"refusal_id": kept, "choice": "decline", "note": self.needle()}
        assert await say(self.lin, "release", **answer) is None
        nobody = arrival(make_id(), phone=NUMBERS[0], name=self.needle(), consents=[])
        await refuse(self.bo, "arrival", {**nobody, "customer_id": None})
        self.never = make_id()
        unit = [
            self.bo.operation("customer", self.never, self.profile(NUMBERS[0])),
            self.bo.operation("arrival", make_id(), arrival(self.never, consents=[])),
        ]
        assert (await self.bo.push(unit)).json()["except"]
        await refuse(self.bo, "comment", {"customer_id": self.never, "text": self.needle()})

    async def be_doubted(self) -> None:
        """Another record of theirs became part of this one; one that did is another's again."""
        for number, choice in ((NUMBERS[2], "same"), (NUMBERS[3], "different")):
            other = make_id()
            await self.bo.push([self.bo.operation("customer", other, self.profile(number))])
            version = (await Holder(self.bo).pull()).rows[other].version
            taken = self.bo.operation("customer", other, {"phone": NUMBERS[0]}, base=version)
            assert (await self.bo.push([taken])).json()["except"]
            open_ones = (await Holder(self.lin).pull()).of("candidate")
            asked = next(each for each in open_ones if each.body["state"] == "open")
            decided = {"candidate_id": asked.id, "choice": choice, "note": self.needle()}
            await self.plant(self.lin, "decision", **decided)
            if choice == "different":
                self.other = other
        taken_back = await self.plant(self.lin, "closing", lead_id=self.lead, reason="no_need")
        assert taken_back
        gone = await self.plant(self.lin, "deletion", row_id=self.id, note=self.needle())
        await self.plant(self.lin, "correction", fact_id=gone, void=True, note=self.needle())

    async def be_free(self) -> None:
        """Nobody owns them for a moment; Chen claims them."""
        pool = Pool(self.app, self.app.state.ground.database, self.clock)
        await pool.give(self.id, None)
        card = (await Holder(self.chen).pull()).one("pool_card")
        await self.plant(self.chen, "pool_claim", pool_card_id=card.id)

    async def ask_in_vain(self) -> None:
        """They take back their consent and are not erased; then they agree again."""
        for given in (False, True):
            said = agreed(self.id, "service", given=given, note=self.needle())
            await self.plant(self.lin, "consent", **said)
            self.clock.advance(seconds=1)
            if not given:
                await self.settle()
                door = "/api/erasure-requests"
                (asked,) = (await self.lin.client.get(door)).json()["requests"]
                no = {"reason": self.needle()}
                declined = await self.lin.client.post(f"{door}/{asked['id']}/decline", json=no)
                assert declined.status_code == 204, declined.text

    async def wait(self) -> None:
        """They are back: nobody answers, somebody puts it off, and the robots speak of it."""
        told = arrival(self.id, need=self.needle(), position=self.needle(), consents=CONSENTS)
        await self.plant(self.bo, "arrival", **told)
        await self.settle()
        lead = next(
            row
            for row in (await Holder(self.lin).pull()).of("lead")
            if row.body["state"] != "closed"
        )
        until = {"until": self.clock() + 60_000, "reason": "other", "note": self.needle()}
        await self.plant(self.lin, "snooze", lead_id=lead.id, **until)
        for _ in range(3):
            self.clock.advance(minutes=16)
            await self.settle()
        moved = {"lead_id": lead.id, "to_id": "bo", "note": self.needle()}
        await self.plant(self.lin, "reassignment", **moved)
        await self.settle()


async def refuse(phone: Phone, entity: str, fields: dict[str, Any]) -> str:
    """Returns the id of the refusal's row."""
    answer = await phone.push([phone.operation(entity, make_id(), fields)])
    (told,) = answer.json()["except"]
    held = (await Holder(phone).pull()).of("refusal")
    return next(row.id for row in held if row.body["seq"] == told["n"])


async def send(phone: Phone, id: str, data: bytes, kind: str = "photo") -> httpx.Response:
    headers = {
        "tus-resumable": "1.0.0",
        "authorization": f"Bearer {phone.credential}",
        "upload-length": str(len(data)),
        "upload-metadata": told_of(id, data, kind=kind),
        "content-type": "application/offset+octet-stream",
    }
    return await phone.client.post("/photos/uploads", headers=headers, content=data)


async def hang_robot(database: Database) -> None:
    """It is never sent to: what it would say waits."""
    robot = Robot(ORG, "robot", "wecom", RENMIN, None, "https://127.0.0.1:9/x", None)
    await database.transact(lambda connection: put_robot(connection, robot))
