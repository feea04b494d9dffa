"""The part of the tour behind the desk: what whoever runs a store rules, sets and puts off."""

import random
import re
from collections.abc import Callable, Iterator
from datetime import date

import httpx
from playwright.sync_api import Locator, Page

from server.clock import system_clock
from server.sample.cast import BO, CHEN, ORG_CODE, ORG_ID, RENMIN, STORES, Person
from tests.bench.ids import new_id
from tests.browser import history
from tests.browser.amends import centred
from tests.browser.browsers import go
from tests.browser.stage import Stage

NAME, PHONE, NEED = "方女士", "13911112222", "看沙发"
# Whatever the browser shows in its field, the app says the day in its own words.
LAST_DAY = re.compile("12月31日 周|[A-Z][a-z]{2} 31 Dec")
SERVICE = {"purpose": "service", "version": "1", "how": "verbal"}
Stop = Callable[[str, Page, str | Locator], None]


class Rooms:
    """`page` is the manager's."""

    def __init__(self, stage: Stage, stop: Stop, page: Page) -> None:
        self.stop = stop
        self.page = page
        for person in (BO, CHEN):
            register(stage, person)

    def walk(self) -> None:
        self.see_a_collision()
        self.see_the_routing()
        self.see_the_pool()
        self.see_the_people()
        self.see_where_people_were()
        self.see_the_posters()
        self.see_the_notices()
        self.see_what_is_asked()

    def see_a_collision(self) -> None:
        page = self.page
        go(page, "/desk")
        claims = page.locator("section[aria-labelledby='desk-collisions'] article")
        self.stop("collision", page, claims.locator("button").nth(2))
        claims.locator("button").nth(2).click()
        self.stop("ruling", page, "dialog[open] footer button")
        page.keyboard.press("Escape")

    def see_a_snooze(self) -> None:
        """On the page of a lead that waits."""
        page = self.page
        page.locator("main .bar .btn-ghost").first.click()
        self.stop("snooze", page, "dialog[open] textarea")
        page.keyboard.press("Escape")

    def see_the_routing(self) -> None:
        page = self.page
        go(page, "/desk/routing")
        self.stop("routing", page, page.locator("main article input").first)
        self.stop("fairness", page, centred(page.locator("main article ul li")))

    def see_the_pool(self) -> None:
        go(self.page, "/pool")
        self.stop("pool", self.page, "main section button")
        go(self.page, "/desk/pool")
        self.stop("pool-rules", self.page, self.page.locator("main input").first)

    def see_the_people(self) -> None:
        page = self.page
        go(page, "/me/people")
        chen = page.locator(f"main a[href='/me/people/{CHEN.id}']")
        self.stop("people", page, chen)
        chen.click()
        page.locator("main [role=group] button").nth(1).click()
        page.locator("main input[type=date]").last.fill(f"{date.today().year}-12-31")
        self.stop("leave", page, page.get_by_text(LAST_DAY))
        page.locator("main article .btn-outline").first.click()
        self.stop("handover", page, "dialog[open] [role=status] li")
        page.keyboard.press("Escape")

    def see_where_people_were(self) -> None:
        page = self.page
        go(page, "/me/visits")
        self.stop("check-ins", page, "main li .btn-outline")
        go(page, "/me/place")
        point = STORES[RENMIN]["point"]
        page.locator("main form input").fill(f"{point['lng'] + 0.005},{point['lat']}")
        page.locator("main form [role=group] button").last.click()
        page.locator("main form .btn-outline").click()
        page.evaluate("scrollTo(0, 0)")
        self.stop("place", page, "main article svg[role=img]")

    def see_the_posters(self) -> None:
        go(self.page, "/me/posters")
        self.stop("posters", self.page, "main li svg")
        self.page.locator("main li button").first.click()
        self.stop("poster", self.page, "dialog[open] img")
        self.page.keyboard.press("Escape")
        go(self.page, "/me/codes")
        self.page.locator("main form input").fill("https://evil.example/pay")
        self.page.keyboard.press("Enter")
        self.stop("foreign-code", self.page, "main article [role=group]")

    def see_the_notices(self) -> None:
        go(self.page, "/me/notices")
        self.stop("notices", self.page, "main section button")
        go(self.page, "/me/erasures")
        self.stop("erasures", self.page, "main h1")

    def see_what_is_asked(self) -> None:
        page = self.page
        go(page, "/desk/templates")
        self.stop("templates", page, "main a[href^='/desk/templates/']")
        page.locator("main .btn-primary").click()
        page.locator("main input").first.fill(NAME)
        page.locator("main .btn-outline").first.click()
        question = page.locator("main article:has(.lucide-arrow-up)")
        question.locator("input").first.fill(NEED)
        self.stop("template", page, question)
        go(page, "/desk/phrases")
        self.stop("phrases", page, "main li .lucide-pencil, main li b")
        page.locator("main .bar .btn-primary").click()
        self.stop("phrase", page, "dialog[open] textarea")
        page.keyboard.press("Escape")


def register(stage: Stage, person: Person) -> None:
    """On a phone that nobody looks at: the second one to register her collides with the first."""
    with httpx.Client(base_url=stage.origin) as client:
        door = stage.door_of(person, ORG_ID, ORG_CODE)
        phone = history.enrol(client, door, "Tablet")
        phone.push([list(reception()), list(far_away())])


def far_away() -> Iterator[history.Drafted]:
    """Nobody says from where; then from the door, and from another town a moment later."""
    rnd, fix = random.Random(), {"accuracy_m": 20, "fix_at": system_clock(), "fix_source": "gps"}
    door = {"lat": STORES[RENMIN]["point"]["lat"] + rnd.uniform(0, 1e-4), "lng": 120.16522}
    town = {"lat": 39.9042 + rnd.uniform(0, 1e-4), "lng": 116.4074}
    yield "visit", new_id(rnd), {"store_id": RENMIN}
    for where in (door, town):
        yield "visit", new_id(rnd), {"store_id": RENMIN, **where, **fix}


def reception() -> Iterator[history.Drafted]:
    rnd = random.Random()
    customer, arrival, lead = (new_id(rnd) for _ in range(3))
    who, here = {"name": NAME, "phone": PHONE}, {"customer_id": customer, "store_id": RENMIN}
    said = {"source": "staff", "reception": "me", "consents": [SERVICE]}
    yield "customer", customer, {**who, "store_id": RENMIN}
    yield "arrival", arrival, {**here, **who, **said, "lead_id": lead}
    yield "lead", lead, {**here, "arrival_id": arrival, "need": NEED}
    yield "acceptance", new_id(rnd), {"lead_id": lead}
