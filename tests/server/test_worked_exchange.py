"""The worked exchange of sync/README.md, played to the real server."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

import sync
from tests.phone import Phone

PhoneOf = Callable[[str], Awaitable[Phone]]
README = (Path(sync.__file__).parent / "README.md").read_text(encoding="utf-8")
EXCHANGE = README[README.index("## 15.") :]
JOINED = EXCHANGE.replace(",\n", ",").replace("[\n", "[").replace("\n ", "")
DEVICE = "1d54710b-8c5e-4b4b-860d-cc4cbce969ef"


def told(beginning: str) -> list[dict[str, Any]]:
    """The JSON lines of the page that begin like this."""
    lines = [line for line in JOINED.splitlines() if line.startswith(beginning)]
    return [msgspec.json.decode(line) for line in lines]


def without_cursor(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != "cursor"}


async def send(bo: Phone, push: dict[str, Any]) -> dict[str, Any]:
    answer = await bo.push(*push["units"], sent_at=push["sent_at"], contact_at=push["contact_at"])
    return dict(answer.json())


async def test_the_server_answers_what_the_specification_tells(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    bo.device = DEVICE
    await bo.enrol()
    await bo.pull()
    first, edit = told('{"v":1,"schema":1')
    answered, edited = told('{"v":1,"now":1795401000000,"next"')[:2]
    assert await send(bo, first) == answered
    assert await send(bo, first) == answered
    frames = await bo.pull()
    assert [without_cursor(frame) for frame in frames] == [
        without_cursor(frame) for frame in told('{"s":')
    ]
    assert await send(bo, edit) == edited


async def test_the_other_answers_of_the_page_are_the_servers_too(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    bo.device = DEVICE
    await bo.enrol()
    first, edit = told('{"v":1,"schema":1')
    await send(bo, first)
    await send(bo, edit)
    (gap,) = [each for each in map(msgspec.json.decode, quoted()) if each.get("gap")]
    ahead = {**edit, "units": [[{**edit["units"][0][0], "n": 9}]]}
    assert await send(bo, ahead) == gap
    other = {**edit["units"][0][0], "f": {"budget": "40 万"}}
    answer = await send(bo, {**edit, "units": [[other]]})
    assert answer["except"] == [{"o": "mismatch", "n": 4}]
    assert '"done":[4,1],…"except":[{"o":"mismatch","n":4}]' in EXCHANGE


def quoted() -> list[str]:
    return [each for each in re.findall(r"`(\{.*?\})`", EXCHANGE) if "…" not in each]
