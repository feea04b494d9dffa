"""Envelopes and their limits (laws 1, 2, 4), canonical bytes and derived ids."""

from __future__ import annotations

import gzip
import json
import math
import uuid
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import (
    PUSH_BYTES,
    Malformed,
    NewerSchema,
    Operation,
    TooLarge,
    canonical,
    decode_push,
    derive_id,
    inflate,
    operation_hash,
)
from sync.wire import ENVELOPE_DEPTH, FIELD_DEPTH, PUSH_INFLATED_BYTES, find_fault


def operation(n: int, **other: Any) -> dict[str, Any]:
    return {"n": n, "e": "visit", "i": "x", "f": {}, "t": 1, **other}


def envelope(*units: list[dict[str, Any]], **other: Any) -> bytes:
    base = {"v": 1, "schema": 1, "device": "d", "sent_at": 5, "units": units}
    return json.dumps({**base, **other}).encode()


def units_of(*sizes: int) -> list[list[dict[str, Any]]]:
    numbers = iter(range(1, sum(sizes) + 1))
    return [[operation(next(numbers)) for _ in range(size)] for size in sizes]


@pytest.mark.parametrize("sizes", [[], [1], [64, 64], [1] * 2000])
def test_units_within_the_limits_are_read(sizes: list[int]) -> None:
    assert [len(unit) for unit in decode_push(envelope(*units_of(*sizes))).units] == sizes


@pytest.mark.parametrize(("sizes", "limit"), [([65], "unit"), ([1] * 2001, "operations")])
def test_units_over_the_limits_are_too_large(sizes: list[int], limit: str) -> None:
    with pytest.raises(TooLarge) as error:
        decode_push(envelope(*units_of(*sizes)))
    assert error.value.limit == limit


def test_an_empty_unit_is_malformed() -> None:
    with pytest.raises(Malformed):
        decode_push(envelope([]))


@pytest.mark.parametrize("numbers", [[1, 3], [2, 1], [1, 1], [0, 1], [-1, 0]])
def test_numbers_that_do_not_follow_each_other_are_malformed(numbers: list[int]) -> None:
    with pytest.raises(Malformed):
        decode_push(envelope(*[[operation(n)] for n in numbers]))
    with pytest.raises(Malformed):
        decode_push(envelope([operation(n) for n in numbers]))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"push"',
        envelope([operation(1, f={"a": math.nan})]),
        envelope([operation(1, f={"a": math.inf})]),
        envelope([operation(1, f={"a": "cut"})])[:-1],
        envelope([operation(1, f={"a": "\x00"})]).replace(rb"\u0000", b"\x00"),
        envelope([operation(1, f={"a": "?"})]).replace(b"?", b"\xff"),
        envelope([operation(1, f={"a": "?"})]).replace(b"?", b"\xed\xa0\x80"),
        envelope([operation(1, f={"a": 1})]).replace(
            b'"a": 1', b'"a": ' + b"[" * 3000 + b"]" * 3000
        ),
        envelope([operation(1, f={"a": 1})]).replace(b'"a": 1', b'"a": ' + b"[" * 40 + b"]" * 40),
        envelope([operation(1, surprise=1)]),
        envelope([operation(1, t=1.5)]),
        envelope([operation(1, t=1 << 60)]),
        envelope([operation(1, b=1 << 80)]),
        envelope([operation(1, i="x" * 65)]),
        envelope([operation(1)], surprise=1),
        envelope([operation(1)], sent_at=None),
        envelope([operation(1)], device=7),
        envelope([operation(1)], v=0),
        envelope([operation(1)], v=-1),
    ],
    ids=range(23),
)
def test_what_is_not_this_protocol_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode_push(body)


def nested(depth: int) -> dict[str, Any]:
    """Fields whose deepest list is the `depth`-th holder, the fields themselves the first."""
    value: Any = 1
    for _ in range(depth - 1):
        value = [value]
    return {"a": value}


def test_fields_may_nest_six_deep_and_no_envelope_is_walked_below_thirty_two() -> None:
    assert find_fault(nested(FIELD_DEPTH)) is None
    assert find_fault(nested(FIELD_DEPTH + 1)) == "invalid"
    decode_push(envelope([operation(1, f=nested(ENVELOPE_DEPTH))]))
    with pytest.raises(Malformed):
        decode_push(envelope([operation(1, f=nested(ENVELOPE_DEPTH + 1))]))


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("a\0b", "invalid"),
        (r"a\u0000b", None),
        ({"a\0b": 1}, "invalid"),
        ([2**53 - 1, 1 - 2**53], None),
        (2**53, "invalid"),
        ([-(2**53)], "invalid"),
        ("x" * 65_528, None),
        ("x" * 65_529, "too_large"),
        (1e300, None),
    ],
)
def test_what_no_row_may_hold_is_found(value: Any, fault: str | None) -> None:
    assert find_fault({"a": value}) == fault


@pytest.mark.parametrize("newer", [{"schema": 2}, {"v": 2}])
def test_a_newer_phone_is_told_to_wait_whatever_else_it_says(newer: dict[str, int]) -> None:
    with pytest.raises(NewerSchema):
        decode_push(envelope([operation(9)], [operation(3)], **newer))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"a\udc00b"', "a\ufffdb"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (r'"\\ud83d\ud800"', "\\ud83d\ufffd"),
        (r'"\ud83d\ude00\ude00"', "😀\ufffd"),
    ],
)
def test_half_a_surrogate_pair_is_mended_rather_than_locking_the_phone_out(
    sent: str, read: str
) -> None:
    body = envelope([operation(1, f={"a": "HERE"})]).replace(b'"HERE"', sent.encode())
    assert decode_push(body).units[0][0].f == {"a": read}


# Gzip


def test_a_push_is_inflated() -> None:
    assert inflate(gzip.compress(b"x" * 1000)) == b"x" * 1000


def test_a_gzip_bomb_is_stopped_at_the_cap() -> None:
    with pytest.raises(TooLarge):
        inflate(gzip.compress(b"0" * (PUSH_INFLATED_BYTES + 1)))
    assert len(inflate(gzip.compress(b"0" * PUSH_INFLATED_BYTES))) == PUSH_INFLATED_BYTES
    assert len(gzip.compress(b"0" * 50_000_000)) < PUSH_BYTES


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain",
        zlib.compress(b"zlib"),
        gzip.compress(b"one") + gzip.compress(b"two"),
        gzip.compress(b"one") + b"trailing",
        gzip.compress(b"one")[:-1],
    ],
    ids=["empty", "plain", "zlib", "two members", "trailing", "no end"],
)
def test_a_body_that_is_not_one_whole_gzip_member_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        inflate(body)


def test_a_gzip_body_cut_at_any_byte_is_malformed() -> None:
    whole = gzip.compress(envelope(*units_of(2, 1)))
    for cut in range(len(whole)):
        with pytest.raises(Malformed):
            inflate(whole[:cut])


def test_a_gzip_body_with_a_wrong_checksum_is_malformed() -> None:
    whole = bytearray(gzip.compress(b"content"))
    whole[-5] ^= 1
    with pytest.raises(Malformed):
        inflate(bytes(whole))


# Canonical JSON

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_canonical_bytes_read_back_as_the_value_and_are_stable(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text, parse_int=float) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(texts, st.integers(0, 9), min_size=2), st.randoms())
def test_the_order_in_which_keys_were_written_does_not_matter(
    fields: dict[str, int], random: Any
) -> None:
    keys = list(fields)
    random.shuffle(keys)
    assert canonical({key: fields[key] for key in keys}) == canonical(fields)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (1e16, "10000000000000000"),
        (1e20, "100000000000000000000"),
        (2.0**69, "590295810358705700000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e300, "1.5e+300"),
        (5e-324, "5e-324"),
        (-31.230416, "-31.230416"),
    ],
)
def test_numbers_are_spelled_as_ecmascript_spells_them(value: float, text: str) -> None:
    assert canonical(value).decode() == text
    assert canonical({"a": [value]}).decode() == f'{{"a":[{text}]}}'


def test_the_hash_names_everything_but_the_number() -> None:
    base: dict[str, Any] = {"n": 1, "e": "visit", "i": "x", "f": {"a": 1}, "t": 5, "b": 2, "x": "c"}
    others: list[dict[str, Any]] = [
        {"e": "y"},
        {"i": "y"},
        {"f": {"a": 2}},
        {"t": 6},
        {"b": None},
        {"x": None},
    ]
    hashes = {operation_hash(Operation(**{**base, **other})) for other in [{}, *others]}
    assert len(hashes) == len(others) + 1
    assert operation_hash(Operation(**{**base, "n": 2})) in hashes


# Ids


@given(st.lists(texts, min_size=1, max_size=3))
def test_a_derived_id_is_a_uuid_of_version_8(parts: list[str]) -> None:
    id = derive_id(*parts)
    read = uuid.UUID(id)
    assert (str(read), read.version, read.variant) == (id, 8, uuid.RFC_4122)
    assert derive_id(*parts) == id


def test_numbers_and_their_text_derive_alike() -> None:
    assert derive_id("refusal", "d", 7) == derive_id("refusal", "d", "7")
    assert derive_id("refusal", "d", 7) != derive_id("refusal", "d", 8)
