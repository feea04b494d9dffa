"""A walk past every screen, in one language and one light, in the sample's company.

Each stop is shown to `show(name, page)`. The walk changes what it must: one customer registers,
one offer is accepted by a phone without a network while the manager takes it over.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from server.clock import system_clock
from server.notify.acknowledging import link_maker
from server.sample.cast import BO, DEMO, HUA, LIN, ORG_CODE, ORG_ID, XIA, Person
from server.stores.posters import Poster, sign
from tests.browser import pictures
from tests.browser.amends import Amends
from tests.browser.browsers import Profile, go
from tests.browser.people import Customer
from tests.browser.rooms import Rooms
from tests.browser.styles import Style
from tests.browser.theatre import Theatre

Show = Callable[[str, Page], None]
TIME = re.compile(r"\d\d:\d\d")
GUESTS = {"zh": ("138 0013 8000", "孙先生", "全屋定制"), "en": ("138 0013 8001", "Mr Sun", "A bed")}


class Tour:
    def __init__(self, theatre: Theatre, style: Style, show: Show) -> None:
        self.theatre = theatre
        self.style = style
        self.show = show
        self.phone, self.name, self.need = GUESTS[style.tongue]
        self.stranger = {"zh": "欧阳", "en": "Nobody"}[style.tongue]

    def walk(self) -> None:
        with self.profile("guest") as guest:
            self.see_the_sign_in(guest)
        with self.profile("bo") as bo, self.profile("lin") as lin, self.profile("xia") as xia:
            at_bo = self.enter(bo, BO)
            at_lin = self.enter(lin, LIN)
            self.see_the_customers_page()
            self.see_the_day(at_bo)
            self.see_a_customer(at_bo)
            self.see_the_tools(at_bo)
            self.see_the_desk(at_lin)
            self.see_the_hours(at_lin)
            self.see_the_counter(self.enter(xia, XIA))
            self.see_a_refusal(bo, at_bo, at_lin)
            self.see_amends(bo, at_bo, at_lin)
        with self.profile("hua") as hua:
            self.stop("area-desk", self.enter(hua, HUA), "h1")

    # Getting there

    @contextmanager
    def profile(self, who: str) -> Iterator[Profile]:
        made = self.theatre.profile(
            f"{who}-{self.style.name}",
            locale=self.style.locale,
            scheme=self.style.scheme,
            width=self.style.width,
            camera=who == "xia",
            worker=False,
        )
        try:
            yield made
        finally:
            made.close()

    def enter(self, profile: Profile, person: Person) -> Page:
        if profile.camera is not None:
            pictures.film(profile.camera)
        page = profile.open(self.theatre.stage.door_of(person, ORG_ID, ORG_CODE))
        whose = page.locator("main button")
        expect(whose).to_have_count(2)
        if person is BO:
            self.stop("first-run", page, "h1")
        whose.first.click()
        expect(chip(page)).to_contain_text(TIME)
        return page

    def stop(self, name: str, page: Page, until: str | Locator) -> None:
        sign = page.locator(until).first if isinstance(until, str) else until
        expect(sign).to_be_visible()
        # Toasts come and go; the screen under them is what is looked at.
        expect(page.locator("[role=status] .shadow-lg")).to_have_count(0)
        expect(page.locator("header a[href='/sync'] .bg-blue-wash")).to_have_count(0)
        self.show(name, page)

    # The screens

    def see_the_customers_page(self) -> None:
        customer = Customer(
            self.theatre.playwright,
            locale=self.style.locale,
            scheme=self.style.scheme,
            width=self.style.width,
        )
        link = f"{self.theatre.stage.origin}/r/{self.poster()}?lang={self.style.tongue}"
        customer.page.goto(link)
        self.stop("register-public", customer.page, "form")
        customer.fills_in(phone=self.phone[:6], name=self.name, need=self.need)
        customer.submits()
        self.stop("wrong-public", customer.page, ".wrong")
        customer.registers(link, phone=self.phone, name=self.name, need=self.need)
        self.stop("thanks-public", customer.page, "section.pass")
        customer.page.locator("a[href^='/my/']").click()
        self.stop("my-number", customer.page, "#digits")
        customer.page.locator("#digits").fill(self.phone[-4:])
        customer.submits()
        self.stop("my-page", customer.page, "dl")
        customer.page.locator("button.end").click()
        self.stop("my-sure", customer.page, "a.go")
        customer.page.goto(self.link_of_a_reminder())
        self.stop("i-know", customer.page, "form button")
        customer.leaves()

    def see_the_sign_in(self, profile: Profile) -> None:
        self.stop("sign-in", profile.open(), "form")

    def see_the_day(self, page: Page) -> None:
        self.stop("today", page, accept(page, self.name))
        go(page, "/bell")
        self.stop("bell", page, ".ringing")

    def see_a_customer(self, page: Page) -> None:
        go(page, "/customers")
        self.stop("customers", page, "main li[data-at='3']")
        page.locator("input[type=search]").fill(self.stranger)
        self.stop("empty", page, page.locator("main").get_by_text(self.stranger))
        known = self.known_customer()
        go(page, f"/customers/{known}")
        self.stop("customer", page, "ol li >> nth=3")
        self.see_a_number(page)
        go(page, f"/customers/{known}/follow")
        for _ in range(2):
            page.locator("main section [aria-pressed]").first.click()
        self.stop("follow-up", page, "main section [aria-pressed]")
        page.locator("main .lucide-book-open").first.click()
        self.stop("library", page, "dialog[open] li button")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        go(page, f"/visit?customer={known}")
        page.locator("main button.btn-primary").first.click()
        self.stop("visit", page, page.get_by_text("±12"))

    def see_a_number(self, page: Page) -> None:
        """Of a product, right after a customer."""
        page.locator("nav a[href='/scan']").first.click()
        page.locator("main .grid button").click()
        page.locator("dialog[open] input").fill("6901234567892")
        page.keyboard.press("Enter")
        number = page.locator("dialog[open]").get_by_text("6901234567892")
        self.stop("scan-product", page, number)
        page.keyboard.press("Escape")
        expect(number).to_be_hidden()

    def see_the_tools(self, page: Page) -> None:
        go(page, "/register?phone=13900012345")
        page.locator("input[maxlength='40']").fill(
            "王老师" if self.style.tongue == "zh" else "Wang"
        )
        page.locator("[aria-pressed]").nth(4).click()
        page.evaluate("scrollTo(0, 0)")
        self.stop("register", page, "form")
        go(page, "/me")
        self.stop("me", page, "h1")
        go(page, "/sync")
        self.stop("sync", page, page.get_by_text(re.compile(r"已用 \d+ MB|\d MB used")))

    def see_the_desk(self, page: Page) -> None:
        go(page, "/desk")
        waiting = page.locator("main a[href^='/leads/']").first
        self.stop("desk", page, waiting)
        waiting.click()
        self.stop("lead", page, page.locator("main h1"))
        rooms = Rooms(self.theatre.stage, self.stop, page)
        rooms.see_a_snooze()
        rooms.walk()

    def see_the_hours(self, page: Page) -> None:
        go(page, "/me/hours")
        self.stop("hours", page, page.locator("main article button").first)
        page.locator("main article button").first.click()
        self.stop("hours-of-a-day", page, "dialog[open] input[type=time]")
        page.keyboard.press("Escape")

    def see_the_counter(self, page: Page) -> None:
        go(page, f"/register?phone={self.phone[:-1]}9")
        page.locator("input[maxlength='40']").fill(self.stranger)
        page.locator("main [role=group]").nth(2).locator("button").last.click()
        # The first says that somebody is a child.
        page.locator("main input[type=checkbox]").nth(1).check()
        page.locator("main .bar button").click()
        self.stop("clerk", page, mend(page))
        mend(page).click()
        self.stop("amend", page, "dialog[open] footer button")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        go(page, "/scan")
        self.stop("scan", page, ".aim")

    def see_a_refusal(self, bo: Profile, at_bo: Page, at_lin: Page) -> None:
        """Bo accepts without a network; meanwhile Lin takes over."""
        assert bo.context is not None
        go(at_bo, "/")
        expect(accept(at_bo, self.name)).to_be_visible()
        bo.context.set_offline(True)
        accept(at_bo, self.name).click()
        expect(accept(at_bo, self.name)).to_be_hidden()
        go(at_lin, f"/leads/{self.open_lead()}")
        at_lin.locator("main .btn-primary").first.click()
        self.wait_until_taken()
        bo.context.set_offline(False)
        chip(at_bo).click()
        self.stop("refused", at_bo, at_bo.locator("main h2").first)

    def see_amends(self, bo: Profile, at_bo: Page, at_lin: Page) -> None:
        own = self.known_customer()
        Amends(self.theatre.records, self.stop, own, at_bo, at_lin).walk(bo)

    # What is in the company

    def poster(self) -> str:
        statement = "SELECT * FROM posters WHERE store_id = ?"
        poster = Poster(*self.theatre.records.query(statement, DEMO)[0])
        return sign(self.theatre.stage.config.keys, poster)

    def link_of_a_reminder(self) -> str:
        """What a group's robot shows the manager about the lead of whoever has registered."""
        link_for = link_maker(self.theatre.stage.config, system_clock)
        self.theatre.records.until(
            lambda: bool(self.theatre.records.bodies("lead", name=self.name))
        )
        return f"{link_for(ORG_ID, self.open_lead(), LIN.id, 'dingtalk')}?lang={self.style.tongue}"

    def known_customer(self) -> str:
        """Bo's customer with the longest story."""
        own = self.theatre.records.bodies("customer", owner_id=BO.id)
        return str(max(own, key=lambda body: body["contact_count"])["id"])

    def open_lead(self) -> str:
        return str(self.theatre.records.body("lead", name=self.name)["id"])

    def wait_until_taken(self) -> None:
        records = self.theatre.records
        records.until(lambda: records.body("lead", name=self.name)["holder_id"] == LIN.id)


def chip(page: Page) -> Locator:
    return page.locator("header a[href='/sync']")


def mend(page: Page) -> Locator:
    """Of what this clerk has just registered."""
    label = re.compile("^(修改登记：|Change the registration)")
    return page.get_by_role("main").get_by_role("button", name=label).first


def accept(page: Page, name: str) -> Locator:
    label = re.compile(f"^(接单，|Accept, ){name}")
    return page.get_by_role("main").get_by_role("button", name=label)
