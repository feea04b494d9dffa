"""The part of the tour where things are put right."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from server.sample.cast import BO, CHEN
from tests.browser.browsers import Profile, go
from tests.browser.records import Records

CORRECT = re.compile("^(更正：跟进|Correct: Follow-up)")
REVOKE = re.compile(f"^(停用，|Revoke, ){BO.name}$")
Stop = Callable[[str, Page, str | Locator], None]


class Amends:
    """It begins with Bo, who types the number of a customer of Chen's."""

    def __init__(self, records: Records, stop: Stop, own: str, at_bo: Page, at_lin: Page) -> None:
        self.records = records
        self.stop = stop
        self.own = own
        self.at_bo = at_bo
        self.at_lin = at_lin
        others = [each for each in records.bodies("customer", owner_id=CHEN.id) if is_at_rest(each)]
        self.theirs, self.mistaken = others[:2]

    def walk(self, bo: Profile) -> None:
        self.see_a_question()
        self.see_a_correction()
        self.see_what_was_deleted()
        self.see_a_farewell(bo)
        self.see_a_pair()
        self.see_two_in_one()

    def see_a_question(self) -> None:
        page = self.at_bo
        go(page, f"/customers/{self.own}")
        page.locator("main section button:has(.lucide-pencil)").click()
        page.locator("dialog[open] input[type=tel]").fill(self.theirs["phone"])
        confirm(page)
        go(page, "/sync")
        page.locator("main article:has(.btn-error) button").last.click()
        self.stop("ask", page, "dialog[open] textarea")
        confirm(page)
        self.stop("asked", page, centred(page.locator("main article .text-blue")))
        go(self.at_lin, "/sync")
        asked = self.at_lin.locator("main article[aria-label]")
        self.stop("asked-of-me", self.at_lin, centred(asked))

    def see_a_correction(self) -> None:
        page = self.at_lin
        go(page, f"/customers/{self.own}")
        page.get_by_role("main").get_by_role("button", name=CORRECT).first.click()
        self.stop("correct", page, "dialog[open] footer button")

    def see_a_pair(self) -> None:
        page = self.at_lin
        go(page, f"/customers/{self.own}")
        pair = page.locator("main section article")
        self.stop("pair", page, centred(pair))
        pair.get_by_role("button").first.click()
        confirm(page)
        self.records.until(lambda: self.joined() is not None)

    def see_two_in_one(self) -> None:
        page = self.at_lin
        go(page, f"/customers/{self.joined()}")
        page.locator("main div:has(> span .lucide-merge) > button").click()
        page.locator("dialog[open] [role=group] button").first.click()
        self.stop("take-apart", page, "dialog[open] footer button")

    def see_what_was_deleted(self) -> None:
        page = self.at_lin
        go(page, f"/customers/{self.mistaken['id']}")
        page.locator("main section button:has(.lucide-trash)").click()
        self.stop("delete", page, "dialog[open] footer button")
        confirm(page)
        self.records.until(lambda: bool(self.records.bodies("deletion")))
        go(page, "/customers/deleted")
        expect(page.locator("main article button")).to_be_visible()
        expect(page.locator("main article .bg-amber-wash")).to_have_count(0)
        self.stop("deleted", page, "main article")

    def see_a_farewell(self, bo: Profile) -> None:
        assert bo.context is not None
        go(self.at_bo, f"/customers/{self.own}")
        remark = self.at_bo.locator("main .actions button.act").last
        expect(remark).to_be_visible()
        bo.context.set_offline(True)
        remark.click()
        self.at_bo.locator("dialog[open] textarea").fill("A1")
        confirm(self.at_bo)
        page = self.at_lin
        go(page, "/me/phones")
        # The one that was heard of last is the one in his hand.
        page.get_by_role("main").get_by_role("button", name=REVOKE).first.click()
        page.locator("dialog[open] [role=group] button").first.click()
        self.stop("revoke", page, "dialog[open] footer button")
        confirm(page)
        bo.context.set_offline(False)
        self.stop("farewell", self.at_bo, "main ul li >> nth=1")

    def joined(self) -> str | None:
        """The customer that is made of these two records; the sample has another."""
        two = {self.own, self.theirs["id"]}
        known = self.records.bodies("customer")
        return next(
            (str(one["id"]) for one in known if two & set(one.get("merged_ids") or ())), None
        )


def is_at_rest(customer: dict[str, Any]) -> bool:
    return not customer.get("open_lead_id") and not customer.get("holder_ids")


def confirm(page: Page) -> None:
    """What the first button at the foot of a sheet is for; then the sheet closes."""
    page.locator("dialog[open] footer button").first.click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def centred(target: Locator) -> Locator:
    first = target.first
    expect(first).to_be_visible()
    first.evaluate("one => one.scrollIntoView({block: 'center'})")
    return first
