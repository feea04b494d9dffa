"""A server whose database is an older one again: nothing that a phone still holds is lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.company import BO
from tests.browser.people import Rep
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
pytestmark = [pytest.mark.browser, pytest.mark.unhurried]


def test_what_a_server_lost_with_its_newer_state_comes_again_from_the_phone(
    theatre: Theatre, tmp_path: Path
) -> None:
    bo = Rep(theatre.profile("bo", worker=False), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.syncs()
    backup = tmp_path / "backup.sqlite3"
    with closing(sqlite3.connect(theatre.stage.database)) as database:
        database.execute("VACUUM INTO ?", (str(backup),))
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("喜欢原木色")
    bo.edits(预算="8 万")
    bo.syncs()
    said = theatre.records.body("comment")
    theatre.proxy.cut()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("周末带家人来")

    theatre.stage.stop()
    theatre.stage.put_back(backup)
    assert theatre.records.bodies("comment") == []
    theatre.stage.start()
    theatre.proxy.restore()
    bo.syncs()
    assert theatre.records.counts("comment")["comment"] == 2
    assert theatre.records.body("comment", text="喜欢原木色")["id"] == said["id"]
    assert theatre.records.body("customer", name=QIAN)["budget"] == "8 万"
    bo.opens_customer(QIAN)
    for text in ("喜欢原木色", "周末带家人来"):
        expect(bo.main.get_by_text(text)).to_have_count(1)
    assert theatre.faults() == []
