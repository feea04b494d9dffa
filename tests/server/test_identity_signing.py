"""Seals: signed statements with a purpose, an age, and keys that rotate."""

import pytest

from server.identity.actor import Actor, may, visible_to
from server.identity.signing import LEEWAY_S, BadSeal, Seal
from sync import Row

NOW = 1_790_000_000_000
DAY_S = 86_400


def reason(seal: Seal, token: str, now: int = NOW, max_age_s: int | None = None) -> str:
    with pytest.raises(BadSeal) as bad:
        seal.open(token, now, max_age_s)
    return bad.value.reason


def test_a_seal_opens_to_what_was_closed_in() -> None:
    seal = Seal(("key",), "poster")
    assert seal.open(seal.close(["store", 1], NOW), NOW, DAY_S) == ["store", 1]


def test_a_seal_for_one_purpose_does_not_open_for_another() -> None:
    token = Seal(("key",), "poster").close("x", NOW)
    assert reason(Seal(("key",), "device"), token) == "forged"


def test_the_newest_key_signs_and_older_ones_still_verify() -> None:
    old, rotated, new = Seal(("a",), "p"), Seal(("a", "b"), "p"), Seal(("b",), "p")
    assert rotated.open(old.close("x", NOW), NOW) == "x"
    assert new.open(rotated.close("x", NOW), NOW) == "x"
    assert reason(old, rotated.close("x", NOW)) == "forged"


def test_a_statement_made_a_little_in_the_future_is_believed() -> None:
    seal = Seal(("key",), "p")
    token = seal.close("x", NOW + LEEWAY_S * 1000)
    assert seal.open(token, NOW, DAY_S) == "x"
    assert reason(seal, token, NOW - 1000, DAY_S) == "expired"


def test_an_old_statement_is_expired() -> None:
    seal = Seal(("key",), "p")
    token = seal.close("x", NOW)
    assert seal.open(token, NOW + DAY_S * 1000, DAY_S) == "x"
    assert reason(seal, token, NOW + (DAY_S + 1) * 1000, DAY_S) == "expired"


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.x", "x" * 10_000, "WzEsMl0.sig"])
def test_rubbish_is_forged(token: str) -> None:
    assert reason(Seal(("key",), "p"), token) == "forged"


def actor(role: str, *stores: str) -> Actor:
    return Actor("org", "me", role, stores)


def row(*scopes: str) -> Row:
    return Row(
        id="r", entity="customer", root="r", body={}, at=0, captured_at=0, received_at=0,
        scopes=scopes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("rep", {"org", "staff:me", "store:s"}),
        ("clerk", {"org", "staff:me", "store:s"}),
        ("manager", {"org", "staff:me", "store:s", "desk:s"}),
        ("area", {"org", "staff:me"}),
        ("admin", {"org", "staff:me"}),
    ],
)
def test_a_role_at_a_store_reads_these_scopes(role: str, seen: set[str]) -> None:
    assert actor(role, "s").scopes == seen


def test_a_row_is_visible_through_any_one_of_its_scopes() -> None:
    customer = row("desk:s", "staff:me")
    assert visible_to(actor("rep", "s"), customer)
    assert visible_to(actor("manager", "s"), row("desk:s", "staff:other"))
    assert not visible_to(actor("rep", "s"), row("desk:s", "staff:other"))
    assert not visible_to(actor("manager", "other"), row("desk:s", "staff:other"))


def test_what_a_role_may_not_do_it_may_not_do_to_anything() -> None:
    assert may(actor("manager", "s"), "reassign", row("desk:s"))
    assert not may(actor("manager", "other"), "reassign", row("desk:s"))
    assert not may(actor("rep", "s"), "reassign", row("staff:me"))
    assert not may(actor("clerk", "s"), "see_customers")
