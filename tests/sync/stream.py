"""The model's answer to a pull: frames read one snapshot after another, as the server does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from sync import PARTS, Backfill, Cursor, Digest, decode_cursor, encode_cursor, plan_pull
from tests.sync.organisation import Organisation, Person

FRAME = 4
PAGE = 3 * FRAME


class Frame(msgspec.Struct):
    """`rows`: (entity, id, version, root, scopes, body); `gone`: (scope, id)."""

    cursor: str
    rows: list[tuple[str, str, int, str, list[str], dict[str, Any]]]
    gone: list[tuple[str, str]]
    dropped: list[str] = msgspec.field(default_factory=list)
    resync: bool = False
    digest: dict[str, Digest] | None = None


def pull(
    organisation: Organisation, person: Person, device: str, given: str | None
) -> Iterator[Frame]:
    """Frames up to the head. The organisation may change between two of them."""
    scopes = list(person.scopes)
    rights = Cursor("life", "acme", person.staff_id, device, 0, scopes)
    plan = plan_pull(decode_cursor(given) if given else None, rights, organisation.head)
    cursor, dropped, resync = plan.cursor, plan.dropped, plan.resync
    while True:
        frames, cursor, is_at_head = read_snapshot(organisation, cursor, scopes)
        frames[0].dropped, frames[0].resync = dropped, resync
        dropped, resync = [], False
        yield from frames
        if is_at_head:
            return


def read_snapshot(
    organisation: Organisation, cursor: Cursor, scopes: list[str]
) -> tuple[list[Frame], Cursor, bool]:
    if cursor.backfill is not None:
        frames, cursor = read_backfill(organisation, cursor, cursor.backfill, scopes)
        return frames, cursor, False
    return read_tail(organisation, cursor, scopes)


def read_backfill(
    organisation: Organisation, cursor: Cursor, backfill: Backfill, scopes: list[str]
) -> tuple[list[Frame], Cursor]:
    found = [
        (seq, id)
        for seq, id in entries(organisation, backfill.scopes, backfill.after)
        if seq <= backfill.until and organisation.row(id).part == backfill.part
    ]
    page = found[:FRAME]
    if len(found) > FRAME:
        rest = msgspec.structs.replace(backfill, after=page[-1][0])
        cursor = msgspec.structs.replace(cursor, backfill=rest)
    elif backfill.part < PARTS[-1]:
        rest = msgspec.structs.replace(backfill, part=backfill.part + 1, after=0)
        cursor = msgspec.structs.replace(cursor, backfill=rest)
    else:
        cursor = msgspec.structs.replace(cursor, backfill=None)
    return [make_frame(organisation, cursor, page, scopes)], cursor


def read_tail(
    organisation: Organisation, cursor: Cursor, scopes: list[str]
) -> tuple[list[Frame], Cursor, bool]:
    """Up to PAGE changes; the frame that reaches the head carries the digests."""
    after = cursor.seq
    evicted = [
        (seq, id, scope)
        for (scope, id), (_, seq) in organisation.evictions.items()
        if scope in scopes and seq > after
    ]
    puts = [(seq, id, "") for seq, id in entries(organisation, scopes, after)]
    changes = sorted([*puts, *evicted])
    numbers = list(dict.fromkeys(seq for seq, _, _ in changes))
    is_at_head = len(numbers) <= PAGE
    frames = []
    for chunk in chunks(iter(numbers[:PAGE])):
        cursor = msgspec.structs.replace(cursor, seq=chunk[-1])
        inside = [change for change in changes if chunk[0] <= change[0] <= chunk[-1]]
        frame = make_frame(organisation, cursor, [c[:2] for c in inside if not c[2]], scopes)
        frame.gone = [(scope, id) for _, id, scope in inside if scope]
        frames.append(frame)
    if is_at_head:
        cursor = msgspec.structs.replace(cursor, seq=organisation.head)
        frames.append(make_frame(organisation, cursor, [], scopes))
        frames[-1].digest = {s: organisation.digests.get(s, Digest()) for s in scopes}
    return frames, cursor, is_at_head


def chunks(numbers: Iterator[int]) -> Iterator[list[int]]:
    while chunk := list(islice(numbers, FRAME)):
        yield chunk


def entries(organisation: Organisation, scopes: list[str], after: int) -> list[tuple[int, str]]:
    """(seq, id) of rows in these scopes changed since `after`. A feed is ordered by number."""
    found: dict[int, str] = {}
    for scope in scopes:
        for id, seq in reversed(organisation.feed.get(scope, {}).items()):
            if seq <= after:
                break
            found[seq] = id
    return sorted(found.items())


def make_frame(
    organisation: Organisation, cursor: Cursor, page: list[tuple[int, str]], scopes: list[str]
) -> Frame:
    rows = []
    for _, id in page:
        row = organisation.row(id)
        mine = [scope for scope in row.scopes if scope in scopes]
        rows.append((row.entity, row.id, row.seq, row.root, mine, row.body))
    return Frame(encode_cursor(cursor), rows, [])
