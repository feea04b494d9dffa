"""Phone numbers, names, consent texts: the pure rules."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.customers import names, phone
from server.customers.consent import CURRENT, TEXTS

VECTORS = Path(__file__).parent.parent / "vectors" / "phone.json"
FROZEN = {
    "service-1": "a9ab4000ab315695",
    "service-2": "bc804545db697e27",
    "marketing-1": "98f23ced27dae985",
    "photo-1": "26a0b51f121f61a6",
}


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text()), ids=lambda each: each["raw"])
def test_the_vectors_shared_with_the_phone_hold(vector: dict[str, str | None]) -> None:
    raw = vector["raw"] or ""
    assert phone.mainland(raw) == vector["canonical"]
    assert phone.canonical(raw) == vector["number"]
    assert phone.mask(raw) == vector["masked"]


def test_one_number_typed_five_ways_is_one_number() -> None:
    typed = [
        "13800138000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "１３８００１３８０００",
        "1795113800138000",
    ]
    assert {phone.canonical(each) for each in typed} == {"+8613800138000"}


def test_numbers_of_other_places_are_read_by_their_own_rules() -> None:
    assert phone.canonical("+852 9123 4567") == "+85291234567"
    assert phone.canonical("021-58886666转801") == "+862158886666x801"


def test_a_number_nobody_can_read_is_kept_as_typed_and_flagged() -> None:
    assert phone.keep(" 138 0013 ") == ("138 0013", False)
    assert phone.keep("138 0013 8000") == ("+8613800138000", True)


@given(st.text(max_size=80))
def test_whatever_is_typed_the_canonical_form_is_stable_and_masked(raw: str) -> None:
    number = phone.canonical(raw)
    if number is not None:
        assert phone.canonical(number) == number
        assert len(number) <= phone.LONGEST_KEPT
    assert "****" in phone.mask(raw)


def test_customers_are_found_by_pinyin_and_initials() -> None:
    assert names.find_keys("王小明") == ("wangxiaoming", "wxm")
    assert names.find_keys("欧阳修") == ("ouyangxiu", "oyx")
    assert names.find_keys("曾单") == ("zengdan", "zd")
    assert names.find_keys("John Smith") == ("johnsmith", "js")
    assert names.find_keys("阿·买买提") == ("amaimaiti", "ammt")
    assert names.find_keys("") == ("", "")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王**"),
        ("欧阳修", "欧阳**"),
        ("孙先生", "孙先生"),
        ("欧阳女士", "欧阳女士"),
        ("王小明先生", "王先生"),
        ("John Smith", "J**"),
        ("", "**"),
    ],
)
def test_a_masked_name_keeps_surname_and_salutation_only(name: str, masked: str) -> None:
    assert names.mask_name(name) == masked


def test_ten_thousand_names_cost_less_than_a_second() -> None:
    given_names = [f"王{chr(0x4E00 + nth % 900)}{chr(0x5200 + nth % 700)}" for nth in range(10_000)]
    for name in given_names[:1000]:
        names.find_keys(name)
    start = time.process_time()
    for name in given_names:
        names.find_keys(name)
    assert time.process_time() - start < 1


def test_a_published_consent_text_never_changes() -> None:
    """A new wording needs a new version: rows say which words somebody saw."""
    printed = {version: text.sha256[:16] for version, text in TEXTS.items()}
    assert printed == FROZEN
    assert all(text.version in TEXTS for text in CURRENT.values())
