"""A phone as the tests hold it: a signed-in client with its own device and its numbering."""

import uuid
from typing import Any

import httpx
import msgspec

from server.clock import Clock


class Phone:
    """`push` sends units of (entity, id, fields[, base]) and returns the answer as JSON."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self.device = str(uuid.uuid4())
        self.credential = ""
        self.next_seq = 1
        self.contact_at: int | None = None
        self.cursor: str | None = None

    async def enrol(self, **wish: Any) -> "Phone":
        body = {"id": self.device, "name": "测试手机", "shared": False, **wish}
        answer = await self.client.post("/api/devices", json=body)
        assert answer.status_code == 201, answer.text
        self.credential = answer.json()["credential"]
        return self

    def operation(
        self, entity: str, id: str, fields: dict[str, Any], base: int | None = None, **more: Any
    ) -> dict[str, Any]:
        made = {"n": self.next_seq, "e": entity, "i": id, "f": fields, "t": self.clock(), **more}
        self.next_seq += 1
        return made if base is None else {**made, "b": base}

    async def push(self, *units: list[dict[str, Any]], **envelope: Any) -> httpx.Response:
        """Sends units made with `operation`. Uses the credential only, no cookie."""
        body = {
            "v": 1,
            "schema": 1,
            "device": self.device,
            "sent_at": self.clock(),
            "contact_at": self.contact_at,
            "units": list(units),
            **envelope,
        }
        headers = {"authorization": f"Bearer {self.credential}", "cookie": ""}
        answer = await self.client.post("/sync/push", json=body, headers=headers)
        if answer.status_code == 200:
            self.contact_at = answer.json()["contact_at"]
        return answer

    async def pull(self, **report: Any) -> list[dict[str, Any]]:
        """The frames since the last pull; the cursor moves on. `report`: what waits here."""
        body = {"cursor": self.cursor, "device": self.device, **report}
        answer = await self.client.post("/sync/pull", json=body)
        assert answer.status_code == 200, answer.text
        frames = [msgspec.json.decode(line) for line in answer.content.splitlines() if line]
        self.cursor = next((f["cursor"] for f in reversed(frames) if "cursor" in f), self.cursor)
        return frames
