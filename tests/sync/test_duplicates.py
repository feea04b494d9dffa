"""Two records of one phone number are one (laws 3, 19, 20)."""

from __future__ import annotations

from sync import Duplicate, Ledger, Refused
from tests.sync.organisation import Organisation, Person
from tests.sync.phone import Hand
from tests.sync.stage import HOUR, NOON


class TwoShops:
    """Li knows Zhang; Wu of another shop meets the same person offline."""

    def __init__(self) -> None:
        self.organisation = Organisation()
        self.li = Hand(self.organisation, Person("li"))
        self.wu = Hand(self.organisation, Person("wu", desks=frozenset({"west"})))
        self.zhang = self.li.add_person(at=NOON - HOUR, name="张", phone="1", note="")

    def body(self) -> dict[str, object]:
        return self.organisation.row(self.zhang).body


def test_a_creation_with_a_taken_phone_becomes_part_of_the_record() -> None:
    shops = TwoShops()
    second = shops.wu.create("person", name="张", phone="1")
    assert shops.wu.send(second) == [Duplicate(1, shops.zhang)]
    assert len(shops.organisation.rows("person")) == 1
    assert shops.organisation.resolve(second.i) == shops.zhang


def test_empty_fields_are_filled_and_differing_values_are_offered() -> None:
    shops = TwoShops()
    later = NOON + HOUR
    second = shops.wu.create(
        "person", at=later, name="老张", phone="1", note="three rooms", tags=["b"]
    )
    shops.wu.send(second, now=later)
    assert shops.body()["note"] == "three rooms"
    assert shops.body()["tags"] == ["b"]
    assert shops.body()["name"] == "张"
    (conflict,) = shops.organisation.rows("conflict")
    assert (conflict.body["value_now"], conflict.body["value_other"]) == ("张", "老张")
    assert conflict.body["by_other"] == "wu"
    assert [each.value for each in shops.organisation.history] == ["老张"]


def test_a_value_that_is_only_offered_raises_the_version_its_history_belongs_to() -> None:
    shops = TwoShops()
    before = shops.organisation.row(shops.zhang).seq
    shops.wu.send(shops.wu.create("person", name="老张", phone="1"))
    assert shops.organisation.row(shops.zhang).seq > before


def test_the_creator_gets_no_access_to_the_tree_by_it() -> None:
    shops = TwoShops()
    shops.wu.send(shops.wu.create("person", name="老张", phone="1"))
    assert not any("wu" in scope for row in shops.organisation.rows() for scope in row.scopes)


def test_facts_under_the_alias_join_the_tree_and_keep_the_id_they_were_written_with() -> None:
    shops = TwoShops()
    second = shops.wu.create("person", name="张", phone="1")
    visit = shops.wu.create("visit", person_id=second.i)
    later = shops.wu.create("visit", person_id=second.i)
    assert shops.wu.send([second, visit]) == [Duplicate(1, shops.zhang)]
    assert shops.wu.send(later) == []
    for id in (visit.i, later.i):
        row = shops.organisation.row(id)
        assert row.root == shops.zhang
        assert row.body["person_id"] == second.i


def test_an_edit_through_an_alias_by_who_cannot_see_the_record_is_offered_and_never_wins() -> None:
    shops = TwoShops()
    second = shops.wu.create("person", name="张", phone="1")
    edit = shops.wu.patch(second.i, 0, at=NOON + HOUR, name="老张", note="n", tags={"add": ["b"]})
    outcome = shops.wu.send(second, edit, now=NOON + HOUR)
    assert outcome == [Duplicate(1, shops.zhang), Duplicate(2, shops.zhang)]
    assert shops.body()["name"] == "张"
    assert shops.body()["note"] == "n"
    assert shops.body()["tags"] == ["b"]
    assert [row.body["value_other"] for row in shops.organisation.rows("conflict")] == ["老张"]


def test_an_alias_reaches_no_conflict_of_a_record_its_author_cannot_see() -> None:
    shops = TwoShops()
    alias = shops.wu.create("person", name="老张", phone="1")
    shops.wu.send(alias)
    (conflict,) = shops.organisation.rows("conflict")
    edit = shops.wu.patch(alias.i, 1, cites=conflict.id, name="老张")
    assert shops.wu.send(edit) == [Refused(2, "not_found", "conflict")]


def test_an_edit_through_an_alias_by_who_sees_the_record_is_concurrent_with_all_of_it() -> None:
    shops = TwoShops()
    colleague = Hand(shops.organisation, Person("li"), "li-tablet")
    second = colleague.create("person", at=NOON, name="张", phone="1")
    edit = colleague.patch(second.i, shops.organisation.head, at=NOON + HOUR, name="张伟")
    colleague.send(second, edit, now=NOON + HOUR)
    assert shops.body()["name"] == "张伟"
    assert [row.body["value_other"] for row in shops.organisation.rows("conflict")] == ["张"]


def test_a_patch_to_a_taken_phone_is_refused_for_a_person_to_decide() -> None:
    shops = TwoShops()
    other = shops.wu.add_person(name="王", phone="2")
    assert shops.wu.send(shops.wu.patch(other, 9, phone="1")) == [
        Refused(2, "phone_taken", "phone")
    ]
    assert shops.organisation.row(other).body["phone"] == "2"


def test_duplicates_inside_one_push_are_one_record() -> None:
    organisation = Organisation()
    hand = Hand(organisation, Person("li"))
    one = hand.create("person", name="张", phone="7")
    other = hand.create("person", name="张", phone="7")
    assert hand.send([one], [other]) == [Duplicate(2, one.i)]


def test_who_registered_a_known_person_may_claim_under_their_own_id() -> None:
    shops = TwoShops()
    second = shops.wu.create("person", name="张", phone="1")
    claim = shops.wu.create("taking", person_id=second.i)
    assert shops.wu.send([second, claim]) == [Duplicate(1, shops.zhang)]
    assert shops.body()["taken_by"] == "wu"


def test_an_alias_cannot_be_created_again() -> None:
    shops = TwoShops()
    second = shops.wu.create("person", name="张", phone="1")
    again = shops.wu.create("person", second.i, name="李", phone="5")
    assert shops.wu.send(second, again)[1] == Refused(2, "id_taken")


def test_an_empty_field_of_the_second_record_offers_nothing() -> None:
    shops = TwoShops()
    shops.li.send(shops.li.patch(shops.zhang, 1, note="three rooms"))
    shops.wu.send(shops.wu.create("person", name="张", phone="1", note=""))
    assert shops.organisation.rows("conflict") == []
    assert shops.body()["note"] == "three rooms"


def test_an_alias_of_an_alias_names_the_record_that_is_left() -> None:
    ledger = Ledger("acme", NOON, {})
    ledger.put_alias("first", "second")
    ledger.put_alias("second", "third")
    assert ledger.resolve("first") == "third"


def test_elements_that_filled_an_empty_set_are_told_from_each_other_by_who_saw_them() -> None:
    shops = TwoShops()
    before = shops.organisation.row(shops.zhang).seq
    shops.wu.send(shops.wu.create("person", name="张", phone="1", tags=["a", "b"]))
    after = shops.organisation.row(shops.zhang).seq
    tablet = Hand(shops.organisation, Person("li"), "li-tablet")
    shops.li.send(shops.li.patch(shops.zhang, after, tags={"remove": ["a"]}))
    tablet.send(tablet.patch(shops.zhang, before, tags={"remove": ["b"]}))
    assert shops.body()["tags"] == ["b"]
