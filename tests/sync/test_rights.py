"""Who may write what: reports by the past, claims by the present (laws 7, 8, 10)."""

from __future__ import annotations

import msgspec
import pytest

from sync import Operation, Refused
from tests.sync.organisation import Organisation, Person
from tests.sync.phone import Hand
from tests.sync.stage import DAY, ENTITIES, HOUR, NOON, new_id

WU = Person("wu", desks=frozenset({"west"}))


class Shop:
    """Li and the manager at the east desk, Wu at the west one; Li's customer."""

    def __init__(self) -> None:
        self.organisation = Organisation()
        self.li_person = Person("li")
        self.li = Hand(self.organisation, self.li_person)
        self.manager = Hand(self.organisation, Person("chen", role="manager"))
        self.wu = Hand(self.organisation, WU)
        self.zhang = self.manager.add_person(at=NOON - 2 * DAY, name="张", phone="1")

    def take_away_from_li(self, now: int = NOON) -> None:
        """Li changes desks: the record is out of reach, and the server knows since when."""
        self.li_person.desks = frozenset({"west"})


def test_a_missing_and_an_invisible_parent_refuse_alike() -> None:
    shop = Shop()
    hidden = shop.wu.send(shop.wu.create("visit", person_id=shop.zhang))
    missing = shop.wu.send(shop.wu.create("visit", person_id=new_id("nobody")))
    assert hidden == [Refused(1, "not_found", "person_id")]
    assert missing == [Refused(2, "not_found", "person_id")]


def test_a_parent_named_by_its_key_is_held_to_the_same_rule() -> None:
    shop = Shop()
    seen = shop.li.create("call", phone="1")
    assert shop.li.send(seen) == []
    assert shop.organisation.row(seen.i).root == shop.zhang
    outcomes = shop.wu.send(*(shop.wu.create("call", phone=phone) for phone in ("1", "2")))
    assert outcomes == [Refused(1, "not_found", "phone"), Refused(2, "not_found", "phone")]


def test_a_missing_and_an_invisible_profile_refuse_alike() -> None:
    shop = Shop()
    hidden = shop.wu.send(shop.wu.patch(shop.zhang, 1, name="x"))
    missing = shop.wu.send(shop.wu.patch(new_id("nobody"), 1, name="x"))
    assert (hidden, missing) == ([Refused(1, "not_found")], [Refused(2, "not_found")])


def test_a_refusal_of_what_is_out_of_reach_tells_nothing_of_it() -> None:
    shop = Shop()
    shop.wu.send(shop.wu.create("taking", person_id=shop.zhang))
    refusal = shop.organisation.rows("refusal")[0]
    assert refusal.body["who"] is None
    assert refusal.body["when"] is None
    assert refusal.scopes == ("staff:wu",)
    assert refusal.root == refusal.id


def test_a_report_counts_if_its_author_had_the_record_at_the_last_contact() -> None:
    shop = Shop()
    report = shop.li.create("visit", person_id=shop.zhang)
    edit = shop.li.patch(shop.zhang, 1, note="seen offline")
    handover = shop.manager.create("handover", person_id=shop.zhang, to_id="chen")
    desk = shop.manager.patch(shop.zhang, 1, desk="south")
    assert shop.manager.send(handover, desk) == []
    assert "desk:east" not in shop.organisation.row(shop.zhang).scopes
    assert shop.li.send(report, edit, now=NOON + HOUR) == []
    assert shop.organisation.row(report.i).scopes == shop.organisation.row(shop.zhang).scopes


def test_a_report_no_longer_counts_once_the_device_was_in_contact_without_the_record() -> None:
    shop = Shop()
    shop.manager.send(shop.manager.patch(shop.zhang, 1, desk="south"))
    shop.li.add_person(name="王")
    late = shop.li.create("visit", person_id=shop.zhang)
    assert shop.li.send(late) == [Refused(2, "not_found", "person_id")]


def test_a_claim_is_judged_on_the_present() -> None:
    shop = Shop()
    claim = shop.li.create("taking", person_id=shop.zhang)
    report = shop.li.create("visit", person_id=shop.zhang)
    shop.manager.send(shop.manager.patch(shop.zhang, 1, desk="south"))
    assert shop.li.send(claim, report) == [Refused(1, "not_found", "person_id")]


def test_the_loser_of_a_claim_learns_who_and_when() -> None:
    shop = Shop()
    assert shop.manager.send(shop.manager.create("taking", person_id=shop.zhang)) == []
    lost = shop.li.send(shop.li.create("taking", person_id=shop.zhang))
    assert lost == [Refused(1, "taken", who="chen", when=NOON)]


@pytest.mark.parametrize(("later", "accepted"), [(23 * HOUR, True), (25 * HOUR, False)])
def test_an_author_may_add_to_an_own_entry_for_a_day_whoever_has_it_since(
    later: int, accepted: bool
) -> None:
    shop = Shop()
    own = shop.li.add_person(name="王")
    shop.manager.send(
        shop.manager.create("handover", person_id=own, to_id="chen"),
        shop.manager.patch(own, shop.organisation.head, desk="south"),
    )
    shop.li.send(shop.li.create("person", name="contact"))
    report = shop.li.create("visit", person_id=own)
    outcome = shop.li.send(report, now=NOON + later)
    assert (outcome == []) == accepted


def test_roles_say_who_may_create_and_who_may_edit() -> None:
    shop = Shop()
    clerk = Hand(shop.organisation, Person("su", role="clerk"))
    assert clerk.send(
        clerk.create("person", name="x"),
        clerk.patch(shop.zhang, 1, name="x"),
        clerk.create("visit", person_id=shop.zhang),
    ) == [Refused(1, "forbidden"), Refused(2, "forbidden")]


def test_a_fact_is_never_patched() -> None:
    shop = Shop()
    visit = shop.li.create("visit", person_id=shop.zhang)
    shop.li.n += 1
    edit = shop.li.patch(visit.i, 1, text="changed")
    wrong = edit.__class__(n=2, e="visit", i=visit.i, f={"text": "changed"}, t=NOON, b=1)
    assert shop.li.send(visit, wrong) == [Refused(2, "forbidden")]


def test_a_fact_is_never_patched_whoever_its_entity_lets_edit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lax = msgspec.structs.replace(ENTITIES["visit"], patch_roles=frozenset({"rep"}))
    monkeypatch.setitem(ENTITIES, "visit", lax)
    shop = Shop()
    visit = shop.li.create("visit", person_id=shop.zhang)
    edit = Operation(n=2, e="visit", i=visit.i, f={"text": "changed"}, t=NOON, b=1)
    assert shop.li.send(visit, edit) == [Refused(2, "forbidden")]


def test_a_parent_of_the_same_unit_counts_as_visible() -> None:
    shop = Shop()
    person = shop.li.create("person", name="王")
    visit = shop.li.create("visit", person_id=person.i)
    assert shop.li.send([person, visit]) == []
    assert shop.organisation.row(visit.i).root == person.i


def test_an_id_is_used_once() -> None:
    shop = Shop()
    assert shop.wu.send(shop.wu.create("person", shop.zhang, name="x")) == [Refused(1, "id_taken")]


def test_a_childs_scopes_follow_its_moving_root() -> None:
    shop = Shop()
    visit = shop.li.create("visit", person_id=shop.zhang)
    shop.li.send(visit)
    shop.manager.send(shop.manager.patch(shop.zhang, 1, desk="south"))
    organisation = shop.organisation
    assert organisation.row(visit.i).scopes == organisation.row(shop.zhang).scopes
    assert ("desk:east", visit.i) in organisation.evictions
    assert organisation.digests == organisation.recompute()


def test_an_edit_names_a_row_of_its_own_kind() -> None:
    shop = Shop()
    visit = shop.manager.create("visit", person_id=shop.zhang)
    assert shop.manager.send(visit) == []
    assert shop.manager.send(shop.manager.patch(visit.i, 9, name="x")) == [Refused(3, "not_found")]


def test_what_was_created_in_the_same_unit_may_be_claimed() -> None:
    shop = Shop()
    person = shop.wu.create("person", name="王", phone="9")
    assert shop.wu.send([person, shop.wu.create("taking", person_id=person.i)]) == []
    assert shop.organisation.row(person.i).body["taken_by"] == "wu"
