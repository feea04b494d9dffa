"""The worked exchange of the specification is what the code computes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

import sync
from sync import Timing, decode_push, derive_id, digest_of, effective_time, operation_hash

README = (Path(sync.__file__).parent / "README.md").read_text(encoding="utf-8")
EXCHANGE = README[README.index("## 15.") :]


def pushes() -> list[sync.Push]:
    bodies = re.findall(r'^\{"v":1,"schema".*?\]\]\}$', EXCHANGE, re.M | re.S)
    return [decode_push(body.replace("\n", "").encode()) for body in bodies]


def frames() -> list[dict[str, Any]]:
    lines = re.findall(r'^\{"s":.*?\}$(?=\n(?:\{|```))', EXCHANGE, re.M | re.S)
    return [msgspec.json.decode(line.replace("\n", "")) for line in lines]


def test_the_worked_operations_have_the_hashes_that_are_told() -> None:
    first, second = pushes()
    operations = [each for push in (first, second) for unit in push.units for each in unit]
    assert [each.n for each in operations] == [1, 2, 3, 4]
    assert all(operation_hash(each).hex() in EXCHANGE for each in operations[:3])


def test_the_worked_rows_have_the_digest_that_is_told() -> None:
    rows, head = frames()
    told = head["digest"]["staff:bo"]
    assert list(digest_of([(row[0], row[1], row[2]) for row in rows["rows"]])) == told
    assert f"[{told[0]},{told[1]},{told[2]}]" in README[: README.index("## 15.")]


def test_the_worked_refusal_has_the_id_that_is_told() -> None:
    refusal = frames()[0]["rows"][2]
    assert refusal[1] == derive_id("refusal", pushes()[0].device, 3)


def test_the_worked_times_are_the_effective_ones() -> None:
    timing = Timing(1767240000000, 1767499200000, None, -259200000)
    assert effective_time(1767495600000, timing) == 1767236400000
    first = pushes()[0]
    for row in frames()[0]["rows"][:2]:
        _, at, received_at, captured_at = row[6]
        assert effective_time(captured_at, Timing(received_at, first.sent_at)) == at


def test_every_code_a_refusal_may_have_is_in_the_specification() -> None:
    source = (Path(sync.__file__).parent / "judge.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'Refusal\("(\w+)"', source))
    assert codes
    assert {code for code in codes if f"`{code}`" not in README} == set()
