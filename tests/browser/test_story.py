"""The main job, from a poster on the wall to a follow-up that everybody can see."""

import hashlib

import pytest
from playwright.sync_api import expect

from tests.browser import pictures
from tests.browser.company import BO, LIN, XIA
from tests.browser.people import Clerk, Customer, Rep, Staff, poster_link
from tests.browser.records import Records
from tests.browser.theatre import Theatre

RINGS_WITHIN_MS = 5000
"""Under two seconds alone. Beside other tests, three browsers wait for two processors."""
MOST_TAPS = 12
SUN, SUN_PHONE = "孙先生", "138 0013 8000"
QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"


@pytest.mark.browser
def test_a_scanned_poster_becomes_a_finished_follow_up_through_a_dead_network(
    theatre: Theatre,
) -> None:
    stage, network, records = theatre.stage, theatre.proxy, theatre.records
    photo = theatre.folder / "plan.jpg"
    pictures.photograph(photo)

    bo = Rep(theatre.profile("bo"), BO)
    lin = Staff(theatre.profile("lin"), LIN)
    xia = Clerk(theatre.profile("xia", camera=True), XIA)
    xia.looks_at(None)
    for person in (xia, lin, bo):
        person.signs_in(stage)
    for phone in (xia, bo):
        phone.comes_back()
    xia.has_the_reader()

    # A customer scans the poster, and the bell rings.
    sun = Customer(theatre.playwright)
    link = poster_link(stage)
    assert link.startswith(f"{stage.origin}/r/")
    bo.keeps_an_eye_on_the_screen()
    sent_at = sun.registers(link, phone=SUN_PHONE, name=SUN, need="全屋定制")
    seen_at = bo.sees_the_offer(SUN)
    assert seen_at - sent_at < RINGS_WITHIN_MS
    held_up = sun.shows_the_pass()
    bo.accepts(SUN)
    records.until(lambda: records.body("lead")["state"] == "accepted")
    bo.has_on_the_phone(SUN)
    xia.sees_the_card_of(SUN)

    # Scanned twice within a minute, it is still one need.
    sun.registers(link, phone=SUN_PHONE, name=SUN, need="全屋定制")
    sun.leaves()
    assert records.counts("customer", "lead", "arrival") == {"customer": 1, "lead": 1, "arrival": 2}

    # The link dies, and so does Bo's phone.
    network.cut()
    bo.profile.kill()
    bo.opens_the_app()

    # Xia scans what the customer holds up; Bo goes on working. All of it stays on their phones.
    xia.scans(held_up)
    xia.says_who_receives(BO)
    bo.taps = 0
    bo.opens_customer(SUN)
    bo.follows_up()
    assert bo.taps <= MOST_TAPS
    bo.takes_a_photo(photo)
    bo.checks_in(SUN)
    bo.is_offline_with(3)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.is_offline_with(7)
    assert records.counts("follow_up", "visit", "photo") == {"follow_up": 0, "visit": 0, "photo": 0}

    # The link is back, and everything is on the server once.
    network.restore()
    xia.syncs()
    bo.syncs()
    records.until(lambda: records.body("photo")["state"] == "stored")
    assert records.counts(
        "customer", "arrival", "lead", "acceptance", "follow_up", "photo", "visit", "offer"
    ) == {
        "customer": 2, "arrival": 4, "lead": 2, "acceptance": 2,
        "follow_up": 1, "photo": 1, "visit": 1, "offer": 1,
    }  # fmt: skip
    assert the_pictures_are_whole(records)
    assert nobody_was_offered(records, QIAN)

    # Lin sees it on another phone.
    lin.syncs()
    lin.opens_customer(QIAN)
    lin.opens_customer(SUN)
    expect(lin.main.get_by_text("跟进 · 到店")).to_be_visible()

    # Without a network, Bo and Lin change the same customer.
    network.cut()
    bo.opens_customer(SUN)
    bo.edits(预算="8 万", 小区="云栖里")
    lin.edits(微信="sun-1980", 小区="月湖湾")
    network.restore()
    lin.syncs()
    bo.syncs()
    lin.syncs()
    both = {"budget": "8 万", "wechat": "sun-1980", "community": "月湖湾"}
    assert both.items() <= records.body("customer", name=SUN).items()

    # Both are shown what happened to the one field; one tap brings the other value back.
    for person in (bo, lin):
        expect(person.main.get_by_text("两处同时改了")).to_be_visible()
    bo.button("恢复 云栖里").click()
    bo.is_told("已恢复")
    records.until(lambda: records.body("customer", name=SUN)["community"] == "云栖里")
    assert records.body("conflict")["state"] == "restored"
    lin.opens_customer(SUN)
    expect(lin.main.get_by_role("definition").filter(has_text="云栖里")).to_be_visible()
    assert theatre.faults() == []


def the_pictures_are_whole(records: Records) -> bool:
    """Stored under the hash of what they are, and none says where it was taken."""
    kept = records.pictures()
    assert len(kept) == 2, "one photo, in two sizes"
    return all(
        hashlib.sha256(jpeg).hexdigest() == name and not pictures.says_where(jpeg)
        for name, jpeg in kept.items()
    )


def nobody_was_offered(records: Records, name: str) -> bool:
    """No offer row was ever made for this customer's lead."""
    customer = records.body("customer", name=name)
    lead = records.body("lead", customer_id=customer["id"])
    assert lead["state"] == "accepted"
    assert lead["holder_id"] == BO.id
    return (
        records.query("SELECT id FROM rows WHERE entity='offer' AND root=?", customer["id"]) == []
    )
