"""Where a reader stands in the feed (law 27)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec

from sync.errors import ForeignCursor
from sync.wire import INTEGER

PARTS = (0, 1, 2)
FRAME_BYTES = 64 * 1024


Number = Annotated[int, msgspec.Meta(ge=0, le=INTEGER)]
"""Anybody can write a cursor; what no database could hold makes it a foreign one."""
Part = Annotated[int, msgspec.Meta(ge=PARTS[0], le=PARTS[-1])]


class Backfill(msgspec.Struct, array_like=True):
    """How far the rows of newly granted scopes have been sent.

    Rows of `scopes` numbered up to `until` go out by part, then scope by scope, then by number; the
    `nth` scope's turn leaves out what lies in one before it. What is changed meanwhile is numbered
    above `until` and comes with the tail.
    """

    scopes: list[str]
    until: Number
    part: Part
    nth: Number
    after: Number
    sent: Number
    total: Annotated[int, msgspec.Meta(ge=-1, le=INTEGER)]


class Cursor(msgspec.Struct, array_like=True):
    """Opaque to the phone. `seq`: every change up to it has been sent for `scopes`; `told`: and the
    digests there with it."""

    epoch: str
    org: str
    person: str
    device: str
    seq: Number
    scopes: list[str]
    backfill: Backfill | None = None
    told: bool = False


_decoder = msgspec.json.Decoder(Cursor)


def encode_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """The cursor, or ForeignCursor where it is none of ours."""
    try:
        return _decoder.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise ForeignCursor from error


class Plan(msgspec.Struct):
    """What a reader with these rights needs next."""

    cursor: Cursor
    dropped: list[str]
    resync: bool


def plan_pull(
    given: Cursor | None,
    rights: Cursor,
    head: int,
    resend: frozenset[str] = frozenset(),
    purged: int = 0,
) -> Plan:
    """Hold a cursor against the reader's present rights (a cursor with `seq` 0 and their scopes).

    Granted scopes join the backfill, scopes no longer granted are dropped, the rest goes on; a
    foreign cursor, one from the future, or one from before what was `purged` starts again.
    """
    if given is None:
        return Plan(start(rights, head), [], False)
    if not belongs(given, rights) or not purged <= given.seq <= head:
        return Plan(start(rights, head), [], True)
    held = [scope for scope in given.scopes if scope in rights.scopes and scope not in resend]
    dropped = [scope for scope in given.scopes if scope not in held]
    granted = [scope for scope in rights.scopes if scope not in held]
    if not granted and not dropped:
        return Plan(given, [], False)
    return Plan(go_on(given, rights, held, granted, head), dropped, False)


def belongs(given: Cursor, rights: Cursor) -> bool:
    """Whether this server gave this cursor to this reader, as far as that can be seen. Anybody
    can write one, so nothing it says may reach beyond the scopes that are checked."""
    owed = given.backfill.scopes if given.backfill else []
    is_whole = len(set(given.scopes)) == len(given.scopes) and len(set(owed)) == len(owed)
    return is_whole and set(owed) <= set(given.scopes) and is_theirs(given, rights)


def is_theirs(given: Cursor, rights: Cursor) -> bool:
    return (given.epoch, given.org, given.person, given.device) == (
        rights.epoch,
        rights.org,
        rights.person,
        rights.device,
    )


def start(rights: Cursor, head: int) -> Cursor:
    backfill = Backfill(list(rights.scopes), head, 0, 0, 0, 0, -1)
    return msgspec.structs.replace(rights, seq=head, backfill=backfill)


def go_on(given: Cursor, rights: Cursor, held: list[str], granted: list[str], head: int) -> Cursor:
    """Keep the tail of what is held; send what is new, and what was still owed, from the start."""
    owed = [scope for scope in given.backfill.scopes if scope in held] if given.backfill else []
    wanted = sorted({*owed, *granted})
    backfill = Backfill(wanted, head, 0, 0, 0, 0, -1) if wanted else None
    return msgspec.structs.replace(given, scopes=list(rights.scopes), backfill=backfill)
