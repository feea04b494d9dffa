"""Frames: lines of a pull that a phone takes over whole (laws 26 and 32)."""

from typing import Any, NamedTuple

import msgspec

from server.exchange.feed import Reader
from sync import Cursor, Digest, encode_cursor

_json = msgspec.json.encode


class Lines(NamedTuple):
    """Frames, the cursor behind them, and whether it is at the head."""

    lines: list[bytes]
    cursor: Cursor
    at_head: bool = False


def frame(
    reader: Reader,
    cursor: Cursor,
    rows: bytes = b"",
    gone: bytes = b"",
    *,
    extra: dict[str, Any],
) -> bytes:
    return b'{"s":%b,"rows":[%b],"gone":[%b],"cursor":"%b"%b}\n' % (
        _json(reader.scopes),
        rows,
        gone,
        encode_cursor(cursor).encode(),
        b"".join(b',"%b":%b' % (k.encode(), _json(v)) for k, v in extra.items()),
    )


def head_frame(
    reader: Reader, cursor: Cursor, held: dict[str, Digest] | None, opening: dict[str, Any]
) -> bytes:
    """The frame at the head, with the digests of its snapshot; an idle pull has none to tell."""
    cursor = msgspec.structs.replace(cursor, told=True)
    extra = {**opening, "head": True}
    if held is not None:
        extra["digest"] = {scope: held.get(scope, Digest()) for scope in reader.scopes}
    return frame(reader, cursor, extra=extra)
