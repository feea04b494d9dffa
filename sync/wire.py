"""Messages: what a push carries, its limits, and the hash that names an operation's content."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from sync.errors import Malformed, NewerSchema, TooLarge
from sync.once import once
from sync.versions import RELEASED, Versions

PROTOCOL = 1
UNIT_OPERATIONS = 64
PUSH_OPERATIONS = 2_000
PUSH_BYTES = 256 * 1024
"""A push as it travels, compressed or not."""
PUSH_INFLATED_BYTES = 8 * 1024 * 1024
OPERATION_BYTES = 64 * 1024
"""The fields of one operation, as JSON without spaces."""
FIELD_DEPTH = 6
"""How deep objects and lists may nest in the fields, the fields themselves included."""
ENVELOPE_DEPTH = 32
"""Fields that nest deeper than this make the whole push malformed: nobody walks into them."""
NAME_CHARACTERS = 64
INTEGER = (1 << 53) - 1
"""The largest integer that every language reads alike."""
HASH_BYTES = 8

Integer = Annotated[int, msgspec.Meta(ge=-INTEGER, le=INTEGER)]
Name = Annotated[str, msgspec.Meta(max_length=NAME_CHARACTERS)]
FaultCode = Literal["invalid", "too_large"]


class Operation(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """One change made on a device. `n` seq, `e` entity, `i` id, `f` fields, `t` captured_at (ms),
    `b` base (its presence makes a patch), `x` the conflict it restores."""

    n: Integer
    e: Name
    i: Name
    f: dict[str, Any]
    t: Integer
    b: Integer | None = None
    x: Name | None = None

    @once
    def kinds(self) -> set[type]:
        """What kinds of values the fields have: where all are texts nothing can hide in them."""
        return set(map(type, self.f.values()))

    @once
    def content(self) -> bytes:
        """Canonical JSON of [e, i, b, t, f, x]."""
        whole = [self.e, self.i, self.b, self.t, self.f, self.x]
        return _hashable.encode(whole) if self.kinds.isdisjoint(_SPELT) else canonical(whole)

    @once
    def sent(self) -> bytes:
        """The content as the phone holds it: another one where an older schema was raised."""
        return self.content

    @once
    def fault(self) -> FaultCode | None:
        """What keeps the fields out of any row, whatever its shape."""
        return find_fault(self.f, self.content, self.kinds)


class Push(msgspec.Struct, forbid_unknown_fields=True):
    """An envelope of units. `sent_at` and `contact_at` are ms; `contact_at` is the server's own
    time at the device's previous contact, as the phone remembers it. `more`: units wait behind."""

    v: int
    schema: int
    device: str
    sent_at: Integer
    units: list[list[Operation]]
    contact_at: Integer | None = None
    more: bool = False


class Refused(msgspec.Struct, omit_defaults=True, tag_field="o", tag="refused"):
    """Not applied; the payload is kept. `code` is stable, the rest is what the author may know."""

    n: int
    code: str
    field: str | None = None
    who: str | None = None
    when: int | None = None


class Merged(msgspec.Struct, tag_field="o", tag="merged"):
    """Applied, and values of these fields were kept aside."""

    n: int
    fields: list[str]


class Duplicate(msgspec.Struct, tag_field="o", tag="duplicate"):
    """Became part of the record `of`."""

    n: int
    of: str


class Mismatch(msgspec.Struct, omit_defaults=True, tag_field="o", tag="mismatch"):
    """The number was used before for other content; nothing was done. `known`: this content was
    judged before, under another number of the same person."""

    n: int
    known: bool = False


Exceptional = Refused | Merged | Duplicate | Mismatch


class PushAnswer(msgspec.Struct, omit_defaults=True):
    """What became of a push. `done` is [first, count]; all in it that `except` leaves out was
    applied. `next` is the number the server expects; `gap` says it did not get it; `revoked` why
    the device must be wiped when everything has left it."""

    v: int
    now: int
    next: int
    done: tuple[int, int]
    contact_at: int
    exceptions: list[Exceptional] = msgspec.field(name="except", default_factory=list)
    gap: bool = False
    revoked: str | None = None


_push = msgspec.json.Decoder(Push)
_plain = msgspec.json.Encoder()
_hashable = msgspec.json.Encoder(order="sorted")


def inflate(body: bytes, allowed: int = PUSH_INFLATED_BYTES) -> bytes:
    """Gunzip one member (RFC 1952), never holding more than `allowed` bytes."""
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, allowed)
    except zlib.error as error:
        raise Malformed("not gzip") from error
    if stream.unconsumed_tail or not stream.eof:
        raise TooLarge("inflated", allowed) if stream.unconsumed_tail else Malformed("cut gzip")
    if stream.unused_data:
        raise Malformed("more than one gzip member")
    return plain


def decode_push(body: bytes, versions: Versions = RELEASED) -> Push:
    """Decode and check an envelope; Malformed, TooLarge or NewerSchema say why not."""
    try:
        push = decode_mended(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from error
    if push.v > PROTOCOL or push.schema > versions.newest:
        raise NewerSchema
    if push.v < 1:
        raise Malformed(f"protocol {push.v} was never released")
    check_shape(push)
    return versions.raised(push)


def decode_mended(body: bytes) -> Push:
    """A text cut through an emoji holds half a surrogate pair. It becomes U+FFFD, as decoders
    have it, rather than a push that can never be sent."""
    try:
        return _push.decode(body)
    except msgspec.DecodeError:
        mended = _ESCAPE.sub(mend_escape, body)
        if mended == body:
            raise
    return _push.decode(mended)


_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


def mend_escape(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["lone"] else escape[0]


def check_shape(push: Push) -> None:
    """Units of 1 to 64 operations, contiguous numbers from the first one on, at most 2,000."""
    expected = push.units[0][0].n if push.units and push.units[0] else 1
    if expected < 1:
        raise Malformed("numbers begin at 1")
    total = 0
    for unit in push.units:
        if not unit:
            raise Malformed("an empty unit")
        if len(unit) > UNIT_OPERATIONS:
            raise TooLarge("unit", UNIT_OPERATIONS)
        total += len(unit)
        for operation in unit:
            if operation.n != expected:
                raise Malformed(f"number {operation.n} where {expected} should be")
            if not (
                operation.kinds.isdisjoint(_HOLDERS) or is_shallow(operation.f, ENVELOPE_DEPTH)
            ):
                raise Malformed(f"fields of {operation.n} nest too deep")
            expected += 1
    if total > PUSH_OPERATIONS:
        raise TooLarge("operations", PUSH_OPERATIONS)


def is_name(text: str) -> bool:
    """Whether this could name a row: nothing else is looked up."""
    return 0 < len(text) <= NAME_CHARACTERS and text.isascii() and text.isprintable()


_HOLDERS = frozenset({dict, list, tuple})
_SPELT = _HOLDERS | {float}
"""Kinds of values whose canonical JSON may not be the fast encoder's."""
_CHECKED = _HOLDERS | {int}
"""Kinds of values that may be unsound whatever their JSON looks like."""


def find_fault(
    fields: dict[str, Any], text: bytes | None = None, kinds: Iterable[type] | None = None
) -> FaultCode | None:
    """What keeps these fields out of any row, whatever its shape. `text` is JSON that holds them.

    Texts are searched for NUL all at once, in the JSON: most fields are texts.
    """
    text = text or _plain.encode(fields)
    kinds = kinds or map(type, fields.values())
    is_suspect = rb"\u0000" in text or not _CHECKED.isdisjoint(kinds)
    if is_suspect and not is_sound(fields, FIELD_DEPTH):
        return "invalid"
    is_long = len(text) > OPERATION_BYTES and len(_plain.encode(fields)) > OPERATION_BYTES
    return "too_large" if is_long else None


def is_shallow(holder: dict[str, Any] | list[Any], depth: int) -> bool:
    for each in holder.values() if isinstance(holder, dict) else holder:
        if type(each) in _HOLDERS and (depth == 1 or not is_shallow(each, depth - 1)):
            return False
    return True


def is_sound(value: Any, depth: int) -> bool:
    """No deeper than `depth`, no NUL in a text, no integer that a phone would read otherwise."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, int):
        return -INTEGER <= value <= INTEGER
    if isinstance(value, dict):
        return depth > 0 and all(is_sound(v, depth - 1) for pair in value.items() for v in pair)
    if isinstance(value, list):
        return depth > 0 and all(is_sound(each, depth - 1) for each in value)
    return True


def operation_hash(operation: Operation) -> bytes:
    """Eight bytes that name an operation's content; its number is not part of it."""
    return hashlib.sha256(operation.sent).digest()[:HASH_BYTES]


# Canonical JSON


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8, numbers as ECMAScript writes them: the same bytes
    in every language."""
    text = _hashable.encode(value)
    is_odd = holds_float((value,)) and _ODD_NUMBER.search(text)
    return spell(value).encode() if is_odd else text


_ODD_NUMBER = re.compile(rb"(?:\.0|[0-9]e-?[0-9]+)(?:[,\]}]|$)")
"""Where the fast encoder's numbers may differ from ECMAScript's (or a text looks as if)."""


def holds_float(holder: Iterable[Any]) -> bool:
    for each in holder.values() if isinstance(holder, dict) else holder:
        kind = type(each)
        if kind is float or (kind in _HOLDERS and holds_float(each)):
            return True
    return False


def spell(value: Any) -> str:
    if isinstance(value, float):
        return spell_number(value)
    if isinstance(value, dict):
        pairs = (f"{_text(key)}:{spell(value[key])}" for key in sorted(value))
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(spell, value)) + "]"
    return _text(value)


def _text(value: Any) -> str:
    return _hashable.encode(value).decode()


def spell_number(value: float) -> str:
    """Number::toString of ECMA-262: the shortest digits; plain from 1e-6 up to 1e21."""
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        plain = format(Decimal(repr(value)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits, _, exponent = repr(value).partition("e")
    return f"{digits}e{int(exponent):+d}"
