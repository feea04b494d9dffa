"""A cursor is text that anybody can write: whatever it says, the phone ends with its own rows."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.phone import Phone
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


def cursor_text(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


HUGE = 10**30
ODD: list[Callable[[list[Any]], None]] = [
    lambda v: v.__setitem__(4, -HUGE),
    lambda v: v.__setitem__(4, -1),
    lambda v: v.__setitem__(6, [v[5], HUGE, 0, 0, 0, 0, -1]),
    lambda v: v.__setitem__(6, [v[5], 9, HUGE, 0, 0, 0, -1]),
    lambda v: v.__setitem__(6, [v[5], 9, 2**40, 0, 0, 0, -1]),
    lambda v: v.__setitem__(6, [v[5], 9, 0, 2**40, 0, 0, -1]),
    lambda v: v.__setitem__(6, [v[5], 9, 0, 0, -HUGE, 0, -1]),
    lambda v: v.__setitem__(6, [v[5], 9, 0, 0, 2**53 - 1, 2**53 - 1, 2**53 - 1]),
    lambda v: v.__setitem__(6, [v[5], 9, 0, 0, 0, HUGE, HUGE]),
    lambda v: v.__setitem__(6, [["org", "org"], 9, 0, 0, 0, 0, -1]),
    lambda v: v.__setitem__(6, [["staff:lin"], 9, 0, 0, 0, 0, -1]),
    lambda v: v.__setitem__(5, ["org"] * 3),
    lambda v: v.__setitem__(5, ["\ud800"]),
]


@pytest.mark.parametrize("nth", range(len(ODD)))
async def test_a_cursor_of_any_numbers_leads_to_the_same_rows_and_never_to_an_error(
    phone_of: PhoneOf, nth: int
) -> None:
    wu = await phone_of("wu")
    whole = await Holder(wu).pull()
    assert wu.cursor
    values = json.loads(base64.urlsafe_b64decode(wu.cursor + "=" * (-len(wu.cursor) % 4)))
    values += [None] * (7 - len(values))
    ODD[nth](values)
    held = Holder(wu)
    held.rows = dict(whole.rows)
    wu.cursor = cursor_text(values)
    await held.pull()
    assert held.rows == whole.rows


async def test_an_empty_cursor_is_none_of_ours(phone_of: PhoneOf) -> None:
    wu = await phone_of("wu")
    wu.cursor = ""
    first, *_ = await wu.pull()
    assert first["resync"] is True
