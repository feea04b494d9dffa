"""The committed vectors are what the code says: other implementations are held to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vectors.write import FOLDER, text_of, vectors

VECTORS = vectors()


@pytest.mark.parametrize("name", VECTORS)
def test_the_code_still_agrees_with_the_committed_vectors(name: str) -> None:
    committed = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert committed == text_of(VECTORS[name]), "run `python -m tests.vectors.write` if it is meant"


def committed(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def test_canonical_texts_are_json_for_their_values() -> None:
    for case in committed("canonical"):
        assert json.loads(case["text"], parse_int=float) == case["value"]


def test_fields_in_another_order_have_the_same_hash() -> None:
    cases = committed("operation_hash")
    assert cases[0]["hash"] == cases[1]["hash"]
    assert len({case["hash"] for case in cases}) == len(cases) - 1


def test_no_time_is_later_than_its_receipt_unless_the_edit_saw_a_later_one() -> None:
    for case in committed("effective_time"):
        assert case["effective"] <= max(case["received_at"], case["after"] + 1)
