"""Phones and servers of different versions: whoever is behind, no work is lost (law 31)."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sync import SCHEMA
from tests.browser.company import BO
from tests.browser.people import Rep
from tests.browser.stage import BUILT, Stage
from tests.browser.theatre import Theatre
from tests.fixtures.pwa import unpack

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
REMARKS = ("喜欢原木色", "周末带家人来", "预算还在商量")
pytestmark = [pytest.mark.browser, pytest.mark.unhurried]


def test_an_old_app_with_a_full_outbox_meets_a_newer_server_and_then_becomes_new(
    theatre: Theatre,
) -> None:
    theatre.stage.serve_app(lambda folder: unpack(1, folder))
    bo = at_work(theatre)
    theatre.proxy.cut()
    write_remarks(bo)
    theatre.stage.stop()

    theatre.stage.serve_app(make_newer_build)
    raise_schema_of_server(theatre.stage)
    theatre.stage.start()
    # The link comes back for everything but the work itself: the new app finds it all there.
    theatre.proxy.bar("POST /sync/push")
    theatre.proxy.restore()
    bo.page.reload()
    expect(bo.chip).to_contain_text(f"{len(REMARKS)} 条存在本机")
    bo.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    # A browser lets the old worker end what it has begun.
    with bo.page.expect_event("load", timeout=60_000):
        bo.page.get_by_role("button", name="现在更新").click()
    expect(bo.chip).to_contain_text(f"{len(REMARKS)} 条存在本机")
    assert bo.page.evaluate("fetch('/newer.txt').then((one) => one.text())") == "newer"

    theatre.proxy.unbar()
    bo.syncs()
    assert remarks_on(theatre) == sorted(REMARKS)


def test_an_old_app_that_nobody_updates_goes_on_working_with_a_newer_server(
    theatre: Theatre,
) -> None:
    theatre.stage.serve_app(lambda folder: unpack(1, folder))
    bo = at_work(theatre)
    theatre.proxy.cut()
    write_remarks(bo)
    theatre.stage.stop()

    raise_schema_of_server(theatre.stage)
    theatre.stage.start()
    theatre.proxy.restore()
    bo.syncs()
    assert remarks_on(theatre) == sorted(REMARKS)


def test_a_newer_app_waits_for_an_older_server_and_says_so(theatre: Theatre) -> None:
    theatre.stage.serve_app(make_build_with_newer_schema)
    bo = Rep(theatre.profile("bo", fetched=False), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    expect(bo.chip).to_contain_text("等服务器升级 · 4 条存在本机")
    assert theatre.records.bodies("customer") == []
    bo.profile.close()
    bo.opens_the_app()
    expect(bo.chip).to_contain_text("等服务器升级 · 4 条存在本机")

    theatre.stage.stop()
    raise_schema_of_server(theatre.stage)
    theatre.stage.start()
    bo.syncs()
    assert theatre.records.body("customer")["phone"] == "+8613900012345"
    assert theatre.records.counts("arrival", "lead", "acceptance") == {
        "arrival": 1,
        "lead": 1,
        "acceptance": 1,
    }


def at_work(theatre: Theatre) -> Rep:
    """With one customer of his own, all of it synced, and the app kept by the browser."""
    rep = Rep(theatre.profile("bo", fetched=False), BO)
    rep.signs_in(theatre.stage)
    rep.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    rep.syncs()
    rep.comes_back()
    return rep


def write_remarks(bo: Rep) -> None:
    bo.opens_customer(QIAN)
    for text in REMARKS:
        bo.leaves_a_remark(text)


def remarks_on(theatre: Theatre) -> list[str]:
    return sorted(body["text"] for body in theatre.records.bodies("comment"))


def make_newer_build(folder: Path) -> None:
    """The app of this tree, told from the released one by its service worker and one file."""
    shutil.copytree(BUILT, folder)
    (folder / "newer.txt").write_text("newer")
    worker = folder / "sw.js"
    worker.write_bytes(worker.read_bytes() + b"\n// the next version\n")


def make_build_with_newer_schema(folder: Path) -> None:
    shutil.copytree(BUILT, folder)
    said = re.compile(rf"\bschema:{SCHEMA}\b")
    holders = [each for each in folder.rglob("*.js") if said.search(each.read_text())]
    assert len(holders) == 1, "the number of the schema is in one place of a build"
    text = holders[0].read_text()
    holders[0].write_text(said.sub(f"schema:{SCHEMA + 1}", text))


def raise_schema_of_server(stage: Stage) -> None:
    """The server's next version: one schema further, with a step that changes nothing."""
    versions = stage.copy_program() / "sync" / "versions.py"
    text = versions.read_text()
    raised = text.replace(f"SCHEMA = {SCHEMA}\n", f"SCHEMA = {SCHEMA + 1}\n").replace(
        "RELEASED = Versions()", f"RELEASED = Versions(steps={{{SCHEMA}: lambda each: each}})"
    )
    assert raised.count(f"SCHEMA = {SCHEMA + 1}") == raised.count("lambda each") == 1
    versions.write_text(raised)
