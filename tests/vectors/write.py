"""Writes the vectors of this folder: `python -m tests.vectors.write`. They are frozen: a change in
one is a change of the protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from sync import (
    Operation,
    Row,
    Stamp,
    Timing,
    canonical,
    derive_id,
    digest_of,
    effective_time,
    operation_hash,
)
from sync.merge import element_key, merge_first, merge_register, merge_set

FOLDER = Path(__file__).parent
NOON = 1_767_240_000_000
HOUR = 3_600_000
DAY = 24 * HOUR
ID = "019b77e6-2c00-7a3b-8c4d-5e6f708192a3"
OTHER_ID = "019b77e6-2c01-7a3b-8c4d-5e6f708192a4"

CANONICAL: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    9007199254740991,
    -9007199254740991,
    1.0,
    -0.0,
    0.1,
    -31.230416,
    121.473701,
    1e-6,
    1e-7,
    1.5e300,
    1e16,
    1e20,
    1e21,
    2.0**69,
    5e-324,
    "",
    "张伟 13800138000",
    'quote " backslash \\ slash / tab \t line \n return \r',
    "\x01\x1f\x7f\b\f",
    "😀 \u2028 \u2029 \ufeff é e\u0301",
    [],
    {},
    [[], {}, [None]],
    {"b": 1, "a": 2, "Z": 3, "": 4, "10": 5, "9": 6},
    {"中": 1, "é": 2, "😀": 3, "\uffee": 4, "a": 5},
    {"name": "王丽", "tags": {"add": ["老客户"], "remove": []}, "at": {"lat": 31.2, "lng": 121.0}},
]

OPERATIONS: list[Operation] = [
    Operation(n=1, e="customer", i=ID, f={"name": "张伟", "phone": "13800138000"}, t=NOON),
    Operation(n=2, e="customer", i=ID, f={"phone": "13800138000", "name": "张伟"}, t=NOON),
    Operation(n=3, e="customer", i=ID, f={"tags": {"add": ["老客户"]}}, t=NOON + 1, b=17),
    Operation(n=4, e="customer", i=ID, f={"name": "张炜"}, t=NOON + 2, b=0, x=OTHER_ID),
    Operation(n=5, e="comment", i=OTHER_ID, f={"customer_id": ID, "text": "😀\n"}, t=-1),
    Operation(n=6, e="visit", i=OTHER_ID, f={"lat": 31.0, "lng": -121.5, "accuracy_m": 1e-6}, t=0),
    Operation(n=7, e="x", i="y", f={}, t=0),
]

DIGESTS: list[list[tuple[str, str, int]]] = [
    [],
    [("customer", ID, 1)],
    [("customer", ID, 2)],
    [("customer", ID, 1), ("follow_up", OTHER_ID, 2)],
    [("follow_up", OTHER_ID, 2), ("customer", ID, 1)],
    [("customer", derive_id("digest", n), 9007199254740991 - n) for n in range(64)],
]

READINGS: list[tuple[int, Timing, int]] = [
    (NOON - HOUR, Timing(NOON, NOON, None, None), 0),
    (NOON - HOUR, Timing(NOON, NOON, NOON - DAY, 0), 0),
    (NOON + 3 * DAY - HOUR, Timing(NOON, NOON + 3 * DAY, NOON - DAY, -3 * DAY), 0),
    (NOON - 3 * DAY - HOUR, Timing(NOON, NOON - 3 * DAY, NOON - DAY, 3 * DAY), 0),
    (NOON + 1, Timing(NOON, NOON, NOON - DAY, 0), 0),
    (NOON + 1, Timing(NOON, NOON, None, None), 0),
    (NOON - HOUR, Timing(NOON, NOON, NOON - DAY, 5_000), 0),
    (NOON - HOUR, Timing(NOON, NOON, NOON - DAY, 5_001), 0),
    (NOON - HOUR, Timing(NOON, NOON, NOON - DAY, -5_001), 0),
    (NOON - 2 * DAY, Timing(NOON, NOON, NOON - DAY, 3 * DAY), 0),
    (NOON - HOUR, Timing(NOON, NOON, None, 3 * DAY), 0),
    (NOON - HOUR, Timing(NOON, NOON, NOON - DAY, 0), NOON - HOUR),
    (NOON - HOUR, Timing(NOON, NOON, NOON - DAY, 0), NOON + DAY),
    (0, Timing(NOON, HOUR, NOON - DAY, NOON - HOUR), 0),
]

IDS: list[list[str | int]] = [
    [""],
    ["refusal", "019b77e6-0000-7000-8000-000000000001", 7],
    ["refusal", "019b77e6-0000-7000-8000-000000000001", "7"],
    ["conflict", "019b77e6-0000-7000-8000-000000000001", 7, "name"],
    ["张伟", "😀"],
    ["a\nb"],
    ["a", "b"],
]


def stamp_of(values: list[Any]) -> Stamp:
    return Stamp(values[0], values[1], values[2], None)


def make_row(value: Any, stamp: list[Any], added: list[list[Any]] | None = None) -> Row:
    """A row with one field `f`. `added`: [element, version, at, device] of each later addition."""
    stamps = {"f": stamp_of(stamp)}
    for element, *rest in added or []:
        stamps[element_key("f", element, rest[2])] = stamp_of(rest)
    body = {"f": value}
    return Row(
        id="r", entity="e", root="r", body=body, at=0, captured_at=0, received_at=0, stamps=stamps
    )


def merge_single(case: dict[str, Any]) -> dict[str, Any]:
    merge = merge_first if case["policy"] == "first" else merge_register
    patch = case["patch"]
    incoming = Stamp(0, patch["at"], patch["device"], None)
    row = make_row(case["held"]["value"], case["held"]["stamp"])
    change = merge(row, "f", patch["value"], patch["base"], incoming)
    if change is None:
        return {"value": case["held"]["value"], "at": row.stamp("f").at, "kept": None}
    kept = change.kept
    aside = {"value": kept.value, "concurrent": kept.concurrent} if kept else None
    return {"value": change.value, "at": change.stamp.at, "kept": aside}


def merge_elements(case: dict[str, Any]) -> dict[str, Any]:
    held, patch = case["held"], case["patch"]
    row = make_row(held["value"], held["stamp"], held["added"])
    incoming = Stamp(0, patch["at"], patch["device"], None)
    change = merge_set(row, "f", patch["add"], patch["remove"], patch["base"], incoming)
    return {"value": change.elements, "removed": sorted(change.removed)}


def single(policy: str, value: Any, stamp: list[Any], *patch: Any) -> dict[str, Any]:
    names = ("value", "base", "at", "device")
    case = {
        "policy": policy,
        "held": {"value": value, "stamp": stamp},
        "patch": dict(zip(names, patch, strict=True)),
    }
    return {**case, "result": merge_single(case)}


def elements(value: list[str], added: list[list[Any]], *patch: Any) -> dict[str, Any]:
    names = ("add", "remove", "base", "at", "device")
    case = {
        "policy": "set",
        "held": {"value": value, "stamp": [1, 100, "a"], "added": added},
        "patch": dict(zip(names, patch, strict=True)),
    }
    return {**case, "result": merge_elements(case)}


def merges() -> list[dict[str, Any]]:
    return [
        single("register", "old", [5, 100, "a"], "new", 5, 200, "b"),
        single("register", "old", [5, 100, "a"], "new", 5, 50, "b"),
        single("register", "old", [5, 100, "a"], "new", 4, 200, "b"),
        single("register", "old", [5, 100, "a"], "new", 4, 50, "b"),
        single("register", "old", [5, 100, "a"], "new", 4, 100, "b"),
        single("register", "old", [5, 100, "c"], "new", 4, 100, "b"),
        single("register", "old", [5, 100, "b"], "new", 4, 50, "b"),
        single("register", "same", [5, 100, "a"], "same", 4, 200, "b"),
        single("register", "same", [5, 100, "a"], "same", 4, 50, "b"),
        single("register", None, [5, 100, "a"], "new", 0, 50, "b"),
        single("first", "held", [5, 100, "a"], "new", 4, 50, "b"),
        single("first", "held", [5, 100, "a"], "new", 5, 200, "b"),
        single("first", "held", [5, 100, "a"], "held", 4, 50, "b"),
        single("first", "", [5, 100, "a"], "new", 4, 50, "b"),
        single("first", None, [5, 100, "a"], "new", 4, 50, "b"),
        elements(["x"], [], ["y"], [], 1, 200, "b"),
        elements(["x"], [], [], ["x"], 1, 200, "b"),
        elements(["x"], [], [], ["x"], 0, 200, "b"),
        elements(["x"], [["x", 7, 150, "a"]], [], ["x"], 6, 200, "b"),
        elements(["x"], [["x", 7, 150, "a"]], [], ["x"], 7, 200, "b"),
        elements(["x"], [["x", 7, 150, "b"]], [], ["x"], 1, 200, "b"),
        elements(["x"], [["x", 7, 150, "b"], ["x", 8, 160, "c"]], [], ["x"], 7, 200, "b"),
        elements(["x", "y"], [], ["x"], ["x", "y"], 1, 200, "b"),
        elements(["x"], [], [], ["z"], 1, 200, "b"),
    ]


def times() -> list[dict[str, Any]]:
    return [
        {
            "captured_at": captured,
            "received_at": timing.received_at,
            "sent_at": timing.sent_at,
            "contact_at": timing.contact_at,
            "last_skew": timing.last_skew,
            "after": after,
            "effective": effective_time(captured, timing, after),
        }
        for captured, timing, after in READINGS
    ]


def vectors() -> dict[str, list[Any]]:
    """Every file of this folder by name; `phone.json` has its own writer."""
    return {
        "canonical": [{"value": value, "text": canonical(value).decode()} for value in CANONICAL],
        "operation_hash": [
            {"operation": msgspec.to_builtins(each), "hash": operation_hash(each).hex()}
            for each in OPERATIONS
        ],
        "digest": [{"rows": rows, "digest": digest_of(rows)} for rows in DIGESTS],
        "effective_time": times(),
        "merge": merges(),
        "derive_id": [{"parts": parts, "id": derive_id(*parts)} for parts in IDS],
    }


def text_of(cases: list[Any]) -> str:
    """One case a line, so that a change is read at a glance."""
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    return f"[\n{lines}\n]\n"


def main() -> None:
    for name, cases in vectors().items():
        (FOLDER / f"{name}.json").write_text(text_of(cases), encoding="utf-8")


if __name__ == "__main__":
    main()
